"""Batch and layer normalisation as single steps with their gradients. Knows no moving averages and
no layers.

Statistics are computed in at least float32, and given back in float32 for 16-bit inputs.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import elementwise as ew
from estikeras.primitives import precision, recompose, shaping
from estikeras.primitives import reduce as red


def _statistics_dtype(x):
    return "float64" if x.dtype == "float64" else "float32"


def _along(vector, axes, ndim):
    """A vector over the axes that are not in `axes`, reshaped to broadcast along the array (for
    NumPy).
    """
    sizes = iter(vector.shape)
    return vector.reshape([1 if axis in axes else next(sizes) for axis in range(ndim)])


def _others(axes, ndim):
    return tuple(axis for axis in range(ndim) if axis not in axes)


def _average(x, axes):
    """The mean over axes, kept with size 1; 0 where there are no elements."""
    total = x.sum(axis=axes, keepdims=True)
    return total / x.dtype.type(max(x.size // max(total.size, 1), 1))


def _check_parameters(x, axes, **parameters):
    if not dtypes.is_float(x.dtype):
        raise errors.wrong_type("inputs", got=x.dtype, expected="a floating-point dtype")
    expected = tuple(x.shape[axis] for axis in axes)
    for name, parameter in parameters.items():
        if parameter.shape != expected:
            raise errors.shape_mismatch(name, got=parameter.shape, expected=expected)


def _batch_rule(x, gamma, beta, *, axes, epsilon):
    _check_parameters(x, _others(axes, x.ndim), gamma=gamma, beta=beta)
    statistic = Spec(shapes.reduced(x.shape, axes, keepdims=False), _statistics_dtype(x))
    return Spec(x.shape, x.dtype), statistic, statistic


def _batch_forward(x, gamma, beta, *, axes, epsilon):
    dtype, x = x.dtype, precision.wide(x)
    mean = _average(x, axes)
    variance = _average(np.square(x - mean), axes)
    scale = _along(precision.wide(gamma), axes, x.ndim) / np.sqrt(variance + x.dtype.type(epsilon))
    y = (x - mean) * scale + _along(precision.wide(beta), axes, x.ndim)
    shape = shapes.reduced(x.shape, axes, keepdims=False)
    return y.astype(dtype), mean.reshape(shape), variance.reshape(shape)


def _batch_backward(g, x, gamma, mean, variance, *, axes, epsilon):
    dtype, x, g = x.dtype, precision.wide(x), precision.wide(g)
    inverse = 1 / np.sqrt(_along(variance, axes, x.ndim) + x.dtype.type(epsilon))
    normal = (x - _along(mean, axes, x.ndim)) * inverse
    d_beta = g.sum(axis=axes, keepdims=True)
    d_gamma = (g * normal).sum(axis=axes, keepdims=True)
    count = x.size // max(d_beta.size, 1)
    scale = _along(precision.wide(gamma), axes, x.ndim) * inverse
    dx = scale * (g - (d_beta + normal * d_gamma) / x.dtype.type(count))
    return (
        dx.astype(dtype),
        d_gamma.reshape(gamma.shape).astype(gamma.dtype),
        d_beta.reshape(gamma.shape).astype(gamma.dtype),
    )


def _mean(x, axes):
    return red.reduce_mean(x, axes=axes, keepdims=True)


def _stretch(vector, axes, like):
    """A vector of the axes not in `axes`, with ones in their place (for tensors)."""
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(like.shape))
    return shaping.reshape(vector, shape=shape)


def _cast(x, dtype):
    return x if x.dtype == dtype else ew.cast(x, dtype=dtype)


def _batch_backward_composition(g, x, gamma, mean, variance, *, axes, epsilon):
    dtype, wide = x.dtype, _statistics_dtype(x)
    g, x = _cast(g, wide), _cast(x, wide)
    inverse = ew.rsqrt(_stretch(variance, axes, x) + epsilon)
    normal = (x - _stretch(mean, axes, x)) * inverse
    scale = _stretch(_cast(gamma, wide), axes, x) * inverse
    dx = scale * (g - _mean(g, axes) - normal * _mean(g * normal, axes))
    d_gamma = red.reduce_sum(g * normal, axes=axes, keepdims=False)
    d_beta = red.reduce_sum(g, axes=axes, keepdims=False)
    return _cast(dx, dtype), _cast(d_gamma, gamma.dtype), _cast(d_beta, gamma.dtype)


def _batch_gradient(g, y, x, gamma, beta, *, axes, epsilon):
    g_y, g_mean, g_variance = g
    _, mean, variance = y
    dx = d_gamma = d_beta = None
    if g_y is not None:
        dx, d_gamma, d_beta = batch_normalization_gradient(
            g_y, x, gamma, mean, variance, axes=axes, epsilon=epsilon
        )
    count = x.size // max(mean.size, 1)
    wide = _cast(x, mean.dtype)
    extra = None
    if g_mean is not None:
        extra = _stretch(g_mean, axes, x) / count
    if g_variance is not None:
        centred = wide - _stretch(mean, axes, x)
        more = centred * _stretch(g_variance, axes, x) * (2 / count)
        extra = more if extra is None else extra + more
    if extra is not None:
        extra = _cast(shaping.broadcast_to(extra, shape=x.shape), x.dtype)
        dx = extra if dx is None else dx + extra
    return dx, d_gamma, d_beta


# Inputs x and gamma, beta over the axes that are not reduced, in order; gives y like x, and the
# mean and the (biased) variance over `axes`.
batch_normalization_training = primitive(
    "batch_normalization_training",
    _batch_rule,
    _batch_forward,
    _batch_gradient,
    kernel="normalization.batch_normalization_training",
)
# Inputs g, x, gamma and the saved mean and variance; gives the gradients by x (through the
# statistics too), gamma and beta.
batch_normalization_gradient = primitive(
    "batch_normalization_gradient",
    rule=lambda g, x, gamma, mean, variance, *, axes, epsilon: (
        Spec(x.shape, x.dtype),
        Spec(gamma.shape, gamma.dtype),
        Spec(gamma.shape, gamma.dtype),
    ),
    reference=_batch_backward,
    gradient=recompose.by_composition(_batch_backward_composition),
    kernel="normalization.batch_normalization_gradient",
)


def _layer_rule(x, gamma, beta, *, axes, epsilon):
    _check_parameters(x, axes, gamma=gamma, beta=beta)
    statistic = Spec(shapes.reduced(x.shape, axes, keepdims=False), _statistics_dtype(x))
    return Spec(x.shape, x.dtype), statistic, statistic


def _layer_forward(x, gamma, beta, *, axes, epsilon):
    dtype, x = x.dtype, precision.wide(x)
    mean = _average(x, axes)
    variance = _average(np.square(x - mean), axes)
    inverse = 1 / np.sqrt(variance + x.dtype.type(epsilon))
    others = _others(axes, x.ndim)
    gamma, beta = (_along(precision.wide(p), others, x.ndim) for p in (gamma, beta))
    y = (x - mean) * inverse * gamma + beta
    shape = shapes.reduced(x.shape, axes, keepdims=False)
    return y.astype(dtype), mean.reshape(shape), inverse.reshape(shape)


def _layer_backward(g, x, gamma, mean, inverse, *, axes):
    dtype, x, g = x.dtype, precision.wide(x), precision.wide(g)
    others = _others(axes, x.ndim)
    inverse = _along(inverse, axes, x.ndim)
    normal = (x - _along(mean, axes, x.ndim)) * inverse
    scaled = g * _along(precision.wide(gamma), others, x.ndim)
    mean_g, mean_gx = _average(scaled, axes), _average(scaled * normal, axes)
    return (
        (inverse * (scaled - mean_g - normal * mean_gx)).astype(dtype),
        (g * normal).sum(axis=others).astype(gamma.dtype),
        g.sum(axis=others).astype(gamma.dtype),
    )


def _layer_backward_composition(g, x, gamma, mean, inverse, *, axes):
    dtype, wide = x.dtype, _statistics_dtype(x)
    g, x = _cast(g, wide), _cast(x, wide)
    others = _others(axes, x.ndim)
    inverse = _stretch(inverse, axes, x)
    normal = (x - _stretch(mean, axes, x)) * inverse
    scaled = g * _stretch(_cast(gamma, wide), others, x)
    dx = inverse * (scaled - _mean(scaled, axes) - normal * _mean(scaled * normal, axes))
    d_gamma = red.reduce_sum(g * normal, axes=others, keepdims=False)
    d_beta = red.reduce_sum(g, axes=others, keepdims=False)
    return _cast(dx, dtype), _cast(d_gamma, gamma.dtype), _cast(d_beta, gamma.dtype)


def _layer_gradient(g, y, x, gamma, beta, *, axes, epsilon):
    g_y, g_mean, g_inverse = g
    _, mean, inverse = y
    dx = d_gamma = d_beta = None
    if g_y is not None:
        dx, d_gamma, d_beta = layer_normalization_gradient(g_y, x, gamma, mean, inverse, axes=axes)
    count = x.size // max(mean.size, 1)
    extra = None
    if g_mean is not None:
        extra = _stretch(g_mean, axes, x) / count
    if g_inverse is not None:
        cubed = _stretch(g_inverse * inverse * inverse * inverse, axes, x)
        more = (_stretch(mean, axes, x) - _cast(x, mean.dtype)) * cubed / count
        extra = more if extra is None else extra + more
    if extra is not None:
        extra = _cast(shaping.broadcast_to(extra, shape=x.shape), x.dtype)
        dx = extra if dx is None else dx + extra
    return dx, d_gamma, d_beta


# Inputs x and gamma, beta over `axes`, in order; gives y like x, and for the gradient the mean
# over `axes` and the inverse of the deviation, 1 / sqrt(variance + epsilon).
layer_normalization = primitive(
    "layer_normalization",
    _layer_rule,
    _layer_forward,
    _layer_gradient,
    kernel="normalization.layer_normalization",
)
# Inputs g, x, gamma and the saved mean and inverse deviation; gives the gradients by x, gamma and
# beta.
layer_normalization_gradient = primitive(
    "layer_normalization_gradient",
    rule=lambda g, x, gamma, mean, inverse, *, axes: (
        Spec(x.shape, x.dtype),
        Spec(gamma.shape, gamma.dtype),
        Spec(gamma.shape, gamma.dtype),
    ),
    reference=_layer_backward,
    gradient=recompose.by_composition(_layer_backward_composition),
    kernel="normalization.layer_normalization_gradient",
)
