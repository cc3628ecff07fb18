"""The product of tensors, element by element."""

import functools

from estikeras import ops
from estikeras.keras.layers.merging.base import Merge
from estikeras.public import public


@public("keras.layers.Multiply")
class Multiply(Merge):
    """The product of tensors, element by element.

    Call arguments:
        inputs: list of tensors whose shapes broadcast.
    """

    def _merge_function(self, inputs):
        return functools.reduce(ops.multiply, inputs)


@public("keras.layers.multiply")
def multiply(inputs, **kwargs):
    """The product of tensors, element by element.

    Args:
        inputs: list of tensors whose shapes broadcast.
        **kwargs: of the layer.
    """
    return Multiply(**kwargs)(inputs)
