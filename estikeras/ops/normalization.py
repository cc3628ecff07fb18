"""Moments and normalisations of `keras.ops`, over the fused primitives. Knows no moving
averages.
"""

import warnings

import numpy as np

from estikeras import errors, settings
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import floating, tensor
from estikeras.primitives import elementwise as ew
from estikeras.primitives import normalization, shaping
from estikeras.primitives import reduce as red

_HALF_LIMIT = (
    65504.0  # the largest float16, to which the reference clips the moments of 16-bit inputs
)


@op("keras.ops.moments", "keras.ops.nn.moments")
def moments(x, axes, keepdims=False, synchronized=False):
    """Mean and (biased) variance over axes.

    Args:
        x: tensor of any shape.
        axes: int or several.
        keepdims: whether the axes stay with size 1.
        synchronized: must be False.

    Returns:
        A pair of tensors in the dtype of `x`; 16-bit inputs are averaged in float32.
    """
    if synchronized:
        raise errors.unsupported("Synchronised moments", "Use a strategy and synchronized=False.")
    x = floating(x)
    axes = shapes.normalize_axes(axes, x.ndim, "axes")
    half = x.dtype in ("float16", "bfloat16")
    wide = tensor(x, "float32") if half else x
    mean = red.reduce_mean(wide, axes=axes, keepdims=True)
    variance = red.reduce_mean(ew.square(wide - mean), axes=axes, keepdims=True)
    if not keepdims:
        shape = shapes.reduced(x.shape, axes, keepdims=False)
        mean, variance = (shaping.reshape(v, shape=shape) for v in (mean, variance))
    if half:
        limits = ew.constant(-_HALF_LIMIT, wide), ew.constant(_HALF_LIMIT, wide)
        mean, variance = (
            tensor(ew.minimum(ew.maximum(v, limits[0]), limits[1]), x.dtype)
            for v in (mean, variance)
        )
    return mean, variance


@op("keras.ops.batch_normalization", "keras.ops.nn.batch_normalization")
def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset` along one axis.

    Args:
        x: tensor of any shape.
        mean: vector of the size of `axis`.
        variance: vector of the size of `axis`.
        axis: int, the axis that keeps its own statistics.
        offset: vector of the size of `axis`, or None.
        scale: vector of the size of `axis`, or None.
        epsilon: float that keeps the division finite.

    Returns:
        A tensor like `x`.
    """
    x = floating(x)
    axis = shapes.normalize_axis(axis, x.ndim)

    def along(vector):
        vector = tensor(vector, x.dtype)
        shape = tuple(x.shape[axis] if i == axis else 1 for i in range(x.ndim))
        return shaping.reshape(vector, shape=shape)

    mean, inverse = along(mean), ew.rsqrt(along(variance) + epsilon)
    if scale is not None:
        inverse = inverse * along(scale)
    shift = -mean * inverse
    if offset is not None:
        shift = shift + along(offset)
    return x * inverse + shift


def batch_normalization_training(x, axis, gamma=None, beta=None, epsilon=1e-3):
    """Normalise by the statistics of the batch itself, in one step with its gradient.

    Args:
        x: float tensor of any shape.
        axis: int, the axis that keeps its own statistics.
        gamma: vector of the size of `axis`, or None for ones.
        beta: vector of the size of `axis`, or None for zeros.
        epsilon: float that keeps the division finite.

    Returns:
        The normalised tensor like `x`, and the mean and (biased) variance in at least float32.
    """
    x = floating(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    axes = tuple(i for i in range(x.ndim) if i != axis)
    gamma, beta = _parameters(x, (x.shape[axis],), gamma, beta)
    return normalization.batch_normalization_training(
        x, gamma, beta, axes=axes, epsilon=float(epsilon)
    )


def _parameters(x, shape, gamma, beta):
    dtype = dtypes.to_numpy(x.dtype)
    gamma = np.ones(shape, dtype) if gamma is None else tensor(gamma, x.dtype)
    beta = np.zeros(shape, dtype) if beta is None else tensor(beta, x.dtype)
    return gamma, beta


@op("keras.ops.layer_normalization", "keras.ops.nn.layer_normalization")
def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs):
    """Bring the elements over some axes of each sample to mean 0 and variance 1, then scale and
    shift them.

    Args:
        x: tensor of any shape.
        gamma: scale, shaped like the normalised axes, or None.
        beta: shift, shaped like the normalised axes, or None.
        axis: int or several.
        epsilon: float that keeps the division finite, by default `keras.config.epsilon()`.
        **kwargs: `rms_scaling`, an older option; `rms_normalization` is what it meant.

    Returns:
        A tensor like `x`, computed in at least float32.

    Reference: Ba, Kiros and Hinton, 2016, Layer normalization.
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"layer_normalization() got unknown arguments: {sorted(kwargs)}.")
    epsilon = settings.epsilon() if epsilon is None else float(epsilon)
    x = floating(x)
    axes = shapes.normalize_axes(axis, x.ndim)
    if rms_scaling:
        warnings.warn(
            "`rms_scaling=True` is deprecated: it divides by the deviation. "
            "Use `ops.rms_normalization`.",
            DeprecationWarning,
            stacklevel=3,
        )
        return _scaled_by_deviation(x, gamma, axes, epsilon)
    shape = tuple(x.shape[a] for a in axes)
    gamma, beta = _parameters(x, shape, gamma, beta)
    gamma, beta = (p if p.shape == shape else _fitted(p, x, axes) for p in (gamma, beta))
    return normalization.layer_normalization(x, gamma, beta, axes=axes, epsilon=epsilon)[0]


def _fitted(parameter, x, axes):
    """A parameter of another shape (with ones, or to be broadcast) as one shaped like the
    normalised axes.
    """
    shape = tuple(x.shape[a] for a in axes)
    parameter = as_tensor(parameter)
    if parameter.ndim == x.ndim:
        inner = tuple(parameter.shape[a] for a in axes)
        parameter = shaping.reshape(parameter, shape=inner)
    return shaping.broadcast_to(parameter, shape=shape)


def _scaled_by_deviation(x, gamma, axes, epsilon):
    wide = tensor(x, dtypes.result_type(x.dtype, "float32"))
    _, variance = moments(wide, axes, keepdims=True)
    y = wide * ew.rsqrt(variance + epsilon)
    if gamma is not None:
        y = y * _along_axes(tensor(gamma, wide.dtype), x, axes)
    return tensor(y, x.dtype)


def _along_axes(parameter, x, axes):
    if parameter.ndim in (0, x.ndim):
        return parameter
    shape = tuple(x.shape[i] if i in axes else 1 for i in range(x.ndim))
    return shaping.reshape(parameter, shape=shape)


@op("keras.ops.rms_normalization", "keras.ops.nn.rms_normalization")
def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """`x / sqrt(mean(x**2) + epsilon) * scale` over some axes of each sample.

    Args:
        x: tensor of any shape.
        scale: tensor that broadcasts to `x`, or None.
        axis: int or several.
        epsilon: float that keeps the division finite, by default `keras.config.epsilon()`.

    Returns:
        A tensor like `x`, computed in at least float32.

    Reference: Zhang and Sennrich, 2019, Root mean square layer normalization.
    """
    epsilon = settings.epsilon() if epsilon is None else float(epsilon)
    x = floating(x)
    if x.ndim == 0:
        x = shaping.reshape(x, shape=(1,))
    wide = tensor(x, dtypes.result_type(x.dtype, "float32"))
    axes = shapes.normalize_axes(axis, x.ndim)
    y = wide * ew.rsqrt(red.reduce_mean(ew.square(wide), axes=axes, keepdims=True) + epsilon)
    if scale is not None:
        y = y * tensor(scale, wide.dtype)
    return tensor(y, x.dtype)


@op("keras.ops.normalize", "keras.ops.nn.normalize")
def normalize(x, axis=-1, order=2, epsilon=None):
    """`x / max(norm(x), epsilon)` along an axis.

    Args:
        x: tensor of any shape.
        axis: int or several.
        order: int from 1 on, the exponent of the norm.
        epsilon: the least norm, by default `keras.config.epsilon()`.

    Returns:
        A float tensor of the same shape.

    Raises:
        ValueError: for another `order`.
    """
    if not isinstance(order, int) or order < 1:
        raise errors.invalid("order", got=order, expected="an int of at least 1")
    epsilon = settings.epsilon() if epsilon is None else float(epsilon)
    x = floating(x)
    if x.ndim == 0:
        x = shaping.reshape(x, shape=(1,))
    axes = shapes.normalize_axes(axis, x.ndim)
    if order == 2:
        # Not 1 / 0, which compiled code may take for NaN.
        square = red.reduce_sum(ew.square(x), axes=axes, keepdims=True)
        return x * ew.rsqrt(ew.maximum(square, ew.constant(epsilon**2, x)))
    powers = ew.power(ew.absolute(x), ew.constant(order, x)) if order > 1 else ew.absolute(x)
    norm = red.reduce_sum(powers, axes=axes, keepdims=True)
    if order > 1:
        norm = ew.power(norm, ew.constant(1 / order, x))
    return x / ew.maximum(norm, ew.constant(epsilon, x))
