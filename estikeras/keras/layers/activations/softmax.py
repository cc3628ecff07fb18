"""Probabilities along one or several axes."""

from estikeras import ops
from estikeras.keras.layers.layer import Layer
from estikeras.public import public

# What is added where the mask is false, so that the probability becomes zero.
_LOWEST = {"float16": -3e4}


@public("keras.layers.Softmax")
class Softmax(Layer):
    """`exp(x) / sum(exp(x))` along an axis.

    Args:
        axis: int, or a list of them to be normalised together.

    Call arguments:
        inputs: tensor.
        mask: bool, of the inputs' shape or broadcast to it; where it is false, the probability is
            0.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.supports_masking = True
        self.built = True

    def call(self, inputs, mask=None):
        """The probabilities, of the inputs' shape."""
        if mask is not None:
            lowest = _LOWEST.get(str(inputs.dtype), -1e9)
            inputs = inputs + (1.0 - ops.cast(mask, inputs.dtype)) * lowest
        if isinstance(self.axis, list | tuple):
            if len(self.axis) > 1:
                axes = tuple(self.axis)
                outputs = ops.exp(inputs - ops.logsumexp(inputs, axis=axes, keepdims=True))
            else:
                outputs = ops.softmax(inputs, axis=self.axis[0])
        else:
            outputs = ops.softmax(inputs, axis=self.axis)
        return outputs if mask is None else outputs * ops.cast(mask, outputs.dtype)

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "axis": self.axis}
