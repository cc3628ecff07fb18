"""Images made larger."""

from estikeras import errors, ops
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.reshaping import data_format as data_formats
from estikeras.keras.layers.reshaping import spatial
from estikeras.keras.layers.reshaping.interpolation import enlarge
from estikeras.public import public

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


@public("keras.layers.UpSampling2D")
class UpSampling2D(Layer):
    """Makes images larger by whole factors.

    Args:
        size: int, or a pair for height and width.
        data_format: "channels_last" or "channels_first".
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".

    Call arguments:
        inputs: (batch, height, width, channels), or with the channels second.

    Raises:
        ValueError: for an unknown interpolation.
    """

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_formats.standardize(data_format)
        self.size = spatial.factors("size", size, 2)
        self.interpolation = str(interpolation).lower()
        if self.interpolation not in _INTERPOLATIONS:
            raise errors.unknown_name("interpolation", interpolation, _INTERPOLATIONS)
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs):
        """The larger images."""
        for axis, factor in zip(spatial.axes(self.data_format, 2), self.size, strict=True):
            if self.interpolation == "nearest":
                inputs = ops.repeat(inputs, factor, axis=axis)
            else:
                inputs = enlarge(inputs, axis, factor, self.interpolation)
        return inputs

    def compute_output_shape(self, input_shape):
        """The spatial sizes times the factors."""
        return spatial.changed(
            input_shape, self.data_format, 2, lambda size, i: size * self.size[i]
        )

    def get_config(self):
        """The arguments as plain values."""
        return {
            "size": self.size,
            "data_format": self.data_format,
            "interpolation": self.interpolation,
            **super().get_config(),
        }
