"""The rectifier with a fixed slope below zero."""

from estikeras import errors, ops
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.LeakyReLU")
class LeakyReLU(Layer):
    """`x` where it is positive, `negative_slope * x` elsewhere.

    Args:
        negative_slope: not negative.

    Call arguments:
        inputs: tensor of any shape.

    Raises:
        ValueError: if the slope is None or negative.
    """

    def __init__(self, negative_slope=0.3, **kwargs):
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
        super().__init__(**kwargs)
        if negative_slope is None or negative_slope < 0:
            raise errors.invalid(
                "negative_slope", got=negative_slope, expected="a number that is not negative"
            )
        self.negative_slope = negative_slope
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        """The inputs with the slope below zero."""
        return ops.leaky_relu(inputs, negative_slope=self.negative_slope)

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "negative_slope": self.negative_slope}
