"""A vector as many equal time steps."""

from estikeras import errors, ops
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.RepeatVector")
class RepeatVector(Layer):
    """Repeats each sample as time steps.

    Args:
        n: how often.

    Call arguments:
        inputs: (batch, features).

    Raises:
        TypeError: if n is no whole number.
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise errors.wrong_type("n", got=n, expected="a whole number")
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        """(batch, n, features)."""
        return ops.repeat(ops.expand_dims(inputs, axis=1), self.n, axis=1)

    def compute_output_shape(self, input_shape):
        """(batch, n, features)."""
        return (input_shape[0], self.n, input_shape[1])

    def get_config(self):
        """The arguments as plain values."""
        return {"n": self.n, **super().get_config()}
