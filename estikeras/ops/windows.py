"""Arguments of sliding windows: sizes per axis, padding in words, and where the channels are.
Knows no arithmetic.
"""

from estikeras import errors, settings
from estikeras.primitives import shaping


def several(value, count, argument):
    """An int, or a sequence of `count` ints, as a tuple of `count` ints, all positive."""
    out = (value,) * count if isinstance(value, int) else tuple(int(v) for v in value)
    if len(out) != count or any(v < 1 for v in out):
        raise errors.invalid(argument, got=value, expected=f"a positive int or {count} of them")
    return out


def same_padding(size, window, strides):
    """The pairs of zeros with which a window of the given (dilated) size gives ceil(size /
    strides) outputs.
    """
    pairs = []
    for n, w, s in zip(size, window, strides, strict=True):
        total = max((-(-n // s) - 1) * s + w - n, 0)
        pairs.append((int(total // 2), int(total - total // 2)))
    return tuple(pairs)


def padding_pairs(padding, size, window, strides):
    """`"valid"`, `"same"` or explicit pairs as a tuple of pairs, one per spatial axis."""
    if not isinstance(padding, str):
        return tuple((int(low), int(high)) for low, high in padding)
    word = padding.lower()
    if word == "valid":
        return ((0, 0),) * len(size)
    if word != "same":
        raise errors.invalid("padding", got=padding, expected="'valid' or 'same'")
    return same_padding(size, window, strides)


def is_channels_first(data_format):
    """Whether the channels come before the spatial axes."""
    return settings.standardize_data_format(data_format) == "channels_first"


def channels_last(x):
    """(batch, channels, *spatial) as (batch, *spatial, channels)."""
    return shaping.transpose(x, axes=(0, *range(2, x.ndim), 1))


def channels_first(x):
    """(batch, *spatial, channels) as (batch, channels, *spatial)."""
    return shaping.transpose(x, axes=(0, x.ndim - 1, *range(1, x.ndim - 1)))


def with_channels_last(function, x, data_format):
    """Apply a function of channels-last arrays to an array in the given format."""
    if is_channels_first(data_format):
        return channels_first(function(channels_last(x)))
    return function(x)
