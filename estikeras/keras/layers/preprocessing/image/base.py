"""What all layers of images have in common: a transformation is drawn once and applied to
everything that belongs to the images.
"""

from estikeras import errors, ops
from estikeras.engine import operation
from estikeras.keras.layers import call as calls
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.reshaping import data_format as data_formats


class ImageLayer(Layer):
    """A layer of one image, of a batch of images, or of a dict of images and what goes with them.

    Subclasses define `get_random_transformation` and `transform_images`.

    Args:
        bounding_box_format: must be None.
        data_format: "channels_last" or "channels_first"; None is
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        data: (height, width, channels) or (batch, height, width, channels), of any dtype, or with
            the channels before the height; or a dict with "images" and, if there are any, "labels"
            and "segmentation_masks", which is left as it was.
        training: whether images vary; what a layer always does, it does without it too.

    Returns:
        Images of the layer's compute dtype, or a dict like the given one.
    """

    def __init__(self, bounding_box_format=None, data_format=None, **kwargs):
        super().__init__(**kwargs)
        if bounding_box_format is not None:
            raise _no_boxes("bounding_box_format")
        self.bounding_box_format = None
        self.data_format = data_formats.standardize(data_format)
        self.height_axis, self.width_axis = (
            (-3, -2) if self.data_format == "channels_last" else (-2, -1)
        )
        self.built = True

    def get_random_transformation(self, data, training=True, seed=None):
        """What is going to happen to the images, as `transform_images` takes it.

        Args:
            data: as in a call.
            training: bool; random layers give None without it.
            seed: int or SeedGenerator to draw with; None is the layer's generator.
        """
        return None

    def transform_images(self, images, transformation, training=True):
        """The images of a batch, transformed.

        Args:
            images: (batch, height, width, channels), or with the channels second.
            transformation: from `get_random_transformation`.
            training: bool; random layers change nothing without it.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `transform_images`. Define it.")

    def transform_labels(self, labels, transformation, training=True):
        """The labels of a batch: they stay what they are."""
        return labels

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        """The segmentation masks of a batch, (batch, height, width, channels), transformed like
        the images.
        """
        return self.transform_images(segmentation_masks, transformation, training=training)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        """Not supported.

        Raises:
            NotImplementedError: always.
        """
        raise _no_boxes("bounding_boxes")

    def transform_single_image(self, image, transformation, training=True):
        """`transform_images` for one image without a batch."""
        return self._single(self.transform_images, image, transformation, training)

    def transform_single_label(self, label, transformation, training=True):
        """`transform_labels` for one label without a batch."""
        return self._single(self.transform_labels, label, transformation, training)

    def transform_single_segmentation_mask(self, segmentation_mask, transformation, training=True):
        """`transform_segmentation_masks` for one mask without a batch."""
        return self._single(
            self.transform_segmentation_masks, segmentation_mask, transformation, training
        )

    def transform_single_bounding_box(self, bounding_box, transformation, training=True):
        """Not supported.

        Raises:
            NotImplementedError: always.
        """
        return self.transform_bounding_boxes(bounding_box, transformation, training)

    @staticmethod
    def _single(transform, value, transformation, training):
        batch = ops.expand_dims(value, axis=0)
        return ops.squeeze(transform(batch, transformation, training=training), axis=0)

    def call(self, data, training=True):
        """The images, or the dict, transformed in one way."""
        alone = not isinstance(data, dict)
        parts = {"images": data} if alone else dict(data)
        if "images" not in parts:
            raise errors.invalid("data", got=sorted(parts), expected="a dict with 'images'")
        if "bounding_boxes" in parts:
            raise _no_boxes("bounding_boxes")
        shape = parts["images"].shape
        if len(shape) not in (3, 4):
            expected = "3 dimensions (one image) or 4 (a batch)"
            raise errors.shape_mismatch("data", got=shape, expected=expected)
        batched = len(shape) == 4
        transformation = self.get_random_transformation(data, training=training)
        for key, several, single in (
            ("images", self.transform_images, self.transform_single_image),
            ("labels", self.transform_labels, self.transform_single_label),
            (
                "segmentation_masks",
                self.transform_segmentation_masks,
                self.transform_single_segmentation_mask,
            ),
        ):
            if key in parts:
                transform = several if batched else single
                parts[key] = transform(parts[key], transformation, training=training)
        return parts["images"] if alone else parts

    def compute_output_shape(self, input_shape):
        """The shape of the images, which most layers keep."""
        return input_shape

    def compute_output_spec(self, data, training=True):
        """KerasTensors like the outputs, found by tracing, since labels and masks have dtypes of
        their own.
        """
        with calls.symbolic(self), calls.autocast_scope(self):
            return operation.compute_output_spec(self.call, data, training=training)

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "data_format": self.data_format}

    def _cast(self, images):
        return ops.cast(images, self.compute_dtype)

    def _size(self, images):
        """Height and width of the images."""
        return images.shape[self.height_axis], images.shape[self.width_axis]

    def _cut(self, images, top, left, height, width):
        """A window of the images; its place are ints or int32 scalars."""
        place, shape = [0] * len(images.shape), list(images.shape)
        for axis, start, size in (
            (self.height_axis, top, height),
            (self.width_axis, left, width),
        ):
            place[axis], shape[axis] = start, size
        return ops.slice(images, place, shape)

    def _with_size(self, input_shape, height, width):
        """A shape, or one for each part of a dict, with another height and width."""
        if isinstance(input_shape, dict):
            changed = {
                key: self._with_size(shape, height, width)
                for key, shape in input_shape.items()
                if key in ("images", "segmentation_masks")
            }
            return {**input_shape, **changed}
        shape = list(input_shape)
        if len(shape) not in (3, 4):
            expected = "3 sizes (one image) or 4 (a batch)"
            raise errors.shape_mismatch("input_shape", got=tuple(shape), expected=expected)
        shape[self.height_axis], shape[self.width_axis] = height, width
        return tuple(shape)


def images_of(data):
    """The images of what a layer was called with."""
    return data["images"] if isinstance(data, dict) else data


def check_size(height, width):
    """Height and width, if they are positive ints.

    Raises:
        ValueError: if one is not.
    """
    for name, size in (("height", height), ("width", width)):
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise errors.invalid(name, got=size, expected="a positive int")
    return height, width


def largest_window(size, wanted):
    """The largest window in the middle of an image that has the proportions of `wanted`.

    Args:
        size: height and width of the image.
        wanted: height and width to come.

    Returns:
        Its top, left, height and width.
    """
    height, width = size
    tall = max(min(height, int(float(width * wanted[0]) / wanted[1])), 1)
    wide = max(min(width, int(float(height * wanted[1]) / wanted[0])), 1)
    return (height - tall) // 2, (width - wide) // 2, tall, wide


def _no_boxes(what):
    return errors.unsupported(
        f"`{what}` in layers of images",
        "Leave the boxes out, or give them as a mask under 'segmentation_masks'.",
    )
