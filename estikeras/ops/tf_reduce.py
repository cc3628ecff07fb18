"""Reductions and running sums under TensorFlow's names and signatures."""

import numpy as np

from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor
from estikeras.ops import core, math, reduction
from estikeras.primitives import reduce


def _axis(axis):
    """An axis or several, which may come as a tensor or an array."""
    axis = axis.value if isinstance(axis, Tensor) else axis
    axis = axis.tolist() if isinstance(axis, np.ndarray | np.generic) else axis
    return tuple(axis) if isinstance(axis, list) else axis


@op("reduce_sum", "math.reduce_sum")
def reduce_sum(input_tensor, axis=None, keepdims=False, name=None):
    """The sum over axes, in the dtype of the input."""
    dtype = core.dtype(input_tensor)
    y = reduction.sum(input_tensor, _axis(axis), keepdims)
    return y if dtype in (y.dtype, "bool") else core.cast(y, dtype)


@op("reduce_mean", "math.reduce_mean")
def reduce_mean(input_tensor, axis=None, keepdims=False, name=None):
    """The mean over axes."""
    return reduction.mean(input_tensor, _axis(axis), keepdims)


@op("reduce_max", "math.reduce_max")
def reduce_max(input_tensor, axis=None, keepdims=False, name=None):
    """The largest element over axes."""
    return reduction.max(input_tensor, _axis(axis), keepdims)


@op("reduce_min", "math.reduce_min")
def reduce_min(input_tensor, axis=None, keepdims=False, name=None):
    """The smallest element over axes."""
    return reduction.min(input_tensor, _axis(axis), keepdims)


@op("reduce_prod", "math.reduce_prod")
def reduce_prod(input_tensor, axis=None, keepdims=False, name=None):
    """The product over axes."""
    return reduction.prod(input_tensor, _axis(axis), keepdims)


@op("reduce_all", "math.reduce_all")
def reduce_all(input_tensor, axis=None, keepdims=False, name=None):
    """Whether all elements over axes are true."""
    return reduction.all(input_tensor, _axis(axis), keepdims)


@op("reduce_any", "math.reduce_any")
def reduce_any(input_tensor, axis=None, keepdims=False, name=None):
    """Whether any element over axes is true."""
    return reduction.any(input_tensor, _axis(axis), keepdims)


@op("reduce_logsumexp", "math.reduce_logsumexp")
def reduce_logsumexp(input_tensor, axis=None, keepdims=False, name=None):
    """log(sum(exp(x))) over axes, without overflow."""
    return reduction.logsumexp(input_tensor, _axis(axis), keepdims)


@op("math.reduce_std")
def reduce_std(input_tensor, axis=None, keepdims=False, name=None):
    """The standard deviation over axes."""
    return reduction.std(input_tensor, _axis(axis), keepdims)


@op("math.reduce_variance")
def reduce_variance(input_tensor, axis=None, keepdims=False, name=None):
    """The variance over axes."""
    return reduction.var(input_tensor, _axis(axis), keepdims)


@op("math.reduce_euclidean_norm")
def reduce_euclidean_norm(input_tensor, axis=None, keepdims=False, name=None):
    """The square root of the sum of squares over axes."""
    return math.sqrt(reduction.sum(math.square(input_tensor), _axis(axis), keepdims))


@op("math.count_nonzero")
def count_nonzero(input, axis=None, keepdims=None, dtype="int64", name=None):
    """How many elements over axes are not zero."""
    ones = core.cast(core.cast(input, "bool"), dtype)
    return reduction.sum(ones, _axis(axis), bool(keepdims))


@op("argmax", "math.argmax")
def argmax(input, axis=None, output_type="int64", name=None):
    """The index of the largest element along an axis, by default the first."""
    return core.cast(reduction.argmax(input, 0 if axis is None else _axis(axis)), output_type)


@op("argmin", "math.argmin")
def argmin(input, axis=None, output_type="int64", name=None):
    """The index of the smallest element along an axis, by default the first."""
    return core.cast(reduction.argmin(input, 0 if axis is None else _axis(axis)), output_type)


@op("cumsum", "math.cumsum")
def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """The running sum; `exclusive` leaves out the element itself, `reverse` begins at the end."""
    return reduction.accumulate(reduce.cumsum, x, _axis(axis), None, exclusive, reverse)


@op("math.cumprod")
def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """The running product; `exclusive` leaves out the element, `reverse` begins at the end."""
    return reduction.accumulate(reduce.cumprod, x, _axis(axis), None, exclusive, reverse)


@op("math.cumulative_logsumexp")
def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False, name=None):
    """The logarithm of the running sum of exp(x), without overflow of the largest element."""
    x = core.floating(x)
    largest = core.stop_gradient(reduction.max(x, axis, keepdims=True))
    return math.log(cumsum(math.exp(x - largest), axis, exclusive, reverse)) + largest
