"""The exponential linear unit as a layer."""

from estikeras import ops
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.ELU")
class ELU(Layer):
    """`x` where it is positive, `alpha * (exp(x) - 1)` elsewhere.

    Args:
        alpha: scale of the negative part.

    Call arguments:
        inputs: tensor of any shape.
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        """The outputs, of the inputs' shape."""
        return ops.elu(inputs, alpha=self.alpha)

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "alpha": self.alpha}
