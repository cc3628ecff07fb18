"""The smallest of tensors, element by element."""

import functools

from estikeras import ops
from estikeras.keras.layers.merging.base import Merge
from estikeras.public import public


@public("keras.layers.Minimum")
class Minimum(Merge):
    """The smallest of tensors, element by element.

    Call arguments:
        inputs: list of tensors whose shapes broadcast.
    """

    def _merge_function(self, inputs):
        return functools.reduce(ops.minimum, inputs)


@public("keras.layers.minimum")
def minimum(inputs, **kwargs):
    """The smallest of tensors, element by element.

    Args:
        inputs: list of tensors whose shapes broadcast.
        **kwargs: of the layer.
    """
    return Minimum(**kwargs)(inputs)
