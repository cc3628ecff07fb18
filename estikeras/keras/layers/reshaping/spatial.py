"""Arguments that say something of each spatial axis: pairs of numbers for padding and cropping,
factors for scaling.
"""

from estikeras import errors


def pairs(argument, value, rank):
    """`2`, `(1, 2)` or `((1, 2), (3, 4))` as one pair (before, after) an axis.

    Args:
        argument: its name.
        value: an int for all, an int an axis, or a pair an axis.
        rank: number of spatial axes.

    Raises:
        ValueError: for anything else, and for negative numbers.
    """
    if isinstance(value, int):
        value = ((value, value),) * rank
    elif not isinstance(value, list | tuple) or len(value) != rank:
        raise errors.invalid(
            argument, got=value, expected=f"an int, or {rank} ints or pairs of ints"
        )
    found = tuple((item, item) if isinstance(item, int) else tuple(item) for item in value)
    for pair in found:
        if len(pair) != 2 or not all(isinstance(size, int) and size >= 0 for size in pair):
            raise errors.invalid(
                argument, got=value, expected="whole numbers that are not negative, two an axis"
            )
    return found


def factors(argument, value, rank):
    """`2` or `(2, 3)` as one whole number an axis.

    Args:
        argument: its name.
        value: an int for all, or one an axis.
        rank: number of spatial axes.

    Raises:
        ValueError: for anything else.
    """
    found = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(found) != rank or not all(isinstance(size, int) and size > 0 for size in found):
        raise errors.invalid(
            argument, got=value, expected=f"a positive whole number, or {rank} of them"
        )
    return found


def axes(data_format, rank):
    """The spatial axes of a batch of rank `rank + 2`."""
    first = 1 if data_format == "channels_last" else 2
    return range(first, first + rank)


def changed(shape, data_format, rank, change):
    """`shape` with `change(size, i)` for the i-th spatial axis, None where it is None.

    Args:
        shape: tuple of int or None, the batch first.
        data_format: where the channels are.
        rank: number of spatial axes.
        change: function of a size and the number of the axis.
    """
    out = list(shape)
    for i, axis in enumerate(axes(data_format, rank)):
        out[axis] = None if out[axis] is None else change(out[axis], i)
    return tuple(out)
