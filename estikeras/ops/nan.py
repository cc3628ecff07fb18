"""Reductions that leave out what is not a number."""

import math

from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import reduction
from estikeras.ops.core import floating, tensor
from estikeras.primitives import elementwise, shaping


def _without_nan(x, value):
    x = as_tensor(x)
    if not dtypes.is_float(x.dtype):
        return x
    return elementwise.select(elementwise.isnan(x), elementwise.constant(value, x), x)


def _nan_where_empty(y, x, axis, keepdims):
    """Not-a-number where every element that was reduced is none."""
    x = as_tensor(x)
    if not dtypes.is_float(x.dtype):
        return y
    empty = reduction.all(elementwise.isnan(x), axis, keepdims)
    return elementwise.select(empty, elementwise.constant(math.nan, y), y)


@op("keras.ops.nansum", "keras.ops.numpy.nansum")
def nansum(x, axis=None, keepdims=False):
    """The sum over axes of the elements that are numbers."""
    return reduction.sum(_without_nan(x, 0), axis, keepdims)


@op("keras.ops.nanprod", "keras.ops.numpy.nanprod")
def nanprod(x, axis=None, keepdims=False):
    """The product over axes of the elements that are numbers."""
    return reduction.prod(_without_nan(x, 1), axis, keepdims)


@op("keras.ops.nanmax", "keras.ops.numpy.nanmax")
def nanmax(x, axis=None, keepdims=False):
    """The largest over axes of the elements that are numbers."""
    y = reduction.max(_without_nan(x, -math.inf), axis, keepdims)
    return _nan_where_empty(y, x, axis, keepdims)


@op("keras.ops.nanmin", "keras.ops.numpy.nanmin")
def nanmin(x, axis=None, keepdims=False):
    """The smallest over axes of the elements that are numbers."""
    y = reduction.min(_without_nan(x, math.inf), axis, keepdims)
    return _nan_where_empty(y, x, axis, keepdims)


@op("keras.ops.nanmean", "keras.ops.numpy.nanmean")
def nanmean(x, axis=None, keepdims=False):
    """The mean over axes of the elements that are numbers."""
    x = floating(x)
    count = reduction.sum(
        tensor(elementwise.logical_not(elementwise.isnan(x)), x.dtype), axis, keepdims
    )
    return nansum(x, axis, keepdims) / count


@op("keras.ops.nanvar", "keras.ops.numpy.nanvar")
def nanvar(x, axis=None, keepdims=False):
    """The variance over axes of the elements that are numbers."""
    x = floating(x)
    return nanmean(elementwise.square(x - nanmean(x, axis, keepdims=True)), axis, keepdims)


@op("keras.ops.nanstd", "keras.ops.numpy.nanstd")
def nanstd(x, axis=None, keepdims=False):
    """The standard deviation over axes of the elements that are numbers."""
    return elementwise.sqrt(nanvar(x, axis, keepdims))


@op("keras.ops.nancumsum", "keras.ops.numpy.nancumsum")
def nancumsum(x, axis=None, dtype=None):
    """The running sum in which not-a-number counts as 0."""
    return reduction.cumsum(_without_nan(x, 0), axis, dtype)


@op("keras.ops.nancumprod", "keras.ops.numpy.nancumprod")
def nancumprod(x, axis=None, dtype=None):
    """The running product in which not-a-number counts as 1."""
    return reduction.cumprod(_without_nan(x, 1), axis, dtype)


def _arg(choose, x, value, axis, keepdims):
    x = as_tensor(x)
    y = choose(_without_nan(x, value), axis, keepdims)
    if not dtypes.is_float(x.dtype):
        return y
    axes = None if axis is None else shapes.normalize_axis(axis, x.ndim)
    empty = reduction.all(elementwise.isnan(x), axes, keepdims)
    empty = shaping.reshape(empty, shape=y.shape)
    return elementwise.select(empty, elementwise.constant(-1, y), y)


@op("keras.ops.nanargmax", "keras.ops.numpy.nanargmax")
def nanargmax(x, axis=None, keepdims=False):
    """The index of the largest element that is a number, -1 if there is none."""
    return _arg(reduction.argmax, x, -math.inf, axis, keepdims)


@op("keras.ops.nanargmin", "keras.ops.numpy.nanargmin")
def nanargmin(x, axis=None, keepdims=False):
    """The index of the smallest element that is a number, -1 if there is none."""
    return _arg(reduction.argmin, x, math.inf, axis, keepdims)
