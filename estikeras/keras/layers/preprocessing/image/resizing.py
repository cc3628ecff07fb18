"""Images of another size."""

from estikeras import errors, ops
from estikeras.keras.layers.preprocessing.image.base import ImageLayer, check_size, images_of
from estikeras.ops import image_shape
from estikeras.public import public


@public("keras.layers.Resizing")
class Resizing(ImageLayer):
    """Makes images larger or smaller, in training and out of it.

    Args:
        height: int, the new height.
        width: int, the new width.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        crop_to_aspect_ratio: whether the images are cropped to the new proportions first.
        pad_to_aspect_ratio: whether they are padded to them first.
        fill_mode: "constant".
        fill_value: what is padded with.
        antialias: whether shrinking averages over all pixels that fall together.
        data_format: "channels_last" or "channels_first"; None is
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        data: one image, a batch, or a dict with "images".
        training: makes no difference.

    Returns:
        Images of the given height and width; integers stay integers of their dtype.

    Raises:
        ValueError: for an unknown interpolation or fill mode, or for cropping and padding together.
    """

    def __init__(
        self,
        height,
        width,
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.height, self.width = check_size(height, width)
        if interpolation not in image_shape.INTERPOLATIONS:
            raise errors.unknown_name("interpolation", interpolation, image_shape.INTERPOLATIONS)
        if fill_mode != "constant":
            raise errors.invalid("fill_mode", got=fill_mode, expected="'constant'")
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise errors.invalid(
                "pad_to_aspect_ratio", got=True, expected="False with `crop_to_aspect_ratio`"
            )
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def get_random_transformation(self, data, training=True, seed=None):
        """Height and width of the images before."""
        return self._size(images_of(data))

    def transform_images(self, images, transformation=None, training=True):
        return self._resized(images, self.interpolation)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self._resized(segmentation_masks, "nearest")

    def _resized(self, images, interpolation):
        return image_shape.resize(
            ops.convert_to_tensor(images),
            (self.height, self.width),
            interpolation=interpolation,
            antialias=self.antialias,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def compute_output_shape(self, input_shape):
        """The new height and width in the place of the old ones."""
        return self._with_size(input_shape, self.height, self.width)

    def get_config(self):
        """The arguments as plain values."""
        config = {
            "height": self.height,
            "width": self.width,
            "interpolation": self.interpolation,
            "crop_to_aspect_ratio": self.crop_to_aspect_ratio,
            "pad_to_aspect_ratio": self.pad_to_aspect_ratio,
            "fill_mode": self.fill_mode,
            "fill_value": self.fill_value,
            "antialias": self.antialias,
        }
        return {**super().get_config(), **config}
