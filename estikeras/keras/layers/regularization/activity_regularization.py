"""A loss for the size of what passes through."""

from estikeras.keras import regularizers
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.ActivityRegularization")
class ActivityRegularization(Layer):
    """Adds a loss for the size of its inputs and gives them back.

    Args:
        l1: factor of the sum of absolute values.
        l2: factor of the sum of squares.

    Call arguments:
        inputs: tensor of any shape.
    """

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.supports_masking = True
        self.l1, self.l2 = l1, l2
        self.built = True

    def call(self, inputs):
        """The inputs."""
        return inputs

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        config = {**super().get_config(), "l1": self.l1, "l2": self.l2}
        config.pop("activity_regularizer", None)
        return config
