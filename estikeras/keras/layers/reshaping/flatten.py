"""All axes but the batch in one."""

import math

from estikeras import ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.reshaping.data_format import standardize
from estikeras.public import public


@public("keras.layers.Flatten")
class Flatten(Layer):
    """Puts all axes but the first into one.

    Args:
        data_format: "channels_last" or "channels_first"; in the latter case, channels are moved
            last before.

    Call arguments:
        inputs: (batch, ...).
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize(data_format)
        self.input_spec = InputSpec(min_ndim=1)
        self._channels_first = self.data_format == "channels_first"

    def call(self, inputs):
        """The inputs as (batch, values)."""
        shape = inputs.shape
        if self._channels_first and len(shape) > 1:
            inputs = ops.transpose(inputs, axes=(0, *range(2, len(shape)), 1))
        return ops.reshape(inputs, (shape[0], math.prod(shape[1:])))

    def compute_output_shape(self, input_shape):
        """(batch, product of the others)."""
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(sizes))

    def compute_output_spec(self, inputs):
        """The inputs' dtype."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "data_format": self.data_format}
