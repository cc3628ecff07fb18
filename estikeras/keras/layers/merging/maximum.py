"""The greatest of tensors, element by element."""

import functools

from estikeras import ops
from estikeras.keras.layers.merging.base import Merge
from estikeras.public import public


@public("keras.layers.Maximum")
class Maximum(Merge):
    """The greatest of tensors, element by element.

    Call arguments:
        inputs: list of tensors whose shapes broadcast.
    """

    def _merge_function(self, inputs):
        return functools.reduce(ops.maximum, inputs)


@public("keras.layers.maximum")
def maximum(inputs, **kwargs):
    """The greatest of tensors, element by element.

    Args:
        inputs: list of tensors whose shapes broadcast.
        **kwargs: of the layer.
    """
    return Maximum(**kwargs)(inputs)
