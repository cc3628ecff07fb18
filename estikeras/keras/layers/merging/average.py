"""The mean of tensors, element by element."""

import functools

from estikeras import ops
from estikeras.keras.layers.merging.base import Merge
from estikeras.public import public


@public("keras.layers.Average")
class Average(Merge):
    """The mean of tensors, element by element.

    Call arguments:
        inputs: list of tensors whose shapes broadcast.
    """

    def _merge_function(self, inputs):
        return functools.reduce(ops.add, inputs) / len(inputs)


@public("keras.layers.average")
def average(inputs, **kwargs):
    """The mean of tensors, element by element.

    Args:
        inputs: list of tensors whose shapes broadcast.
        **kwargs: of the layer.
    """
    return Average(**kwargs)(inputs)
