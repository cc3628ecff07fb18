"""The layer that does nothing."""

from estikeras.engine import tree
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Identity")
class Identity(Layer):
    """Gives its inputs back.

    Call arguments:
        inputs: any structure of tensors.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        """The inputs."""
        return inputs

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def compute_output_spec(self, inputs):
        """Unchanged."""
        return tree.map_structure(lambda x: KerasTensor(x.shape, x.dtype), inputs)
