"""Any activation function as a layer."""

from estikeras.keras import activations
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Activation")
class Activation(Layer):
    """Applies an activation function.

    Args:
        activation: the function, or its name.

    Call arguments:
        inputs: tensor of any shape.
    """

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)
        self.built = True

    def call(self, inputs):
        """`activation(inputs)`."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {"activation": activations.serialize(self.activation), **super().get_config()}
