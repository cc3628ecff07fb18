"""What layers that move the pixels of images have in common: how they look between pixels and
beyond the edges.
"""

from estikeras import errors, ops
from estikeras.keras.layers.preprocessing.image.random_layer import RandomImageLayer
from estikeras.ops import image_warp

_FILL_MODES = ("reflect", "wrap", "constant", "nearest")
_INTERPOLATIONS = ("nearest", "bilinear")


class RandomWarp(RandomImageLayer):
    """A layer that applies a random affine map to the coordinates of each image.

    Subclasses define `_draw` and `_matrix`.

    Args:
        fill_mode: "reflect", "wrap", "constant" or "nearest".
        interpolation: "nearest" or "bilinear".
        fill_value: what lies outside for "constant".
        **kwargs: those of RandomImageLayer.
    """

    def __init__(self, fill_mode, interpolation, fill_value, **kwargs):
        super().__init__(**kwargs)
        for name, value, known in (
            ("fill_mode", fill_mode, _FILL_MODES),
            ("interpolation", interpolation, _INTERPOLATIONS),
        ):
            if value not in known:
                raise errors.unsupported(f"{name}={value!r}", f"Use one of {known}.")
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = fill_value

    def _matrix(self, images, transformation):
        """Eight numbers for each image, as `keras.ops.image.affine_transform` takes them."""
        raise NotImplementedError

    def _transform(self, images, transformation):
        return self._warped(images, transformation, self.interpolation)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        """The masks moved like the images; each pixel keeps one of the classes that were there."""
        if not training:
            return segmentation_masks
        masks = ops.convert_to_tensor(segmentation_masks)
        return self._warped(masks, transformation, "nearest")

    def _warped(self, images, transformation, interpolation):
        return image_warp.affine_transform(
            images,
            self._matrix(images, transformation),
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def get_config(self):
        """The arguments as plain values."""
        config = {
            "fill_mode": self.fill_mode,
            "interpolation": self.interpolation,
            "fill_value": self.fill_value,
        }
        return {**super().get_config(), **config}


def columns(*values):
    """Tensors (batch, 1) beside each other: (batch, columns)."""
    return ops.concatenate(values, axis=1)
