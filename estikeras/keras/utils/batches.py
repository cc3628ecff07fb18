"""Batches as tuples of inputs, targets and sample weights."""

from estikeras import errors
from estikeras.public import public


@public("keras.utils.unpack_x_y_sample_weight")
def unpack_x_y_sample_weight(data):
    """A batch as three values; what is not there is None.

    Args:
        data: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`.

    Returns:
        The tuple `(x, y, sample_weight)`.

    Raises:
        ValueError: if it is a tuple of another length.
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise errors.invalid(
            "data", got=data, expected="`x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`"
        )
    return (*data, None, None)[:3]


@public("keras.utils.pack_x_y_sample_weight")
def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """A batch of what is there: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`.

    Args:
        x: inputs; alone they become a tuple only if they are a tuple or list.
        y: targets, or None.
        sample_weight: weights, or None.
    """
    if y is None:
        return (x,) if isinstance(x, tuple | list) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
