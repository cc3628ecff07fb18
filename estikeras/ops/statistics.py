"""Quantiles, correlation, differences along an axis, distances: statistics of samples."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import reduction
from estikeras.ops.core import floating, promote, tensor, value_for_size
from estikeras.ops.indexing import sort
from estikeras.ops.linalg import product, tensordot
from estikeras.ops.shaping import span
from estikeras.primitives import elementwise, indexing, linalg, shaping

_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def _sorted_rows(x, axis):
    """The reduced axes as one last axis, sorted: not-a-number comes last."""
    axes = shapes.normalize_axes(axis, x.ndim)
    kept = tuple(a for a in range(x.ndim) if a not in axes)
    x = shaping.transpose(x, axes=(*kept, *axes))
    count = math.prod(x.shape[len(kept) :])
    return sort(shaping.reshape(x, shape=(*x.shape[: len(kept)], count)), axis=-1)


def _between(rows, place, method):
    """The values of sorted rows at places that need not be whole."""
    below, above = elementwise.floor(place), elementwise.ceil(place)
    if method == "nearest":
        below = above = elementwise.round(place)
    elif method == "lower":
        above = below
    elif method == "higher":
        below = above
    part = elementwise.constant(0.5, place) if method == "midpoint" else place - below
    low, high = (
        indexing.take_along_axis(rows, elementwise.cast(i, dtype="int32"), axis=rows.ndim - 1)
        for i in (below, above)
    )
    same = elementwise.equal(low, high)
    return elementwise.select(same, low, low + (high - low) * part)


def _quantile(x, q, axis, method, keepdims, ignore_nan):
    if method not in _METHODS:
        raise errors.unknown_name("quantile method", method, _METHODS)
    x = floating(x)
    q = tensor(q, x.dtype)
    rows = _sorted_rows(x, axis)
    numbers = tensor(elementwise.logical_not(elementwise.isnan(rows)), x.dtype)
    count = reduction.sum(numbers, axis=-1, keepdims=True)
    size = elementwise.constant(rows.shape[-1], x)
    last = (
        elementwise.maximum(count - 1, elementwise.constant(0, x))
        if ignore_nan
        else count * 0 + size - 1
    )
    place = shaping.reshape(q, shape=(1,) * (rows.ndim - 1) + (q.size,)) * last
    y = _between(rows, place, method)
    if not ignore_nan:
        y = elementwise.select(elementwise.less(count, size), elementwise.constant(math.nan, x), y)
    y = shaping.transpose(y, axes=(y.ndim - 1, *range(y.ndim - 1)))
    axes = shapes.normalize_axes(axis, x.ndim)
    return shaping.reshape(y, shape=(*q.shape, *shapes.reduced(x.shape, axes, bool(keepdims))))


@op("keras.ops.quantile", "keras.ops.numpy.quantile")
def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The values below which the shares `q` (0 to 1) of the elements over axes lie.

    Args:
        x: any tensor; integers become floats.
        q: a share, or a vector of them, whose axis comes first in the result.
        axis: the axes, by default all.
        method: between two elements: "linear", "lower", "higher", "midpoint" or "nearest".
        keepdims: whether the axes stay with size 1.
    """
    return _quantile(x, q, axis, method, keepdims, ignore_nan=False)


@op("keras.ops.nanquantile", "keras.ops.numpy.nanquantile")
def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    """`quantile` of the elements that are numbers."""
    return _quantile(x, q, axis, method, keepdims, ignore_nan=True)


@op("keras.ops.percentile", "keras.ops.numpy.percentile")
def percentile(x, q, axis=None, method="linear", keepdims=False):
    """`quantile` with `q` from 0 to 100."""
    return quantile(x, floating(q) / 100, axis, method, keepdims)


@op("keras.ops.nanpercentile", "keras.ops.numpy.nanpercentile")
def nanpercentile(x, q, axis=None, method="linear", keepdims=False):
    """`percentile` of the elements that are numbers."""
    return nanquantile(x, floating(q) / 100, axis, method, keepdims)


@op("keras.ops.median", "keras.ops.numpy.median")
def median(x, axis=None, keepdims=False):
    """The middle element over axes, or the mean of the two middle ones."""
    return quantile(x, 0.5, axis, keepdims=keepdims)


@op("keras.ops.nanmedian", "keras.ops.numpy.nanmedian")
def nanmedian(x, axis=None, keepdims=False):
    """`median` of the elements that are numbers."""
    return nanquantile(x, 0.5, axis, keepdims=keepdims)


@op("keras.ops.corrcoef", "keras.ops.numpy.corrcoef")
def corrcoef(x):
    """Pearson's correlation of the rows, each with each."""
    x = floating(x)
    if x.ndim == 1:
        return elementwise.divide(x[0], x[0]) * 0 + 1
    centred = x - reduction.mean(x, axis=-1, keepdims=True)
    covariance = linalg.matmul(centred, centred, transpose_a=False, transpose_b=True)
    scale = elementwise.sqrt(reduction.sum(elementwise.square(centred), axis=-1))
    return covariance / scale[:, None] / scale[None, :]


@op("keras.ops.correlate", "keras.ops.numpy.correlate")
def correlate(x1, x2, mode="valid"):
    """The sums of products of a vector with another that is moved along it.

    Args:
        x1: one axis.
        x2: one axis.
        mode: "valid" where they overlap wholly, "same" as many as the longer, "full" all overlaps.
    """
    a, b = promote(x1, x2, floating=True)
    if a.ndim != 1 or b.ndim != 1:
        raise errors.shape_mismatch("x1", got=f"{a.shape} and {b.shape}", expected="vectors")
    n, m = a.size, b.size
    padded = shaping.pad(a, widths=((m - 1, m - 1),), value=0)
    windows = np.arange(n + m - 1, dtype=np.int32)[:, None] + np.arange(m, dtype=np.int32)
    y = tensordot(indexing.take(padded, windows, axis=0), b, 1)
    if mode == "full":
        return y
    size, start = (
        (max(n, m), (min(n, m) - 1) // 2) if mode == "same" else (abs(n - m) + 1, min(n, m) - 1)
    )
    if mode == "same" and n < m:
        start = n // 2 if n % 2 else n // 2 - 1
    return span(y, 0, start, start + size)


@op("keras.ops.diff", "keras.ops.numpy.diff")
def diff(a, n=1, axis=-1):
    """The differences of neighbours along an axis, taken n times."""
    x = as_tensor(a)
    axis = shapes.normalize_axis(axis, x.ndim)
    for _ in range(n):
        size = x.shape[axis]
        later, earlier = span(x, axis, min(1, size), size), span(x, axis, 0, max(size - 1, 0))
        different = elementwise.not_equal if x.dtype == "bool" else elementwise.subtract
        x = different(later, earlier)
    return x


@op("keras.ops.trapezoid", "keras.ops.numpy.trapezoid")
def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The integral along an axis by the trapezoidal rule, at places `x` or in steps of `dx`."""
    y = floating(y)
    axis = shapes.normalize_axis(axis, y.ndim)
    size = y.shape[axis]
    heights = (span(y, axis, 1, size) + span(y, axis, 0, size - 1)) / 2
    if x is None:
        return reduction.sum(heights * dx, axis)
    x = as_tensor(x)
    if x.ndim == 1:
        sizes = tuple(size - 1 if i == axis else 1 for i in range(y.ndim))
        return reduction.sum(heights * shaping.reshape(diff(x), shape=sizes), axis)
    return reduction.sum(heights * diff(x, axis=axis), axis)


@op("keras.ops.cdist")
def cdist(x, y):
    """The Euclidean distances between rows of x and of y, `(..., rows of x, rows of y)`."""
    x, y = promote(x, y, floating=True)
    products = product(x, linalg.swap(y))
    squares = [reduction.sum(elementwise.square(t), axis=-1, keepdims=True) for t in (x, y)]
    squared = squares[0] + linalg.swap(squares[1]) - products * 2
    return elementwise.sqrt(elementwise.maximum(squared, elementwise.constant(0, x)))


@op("keras.ops.unique", "keras.ops.numpy.unique")
def unique(
    x,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    """The different elements in rising order, or the different slices along an axis (eager only).

    Args:
        x: any tensor.
        sorted: True; the result is in rising order either way.
        return_index: also return the index of each one's first occurrence.
        return_inverse: also return for each element the index of its value in the result.
        return_counts: also return how often each occurs.
        axis: None compares single elements.
        size: how many to return: fewer are cut off, more are filled up.
        fill_value: what to fill up with, by default the smallest.
    """
    values, *others = np.unique(
        value_for_size(x, "`unique`", "Call it outside of compiled functions."),
        return_index=True,
        return_inverse=True,
        return_counts=True,
        axis=axis,
    )
    along = 0 if axis is None else axis
    index, inverse, counts = others
    if size is not None:
        values, index, counts = _fit(values, index, counts, size, fill_value, along)
    wanted = ((index, return_index), (inverse, return_inverse), (counts, return_counts))
    extra = [Tensor(np.asarray(array, np.int32)) for array, want in wanted if want]
    return (Tensor(values), *extra) if extra else Tensor(values)


def _fit(values, index, counts, size, fill_value, axis):
    missing = size - values.shape[axis]
    if missing <= 0:
        return values.take(range(size), axis), index[:size], counts[:size]
    fill = (
        values.take([0], axis)
        if fill_value is None
        else np.full_like(values.take([0], axis), fill_value)
    )
    values = np.concatenate([values, *[fill] * missing], axis)
    return values, np.pad(index, (0, missing), mode="edge"), np.pad(counts, (0, missing))
