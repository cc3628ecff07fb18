"""The difference of two tensors."""

from estikeras import errors, ops
from estikeras.keras.layers.merging.base import Merge, check_shapes
from estikeras.public import public


@public("keras.layers.Subtract")
class Subtract(Merge):
    """The first tensor minus the second.

    Call arguments:
        inputs: list of two tensors whose shapes broadcast.
    """

    def build(self, input_shape):
        """Check that there are two."""
        check_shapes("Subtract", input_shape)
        if len(input_shape) != 2:
            raise errors.invalid(
                "inputs", got=f"{len(input_shape)} tensors", expected="exactly 2 tensors"
            )
        super().build(input_shape)

    def _merge_function(self, inputs):
        first, second = inputs
        return ops.subtract(first, second)


@public("keras.layers.subtract")
def subtract(inputs, **kwargs):
    """The first tensor minus the second.

    Args:
        inputs: list of two tensors.
        **kwargs: of the layer.
    """
    return Subtract(**kwargs)(inputs)
