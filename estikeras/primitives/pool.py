"""Pooling over the spatial axes of channels-last arrays (batch, *spatial, channels), with
gradients.

Parameters, one entry per spatial axis: `size`, `strides`, `padding` as pairs before and after.
Padding never wins a maximum and is not counted in an average. Where several elements of a window
are the maximum, the first one in row-major order gets the gradient. Global pooling is a reduction,
not here.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import conv, precision


def _ones(size):
    return (1,) * len(size)


def _windows(shape, size, strides, padding):
    """The slices of the padded array that hold the window's first, second, ... element, and the
    output's sizes.
    """
    out = conv.output_size(shape[1:-1], size, strides, padding, _ones(size))
    return [where for _, where in conv.taps(size, out, strides, _ones(size))], out


def _lowest(dtype):
    if dtype.kind in "iu":
        return np.iinfo(dtype).min
    return False if dtype.kind == "b" else -np.inf


def _max_pool(x, *, size, strides, padding):
    windows, _ = _windows(x.shape, size, strides, padding)
    x = conv.padded(x, padding, _lowest(x.dtype))
    y = x[windows[0]].copy()
    for where in windows[1:]:
        np.maximum(y, x[where], out=y)
    return y


def _first_maxima(x, y, windows):
    """For each window element, where it is its window's first maximum: bool arrays of the output's
    shape.
    """
    taken = np.zeros(y.shape, bool)
    for where in windows:
        hit = (x[where] == y) & ~taken
        taken |= hit
        yield where, hit


def _max_pool_gradient(x, y, g, *, size, strides, padding):
    windows, _ = _windows(x.shape, size, strides, padding)
    x = conv.padded(x, padding, _lowest(x.dtype))
    gradient = np.zeros(x.shape, g.dtype)
    for where, hit in _first_maxima(x, y, windows):
        gradient[where] += g * hit
    return conv.unpadded(gradient, padding)


def _max_pool_pick(x, y, values, *, size, strides, padding):
    windows, _ = _windows(x.shape, size, strides, padding)
    x = conv.padded(x, padding, _lowest(x.dtype))
    values = conv.padded(values, padding)
    picked = np.zeros(y.shape, values.dtype)
    for where, hit in _first_maxima(x, y, windows):
        picked += values[where] * hit
    return picked


def _counts(input_size, size, strides, padding, dtype):
    """How many elements that are not padding each window has: (1, *out, 1)."""
    ones = np.ones((1, *input_size, 1), dtype)
    windows, _ = _windows(ones.shape, size, strides, padding)
    ones = conv.padded(ones, padding)
    return sum(ones[where] for where in windows)


def _average_pool(x, *, size, strides, padding):
    windows, _ = _windows(x.shape, size, strides, padding)
    counts = _counts(x.shape[1:-1], size, strides, padding, x.dtype)
    x = conv.padded(x, padding)
    return sum(x[where] for where in windows) / counts


def _average_pool_gradient(g, *, input_size, size, strides, padding):
    shape = (g.shape[0], *input_size, g.shape[-1])
    windows, _ = _windows(shape, size, strides, padding)
    full = [n + low + high for n, (low, high) in zip(input_size, padding, strict=True)]
    gradient = np.zeros((shape[0], *full, shape[-1]), g.dtype)
    g = g / _counts(input_size, size, strides, padding, g.dtype)
    for where in windows:
        gradient[where] += g
    return conv.unpadded(gradient, padding)


def _pool_rule(x, *, size, strides, padding):
    for (low, high), n in zip(padding, size, strict=True):
        if not (0 <= low < n and 0 <= high < n):
            raise errors.invalid("padding", got=padding, expected=f"less than the window {size}")
    out = conv.check_geometry(x, size, strides, padding, _ones(size))
    return Spec((x.shape[0], *out, x.shape[-1]), x.dtype)


def _average_rule(x, **params):
    if not dtypes.is_float(x.dtype):
        raise errors.wrong_type("inputs", got=x.dtype, expected="a floating-point dtype")
    return _pool_rule(x, **params)


max_pool = primitive(
    "max_pool",
    rule=_pool_rule,
    reference=_max_pool,
    gradient=lambda g, y, x, **params: (max_pool_gradient(x, y, g, **params),),
    kernel="pool.max_pool",
)
# Inputs x, y = max_pool(x), g; the gradient by x.
max_pool_gradient = primitive(
    "max_pool_gradient",
    rule=lambda x, y, g, *, size, strides, padding: Spec(x.shape, g.dtype),
    reference=_max_pool_gradient,
    gradient=lambda g, _, x, y, outer, **params: (None, None, max_pool_pick(x, y, g, **params)),
    kernel="pool.max_pool_gradient",
)
# Inputs x, y = max_pool(x), values like x; the values at the places of the maxima.
max_pool_pick = primitive(
    "max_pool_pick",
    rule=lambda x, y, values, *, size, strides, padding: Spec(y.shape, values.dtype),
    reference=_max_pool_pick,
    gradient=lambda g, _, x, y, values, **params: (
        None,
        None,
        max_pool_gradient(x, y, g, **params),
    ),
)
average_pool = primitive(
    "average_pool",
    rule=_average_rule,
    reference=precision.widened(_average_pool),
    gradient=lambda g, y, x, **params: (
        average_pool_gradient(g, input_size=x.shape[1:-1], **params),
    ),
    kernel="pool.average_pool",
)
average_pool_gradient = primitive(
    "average_pool_gradient",
    rule=lambda g, *, input_size, **params: Spec((g.shape[0], *input_size, g.shape[-1]), g.dtype),
    reference=precision.widened(_average_pool_gradient),
    gradient=lambda g, y, outer, *, input_size, **params: (average_pool(g, **params),),
    kernel="pool.average_pool_gradient",
)
