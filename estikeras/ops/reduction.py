"""Reductions of axes (sum, mean, max, all, argmax, ...) and running sums and products."""

from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import boolean, floating, promote, tensor
from estikeras.primitives import elementwise, reduce
from estikeras.primitives.shaping import broadcast_to, reshape

_SUM_DTYPES = {
    "bool": "int32",
    "int8": "int32",
    "int16": "int32",
    "uint8": "uint32",
    "uint16": "uint32",
}


def _apply(primitive, x, axis, keepdims):
    return primitive(x, axes=shapes.normalize_axes(axis, x.ndim), keepdims=bool(keepdims))


def _summable(x):
    x = as_tensor(x)
    return tensor(x, _SUM_DTYPES.get(x.dtype, x.dtype))


@op("keras.ops.sum", "keras.ops.numpy.sum")
def sum(x, axis=None, keepdims=False):
    """The sum over axes; small integers and booleans are summed in 32 bits."""
    return _apply(reduce.reduce_sum, _summable(x), axis, keepdims)


@op("keras.ops.prod", "keras.ops.numpy.prod")
def prod(x, axis=None, keepdims=False, dtype=None):
    """The product over axes, computed in `dtype` if one is given."""
    x = _summable(x) if dtype is None else tensor(as_tensor(x), dtypes.standardize(dtype))
    return _apply(reduce.reduce_prod, x, axis, keepdims)


@op("keras.ops.mean", "keras.ops.numpy.mean")
def mean(x, axis=None, keepdims=False):
    """The mean over axes, a float also of integers."""
    return _apply(reduce.reduce_mean, floating(x), axis, keepdims)


@op("keras.ops.var", "keras.ops.numpy.var")
def var(x, axis=None, keepdims=False):
    """The variance over axes: the mean squared distance from the mean."""
    x = floating(x)
    wide = tensor(x, "float32") if x.dtype in ("float16", "bfloat16") else x
    squares = elementwise.square(wide - mean(wide, axis, keepdims=True))
    return tensor(mean(squares, axis, keepdims), x.dtype)


@op("keras.ops.std", "keras.ops.numpy.std")
def std(x, axis=None, keepdims=False):
    """The standard deviation over axes."""
    return elementwise.sqrt(var(x, axis, keepdims))


@op("keras.ops.max", "keras.ops.amax", "keras.ops.numpy.max", "keras.ops.numpy.amax")
def max(x, axis=None, keepdims=False, initial=None):
    """The largest element over axes, `initial` if that is larger; not-a-number if any is."""
    y = _apply(reduce.reduce_max, as_tensor(x), axis, keepdims)
    return y if initial is None else elementwise.maximum(y, tensor(initial, y.dtype))


@op("keras.ops.min", "keras.ops.amin", "keras.ops.numpy.min", "keras.ops.numpy.amin")
def min(x, axis=None, keepdims=False, initial=None):
    """The smallest element over axes, `initial` if that is smaller; not-a-number if any is."""
    y = _apply(reduce.reduce_min, as_tensor(x), axis, keepdims)
    return y if initial is None else elementwise.minimum(y, tensor(initial, y.dtype))


@op("keras.ops.ptp", "keras.ops.numpy.ptp")
def ptp(x, axis=None, keepdims=False):
    """The distance from the smallest to the largest element over axes."""
    return max(x, axis, keepdims) - min(x, axis, keepdims)


@op("keras.ops.all", "keras.ops.numpy.all")
def all(x, axis=None, keepdims=False):
    """Whether all elements over axes are true."""
    return _apply(reduce.reduce_all, boolean(x), axis, keepdims)


@op("keras.ops.any", "keras.ops.numpy.any")
def any(x, axis=None, keepdims=False):
    """Whether any element over axes is true."""
    return _apply(reduce.reduce_any, boolean(x), axis, keepdims)


@op("keras.ops.count_nonzero", "keras.ops.numpy.count_nonzero")
def count_nonzero(x, axis=None):
    """How many elements over axes are not zero, int32."""
    return sum(tensor(boolean(x), "int32"), axis)


@op("keras.ops.average", "keras.ops.numpy.average")
def average(x, axis=None, weights=None):
    """The weighted mean over axes; without weights the mean."""
    if weights is None:
        return mean(x, axis)
    x, weights = promote(x, weights, floating=True)
    if weights.ndim != x.ndim and axis is not None:
        axis = shapes.normalize_axis(axis, x.ndim)
        sizes = tuple(size if i == axis else 1 for i, size in enumerate(x.shape))
        weights = reshape(weights, shape=sizes)
    weights = broadcast_to(weights, shape=x.shape)
    return sum(x * weights, axis) / sum(weights, axis)


@op("keras.ops.logsumexp")
def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) over axes, without overflow."""
    x = floating(x)
    largest = elementwise.stop_gradient(max(x, axis, keepdims=True))
    finite = elementwise.isfinite(largest)
    largest = elementwise.select(finite, largest, elementwise.constant(0, x))
    y = elementwise.log(sum(elementwise.exp(x - largest), axis, keepdims=True)) + largest
    axes = shapes.normalize_axes(axis, x.ndim)
    return reshape(y, shape=shapes.reduced(x.shape, axes, bool(keepdims)))


def _arg(primitive, x, axis, keepdims):
    x = as_tensor(x)
    if axis is not None:
        return primitive(x, axis=shapes.normalize_axis(axis, x.ndim), keepdims=bool(keepdims))
    y = primitive(reshape(x, shape=(x.size,)), axis=0, keepdims=False)
    return reshape(y, shape=(1,) * x.ndim) if keepdims else y


@op("keras.ops.argmax", "keras.ops.numpy.argmax")
def argmax(x, axis=None, keepdims=False):
    """The index of the first largest element along an axis (of all elements, if None), int32."""
    return _arg(reduce.argmax, x, axis, keepdims)


@op("keras.ops.argmin", "keras.ops.numpy.argmin")
def argmin(x, axis=None, keepdims=False):
    """The index of the first smallest element along an axis (of all elements, if None), int32."""
    return _arg(reduce.argmin, x, axis, keepdims)


def accumulate(primitive, x, axis=None, dtype=None, exclusive=False, reverse=False):
    """Apply a running reduction along an axis, or along all elements in row order if None."""
    x = as_tensor(x)
    if dtype is not None or x.dtype == "bool":
        x = tensor(x, dtypes.standardize(dtype or "int32"))
    if axis is None:
        x, axis = reshape(x, shape=(x.size,)), 0
    axis = shapes.normalize_axis(axis, x.ndim)
    return primitive(x, axis=axis, exclusive=bool(exclusive), reverse=bool(reverse))


@op("keras.ops.cumsum", "keras.ops.numpy.cumsum")
def cumsum(x, axis=None, dtype=None):
    """The running sum along an axis, or over all elements if None."""
    return accumulate(reduce.cumsum, x, axis, dtype)


@op("keras.ops.cumprod", "keras.ops.numpy.cumprod")
def cumprod(x, axis=None, dtype=None):
    """The running product along an axis, or over all elements if None."""
    return accumulate(reduce.cumprod, x, axis, dtype)
