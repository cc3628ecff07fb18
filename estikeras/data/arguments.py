"""What the arguments of public methods may be."""

import operator

import numpy as np

from estikeras import errors
from estikeras.engine.tensor import Tensor
from estikeras.public import public

AUTOTUNE = public("data.AUTOTUNE", "data.experimental.AUTOTUNE")(-1)


def integer(name, value, least=None):
    """An int from an int, an array or a tensor of one.

    Raises:
        TypeError: for anything else.
        ValueError: for an int below `least`.
    """
    if isinstance(value, Tensor):
        value = value.numpy()
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    try:
        number = operator.index(value)
    except TypeError:
        raise errors.wrong_type(name, got=value, expected="an int") from None
    if least is not None and number < least:
        raise errors.invalid(name, got=number, expected=f"an int of at least {least}")
    return number


def parallel_calls(value):
    """How many calls may run at once: 1 for None, AUTOTUNE stays."""
    if value is None:
        return 1
    number = integer("num_parallel_calls", value)
    if number != AUTOTUNE and number < 1:
        raise errors.invalid(
            "num_parallel_calls", got=number, expected="a positive int, AUTOTUNE or None"
        )
    return number
