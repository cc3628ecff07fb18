"""Numbers of steps, as arguments: of 93.75 of them, such as `epochs * rows / batch_size` gives, the
94th is the last one.
"""

import math
import numbers

from estikeras import errors


def whole_steps(name, value):
    """A number of steps as an int; None stays.

    Args:
        name: the argument, for the message.
        value: a number, or None.

    Raises:
        TypeError: for anything else.
    """
    if value is None:
        return None
    if not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise errors.wrong_type(name, got=value, expected="a number, or None")
    return math.ceil(value)


def some_steps(name, value):
    """As `whole_steps`, at least one.

    Raises:
        TypeError: for what is no number.
        ValueError: for 0 or less.
    """
    if value is not None and whole_steps(name, value) <= 0:
        raise errors.invalid(name, got=value, expected="a number above 0")
    return whole_steps(name, value)
