"""Time steps repeated."""

from estikeras import ops
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.UpSampling1D")
class UpSampling1D(Layer):
    """Repeats each time step.

    Args:
        size: how often.

    Call arguments:
        inputs: (batch, time, channels).
    """

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = int(size)
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs):
        """(batch, time * size, channels)."""
        return ops.repeat(inputs, self.size, axis=1)

    def compute_output_shape(self, input_shape):
        """(batch, time * size, channels)."""
        return (
            input_shape[0],
            None if input_shape[1] is None else input_shape[1] * self.size,
            input_shape[2],
        )

    def get_config(self):
        """The arguments as plain values."""
        return {"size": self.size, **super().get_config()}
