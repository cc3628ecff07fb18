"""What the arguments of public methods may be."""

import operator

import numpy as np

from estikeras import errors
from estikeras.engine.tensor import Tensor
from estikeras.public import public

AUTOTUNE = public("data.AUTOTUNE", "data.experimental.AUTOTUNE")(-1)


def out_of_range(name, got, expected):
    """An InvalidArgumentError for a number that an argument does not take."""
    return errors.InvalidArgumentError(message=f"`{name}`: expected {expected}, got {got}.")


def integer(name, value, least=None):
    """An int from an int, an array or a tensor of one.

    Raises:
        TypeError: for anything else.
        InvalidArgumentError: for an int below `least`.
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
        raise out_of_range(name, number, f"an int of at least {least}")
    return number


def parallel_calls(value):
    """How many calls may run at once: 1 for None, AUTOTUNE stays."""
    if value is None:
        return 1
    number = integer("num_parallel_calls", value)
    if number != AUTOTUNE and number < 1:
        raise out_of_range("num_parallel_calls", number, "a positive int, AUTOTUNE or None")
    return number
