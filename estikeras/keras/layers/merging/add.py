"""The sum of tensors."""

import functools

from estikeras import ops
from estikeras.keras.layers.merging.base import Merge
from estikeras.public import public


@public("keras.layers.Add")
class Add(Merge):
    """The sum of tensors.

    Call arguments:
        inputs: list of tensors whose shapes broadcast.
    """

    def _merge_function(self, inputs):
        return functools.reduce(ops.add, inputs)


@public("keras.layers.add")
def add(inputs, **kwargs):
    """The sum of tensors.

    Args:
        inputs: list of tensors whose shapes broadcast.
        **kwargs: of the layer.
    """
    return Add(**kwargs)(inputs)
