"""Volumes made larger."""

from estikeras import ops
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.reshaping import data_format as data_formats
from estikeras.keras.layers.reshaping import spatial
from estikeras.public import public


@public("keras.layers.UpSampling3D")
class UpSampling3D(Layer):
    """Repeats each value along depth, height and width.

    Args:
        size: int, or three of them.
        data_format: "channels_last" or "channels_first".

    Call arguments:
        inputs: (batch, depth, height, width, channels), or with the channels second.
    """

    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_formats.standardize(data_format)
        self.size = spatial.factors("size", size, 3)
        self.input_spec = InputSpec(ndim=5)

    def call(self, inputs):
        """The larger volumes."""
        for axis, factor in zip(spatial.axes(self.data_format, 3), self.size, strict=True):
            inputs = ops.repeat(inputs, factor, axis=axis)
        return inputs

    def compute_output_shape(self, input_shape):
        """The spatial sizes times the factors."""
        return spatial.changed(
            input_shape, self.data_format, 3, lambda size, i: size * self.size[i]
        )

    def get_config(self):
        """The arguments as plain values."""
        return {"size": self.size, "data_format": self.data_format, **super().get_config()}
