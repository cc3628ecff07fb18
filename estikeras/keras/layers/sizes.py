"""Whole numbers in layers' arguments. Knows no layer."""

import operator

from estikeras import errors


def as_count(argument, value):
    """Return a number of units, filters or heads as an int.

    Args:
        argument: the argument's name, for the error.
        value: what came.

    Raises:
        ValueError: unless it is a positive whole number.
    """
    try:
        count = operator.index(value)
    except TypeError:
        count = 0
    if count < 1 or isinstance(value, bool):
        raise errors.invalid(argument, got=value, expected="a positive whole number")
    return count
