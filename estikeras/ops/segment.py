"""Reductions of the rows of a tensor by the segment that each belongs to, and counts by value."""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.core import floating, tensor
from estikeras.ops.indexing import searchsorted
from estikeras.primitives import elementwise, indexing, shaping


def _segments(data, segment_ids, num_segments):
    data, ids = as_tensor(data), tensor(segment_ids, "int32")
    if ids.ndim != 1 or data.shape[:1] != ids.shape:
        raise errors.shape_mismatch("segment_ids", got=ids.shape, expected=data.shape[:1])
    if num_segments is None:
        num_segments = int(ids.value.max(initial=-1)) + 1
    return data, ids, int(num_segments)


def _inside(data, ids, count):
    """Rows outside of 0 ... count - 1 belong to no segment: they go to a last one, which is cut
    off.
    """
    outside = elementwise.logical_or(ids < 0, ids >= count)
    return elementwise.select(outside, elementwise.constant(count, ids), ids)


def _reduced(data, segment_ids, num_segments, reduction, start):
    data, ids, count = _segments(data, segment_ids, num_segments)
    shape = (count + 1, *data.shape[1:])
    base = np.full(shape, start(data.dtype), dtypes.to_numpy(data.dtype))
    places = shaping.reshape(_inside(data, ids, count), shape=(*ids.shape, 1))
    y = indexing.scatter_update(base, places, data, reduction=reduction)
    return y[:count]


def _least(dtype):
    return -np.inf if dtypes.is_float(dtype) else np.iinfo(dtype).min


def _largest(dtype):
    return np.inf if dtypes.is_float(dtype) else np.iinfo(dtype).max


@op("keras.ops.segment_sum")
def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """The sums of the rows of each segment; empty ones give 0.

    Args:
        data: `(rows, ...)`.
        segment_ids: `(rows,)` integers; rows with one out of range are left out.
        num_segments: how many there are; None counts them (eager only).
        sorted: whether the ids rise; of no consequence here.
    """
    data, ids, count = _segments(data, segment_ids, num_segments)
    return indexing.take_add(data, _inside(data, ids, count), axis=0, size=count + 1)[:count]


@op("keras.ops.segment_max")
def segment_max(data, segment_ids, num_segments=None, sorted=False):
    """The largest element of each segment's rows, see `segment_sum`; empty ones give the least
    value.
    """
    return _reduced(data, segment_ids, num_segments, "max", _least)


@op("keras.ops.segment_min")
def segment_min(data, segment_ids, num_segments=None, sorted=False):
    """The smallest element of each segment's rows, see `segment_sum`; empty ones give the largest
    value.
    """
    return _reduced(data, segment_ids, num_segments, "min", _largest)


@op("keras.ops.segment_prod")
def segment_prod(data, segment_ids, num_segments=None, sorted=False):
    """The products of the rows of each segment, see `segment_sum`; empty ones give 1."""
    return _reduced(data, segment_ids, num_segments, "mul", lambda dtype: 1)


@op("keras.ops.bincount", "keras.ops.numpy.bincount")
def bincount(x, weights=None, minlength=0, sparse=False):
    """How often each number from 0 on occurs in a vector or in each row of a matrix (eager only).

    Args:
        x: integers that are not negative, one or two axes.
        weights: of the shape of x: what an occurrence counts, by default 1.
        minlength: the least size of the result's last axis.
        sparse: must be False.
    """
    if sparse:
        raise errors.unsupported("A sparse bincount", "Use sparse=False.")
    x = as_tensor(x)
    size = max(int(x.value.max(initial=-1)) + 1, int(minlength))
    counts = np.ones(x.shape, np.int32) if weights is None else weights
    weights = as_tensor(counts)
    if x.ndim == 1:
        return indexing.take_add(weights, x, axis=0, size=size)
    rows = Tensor(np.arange(x.shape[0], dtype=np.int32)[:, None] * size)
    flat = shaping.reshape(elementwise.add(tensor(x, "int32"), rows), shape=(x.size,))
    weights = shaping.reshape(weights, shape=(x.size,))
    y = indexing.take_add(weights, flat, axis=0, size=size * x.shape[0])
    return shaping.reshape(y, shape=(x.shape[0], size))


@op("keras.ops.histogram", "keras.ops.numpy.histogram")
def histogram(x, bins=10, range=None):
    """The counts of elements in equal bins, and the limits of the bins.

    Args:
        x: any tensor.
        bins: how many.
        range: the least and the largest value that count, by default those that occur.
    """
    if not isinstance(bins, int) or bins <= 0:
        raise errors.invalid("bins", got=bins, expected="a positive number of bins")
    if range is not None and (len(range) != 2 or range[0] >= range[1]):
        raise errors.invalid("range", got=range, expected="a rising pair of limits")
    x = floating(x)
    x = shaping.reshape(x, shape=(x.size,))
    low, high = range or (float(x.value.min()), float(x.value.max()))
    low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
    edges = Tensor(np.linspace(low, high, bins + 1).astype(dtypes.to_numpy(x.dtype)))
    places = searchsorted(edges, x, "right") - 1
    places = elementwise.select(x == edges[-1], elementwise.constant(bins - 1, places), places)
    ones = np.ones(x.shape, dtypes.to_numpy(x.dtype))
    return segment_sum(ones, places, bins), edges
