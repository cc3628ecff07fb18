"""Pooling of `keras.ops` with windows of fixed size and windows that adapt to the output, over the
pooling primitives.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import windows
from estikeras.ops.core import floating
from estikeras.primitives import indexing, linalg, shaping
from estikeras.primitives import pool as pooling
from estikeras.primitives import reduce as red


def _pool(primitive, x, pool_size, strides, padding, data_format):
    rank = x.ndim - 2
    if rank < 1:
        raise errors.shape_mismatch("inputs", got=x.shape, expected="at least 3 dimensions")
    size = windows.several(pool_size, rank, "pool_size")
    steps = size if strides is None else windows.several(strides, rank, "strides")

    def run(x):
        pairs = windows.padding_pairs(padding, x.shape[1:-1], size, steps)
        return primitive(x, size=size, strides=steps, padding=pairs)

    return windows.with_channels_last(run, x, data_format)


@op("keras.ops.max_pool", "keras.ops.nn.max_pool")
def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The maximum of every window.

    Args:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) for "channels_first".
        pool_size: int, or one for each spatial dimension.
        strides: int, or one for each spatial dimension; None means `pool_size`.
        padding: "valid" or "same"; what is added never wins.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor with smaller spatial dimensions.
    """
    return _pool(pooling.max_pool, as_tensor(inputs), pool_size, strides, padding, data_format)


@op("keras.ops.average_pool", "keras.ops.nn.average_pool")
def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of every window.

    Args:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) for "channels_first".
        pool_size: int, or one for each spatial dimension.
        strides: int, or one for each spatial dimension; None means `pool_size`.
        padding: "valid" or "same"; what is added does not count.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor with smaller spatial dimensions.
    """
    return _pool(pooling.average_pool, floating(inputs), pool_size, strides, padding, data_format)


def _bins(size, count):
    """Start and end of `count` bins that cover `size` elements, equal but for rounding."""
    numbers = np.arange(count)
    return (numbers * size) // count, -((-(numbers + 1) * size) // count)


def _adaptive(inputs, output_size, data_format, along_axis):
    x = as_tensor(inputs)
    sizes = windows.several(output_size, x.ndim - 2, "output_size")

    def run(x):
        for axis, count in enumerate(sizes, start=1):
            x = along_axis(x, axis, *_bins(x.shape[axis], count))
        return x

    return windows.with_channels_last(run, x, data_format)


def _mean_along(x, axis, starts, ends):
    place = np.arange(x.shape[axis])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    weights = (inside / inside.sum(axis=1, keepdims=True)).astype(dtypes.to_numpy(x.dtype))
    order = (*[a for a in range(x.ndim) if a != axis], axis)
    moved = shaping.transpose(x, axes=order)
    pooled = linalg.matmul(moved, weights, transpose_a=False, transpose_b=True)
    return shaping.transpose(pooled, axes=shaping.inverse(order))


def _maximum_along(x, axis, starts, ends):
    # Every bin as a row of the same length; short bins repeat their last element.
    length = int((ends - starts).max())
    places = np.minimum(starts[:, None] + np.arange(length), ends[:, None] - 1).astype(np.int32)
    rows = indexing.take(x, places, axis=axis)
    return red.reduce_max(rows, axes=(axis + 1,), keepdims=False)


@op("keras.ops.adaptive_average_pool", "keras.ops.nn.adaptive_average_pool")
def adaptive_average_pool(inputs, output_size, data_format=None):
    """The mean over windows that are chosen so that the output has a given size.

    Args:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) for "channels_first".
        output_size: int, or one for each spatial dimension.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor (batch, *output_size, channels), or with the channels first.
    """
    return _adaptive(floating(inputs), output_size, data_format, _mean_along)


@op("keras.ops.adaptive_max_pool", "keras.ops.nn.adaptive_max_pool")
def adaptive_max_pool(inputs, output_size, data_format=None):
    """The maximum over windows that are chosen so that the output has a given size.

    Args:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) for "channels_first".
        output_size: int, or one for each spatial dimension.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor (batch, *output_size, channels), or with the channels first.
    """
    return _adaptive(inputs, output_size, data_format, _maximum_along)
