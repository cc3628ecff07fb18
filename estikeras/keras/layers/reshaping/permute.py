"""Axes in another order."""

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Permute")
class Permute(Layer):
    """Puts the axes of each sample in another order.

    Args:
        dims: the axes, counted from 1, in their new order.

    Call arguments:
        inputs: (batch, ...).

    Raises:
        ValueError: if dims are not 1, 2, ... in some order.
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise errors.invalid(
                "dims", got=dims, expected=f"the numbers 1 to {len(self.dims)} in some order"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        """The inputs with their axes in the new order."""
        return ops.transpose(inputs, axes=(0, *self.dims))

    def compute_output_shape(self, input_shape):
        """The sizes in the new order."""
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def compute_output_spec(self, inputs):
        """The inputs' dtype."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)

    def get_config(self):
        """The arguments as plain values."""
        return {"dims": self.dims, **super().get_config()}
