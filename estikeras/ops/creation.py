"""Ops that make tensors from sizes and numbers."""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, TracedTensor, as_tensor
from estikeras.ops.core import promote, static_shape, tensor
from estikeras.primitives import elementwise, shaping


def _numpy(dtype):
    return dtypes.to_numpy(dtypes.standardize(dtype))


@op("keras.ops.zeros", "keras.ops.numpy.zeros")
def zeros(shape, dtype=None):
    """Zeros of a shape, by default of dtype floatx; empty strings for strings."""
    if dtype is not None and dtypes.standardize(dtype) == "string":
        return full(shape, "", dtype)
    return Tensor(np.zeros(static_shape(shape), _numpy(dtype)))


@op("keras.ops.ones", "keras.ops.numpy.ones")
def ones(shape, dtype=None):
    """Ones of a shape, by default of dtype floatx."""
    return full(shape, 1, dtype)


@op("keras.ops.empty", "keras.ops.numpy.empty")
def empty(shape, dtype=None):
    """A tensor of a shape whose values nobody asked for: zeros."""
    return zeros(shape, dtype)


@op("keras.ops.full", "keras.ops.numpy.full")
def full(shape, fill_value, dtype=None):
    """A tensor of a shape that holds one value, by default of dtype floatx."""
    value = tensor(fill_value, dtypes.standardize(dtype))
    if isinstance(value, TracedTensor):
        return shaping.broadcast_to(value, shape=static_shape(shape))
    return Tensor(np.full(static_shape(shape), value.value))


def _like(x, dtype):
    x = as_tensor(x)
    return x.shape, x.dtype if dtype is None else dtype


@op("keras.ops.zeros_like", "keras.ops.numpy.zeros_like")
def zeros_like(x, dtype=None):
    """Zeros of the shape and, unless another is given, the dtype of a tensor."""
    return zeros(*_like(x, dtype))


@op("keras.ops.ones_like", "keras.ops.numpy.ones_like")
def ones_like(x, dtype=None):
    """Ones of the shape and, unless another is given, the dtype of a tensor."""
    return ones(*_like(x, dtype))


@op("keras.ops.empty_like", "keras.ops.numpy.empty_like")
def empty_like(x, dtype=None):
    """Zeros of the shape and, unless another is given, the dtype of a tensor."""
    return zeros(*_like(x, dtype))


@op("keras.ops.full_like", "keras.ops.numpy.full_like")
def full_like(x, fill_value, dtype=None):
    """One value in the shape and, unless another is given, the dtype of a tensor."""
    shape, dtype = _like(x, dtype)
    return full(shape, fill_value, dtype)


def _number(x):
    return x.value.item() if isinstance(x, Tensor) else x.item() if hasattr(x, "item") else x


def _kind(x):
    """The dtype of a tensor or array, or int or float for a number."""
    return getattr(x, "dtype", None) or (int if isinstance(x, int) else type(x))


@op("keras.ops.arange", "keras.ops.numpy.arange")
def arange(start, stop=None, step=None, dtype=None):
    """Values from `start` (0 if only one limit is given) up to but not including `stop`."""
    limits = [x for x in (start, stop, 1 if step is None else step) if x is not None]
    if dtype is None:
        dtype = dtypes.result_type(*map(_kind, limits))
    start, stop = (0, start) if stop is None else (start, stop)
    values = np.arange(_number(start), _number(stop), _number(1 if step is None else step))
    return Tensor(values.astype(_numpy(dtype)))


@op("keras.ops.linspace", "keras.ops.numpy.linspace")
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` values in equal steps from `start` to `stop`, which is among them if `endpoint`."""
    start, stop = promote(start, stop, floating=True)
    pieces = num - 1 if endpoint else num
    step = (stop - start) / pieces if pieces > 0 else (stop - start) * float("nan")
    at = Tensor((np.arange(num) / max(pieces, 1)).astype(dtypes.to_numpy(start.dtype)))
    ndim = max(start.ndim, stop.ndim)
    at = shaping.reshape(at, shape=(num,) + (1,) * ndim)
    values = start * (1 - at) + stop * at
    axis = axis % (ndim + 1)
    values = shaping.transpose(values, axes=(*range(1, axis + 1), 0, *range(axis + 1, ndim + 1)))
    if dtype is not None:
        dtype = dtypes.standardize(dtype)
        values = elementwise.floor(values) if dtypes.is_int(dtype) else values
        values = tensor(values, dtype)
    return (values, step) if retstep else values


@op("keras.ops.logspace", "keras.ops.numpy.logspace")
def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """`num` values from base**start to base**stop in equal factors."""
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    values = elementwise.power(tensor(base, exponents.dtype), exponents)
    return values if dtype is None else tensor(values, dtypes.standardize(dtype))


@op("keras.ops.geomspace", "keras.ops.numpy.geomspace")
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """`num` values from `start` to `stop`, of equal sign, in equal factors."""
    start, stop = promote(start, stop, floating=True)
    sign = elementwise.sign(start)
    limits = [elementwise.log(elementwise.absolute(x)) for x in (start, stop)]
    values = elementwise.exp(linspace(*limits, num, endpoint, axis=axis)) * sign
    return values if dtype is None else tensor(values, dtypes.standardize(dtype))


@op("keras.ops.eye", "keras.ops.numpy.eye")
def eye(N, M=None, k=0, dtype=None):
    """A matrix with ones on its diagonal `k` and zeros elsewhere."""
    return Tensor(np.eye(int(N), None if M is None else int(M), k).astype(_numpy(dtype)))


@op("keras.ops.identity", "keras.ops.numpy.identity")
def identity(n, dtype=None):
    """The square matrix with ones on its diagonal."""
    return eye(n, dtype=dtype)


@op("keras.ops.tri", "keras.ops.numpy.tri")
def tri(N, M=None, k=0, dtype=None):
    """A matrix with ones on and below its diagonal `k` and zeros elsewhere."""
    return Tensor(np.tri(N, M, k).astype(_numpy(dtype)))


@op("keras.ops.meshgrid", "keras.ops.numpy.meshgrid")
def meshgrid(*x, indexing="xy"):
    """Coordinates of a grid over vectors: one tensor per vector, each of the grid's shape.

    Args:
        *x: vectors.
        indexing: "xy" puts the second vector first, "ij" keeps their order.
    """
    if indexing not in ("xy", "ij"):
        raise errors.invalid("indexing", got=indexing, expected="'xy' or 'ij'")
    vectors = [as_tensor(v) for v in x]
    places = list(range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        places[:2] = [1, 0]
    shape = tuple(vectors[places.index(i)].size for i in range(len(vectors)))
    out = []
    for vector, place in zip(vectors, places, strict=True):
        sizes = tuple(vector.size if i == place else 1 for i in range(len(vectors)))
        out.append(shaping.broadcast_to(shaping.reshape(vector, shape=sizes), shape=shape))
    return out


@op("keras.ops.vander", "keras.ops.numpy.vander")
def vander(x, N=None, increasing=False):
    """The powers of a vector's elements as columns, by default from the highest to 0."""
    x = as_tensor(x)
    powers = np.arange(x.shape[0] if N is None else N)
    powers = tensor(powers if increasing else powers[::-1], x.dtype)
    return elementwise.power(shaping.reshape(x, shape=(x.size, 1)), powers)


def _window(x, values):
    count = int(_number(x))
    return Tensor((values(count) if count > 1 else np.ones(count)).astype(_numpy(None)))


@op("keras.ops.bartlett", "keras.ops.numpy.bartlett")
def bartlett(x):
    """The triangular window of `x` samples."""
    return _window(x, np.bartlett)


@op("keras.ops.blackman", "keras.ops.numpy.blackman")
def blackman(x):
    """The Blackman window of `x` samples."""
    return _window(x, np.blackman)


@op("keras.ops.hamming", "keras.ops.numpy.hamming")
def hamming(x):
    """The Hamming window of `x` samples."""
    return _window(x, np.hamming)


@op("keras.ops.hanning", "keras.ops.numpy.hanning")
def hanning(x):
    """The Hann window of `x` samples."""
    return _window(x, np.hanning)


@op("keras.ops.kaiser", "keras.ops.numpy.kaiser")
def kaiser(x, beta):
    """The Kaiser window of `x` samples with shape parameter `beta`."""
    return _window(x, lambda count: np.kaiser(count, _number(beta)))
