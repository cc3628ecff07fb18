"""Activation functions of `keras.ops` that look along an axis: softmaxes and gated units."""

import warnings

import numpy as np

from estikeras import errors
from estikeras.engine import shapes
from estikeras.engine.operation import op
from estikeras.ops.core import floating
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, shaping
from estikeras.primitives import reduce as red
from estikeras.primitives import softmax as softmaxes


@op("keras.ops.glu", "keras.ops.nn.glu")
def glu(x, axis=-1):
    """The first half of `x` along an axis times the sigmoid of the second half.

    Args:
        x: tensor with an even size along `axis`.
        axis: int.

    Returns:
        A float tensor, half the size along `axis`.

    Raises:
        ValueError: when the size is odd.
    """
    x = floating(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    if x.shape[axis] % 2:
        raise errors.shape_mismatch("x", got=x.shape, expected=f"an even size along axis {axis}")
    half = (*x.shape[:axis], x.shape[axis] // 2, *x.shape[axis + 1 :])
    second = tuple(half[axis] if i == axis else 0 for i in range(x.ndim))
    first, gate = (
        shaping.slice(x, starts=starts, shape=half, steps=(1,) * x.ndim)
        for starts in ((0,) * x.ndim, second)
    )
    return first * ew.sigmoid(gate)


def _over_axes(function, x, axis):
    """Apply a function of the last axis over one axis or several together."""
    if not isinstance(axis, (tuple, list)):
        return function(x, shapes.normalize_axis(axis, x.ndim))
    axes = tuple(shapes.normalize_axis(a, x.ndim) for a in axis)
    order = (*[a for a in range(x.ndim) if a not in axes], *axes)
    moved = shaping.transpose(x, axes=order)
    kept = moved.shape[: x.ndim - len(axes)]
    size = int(np.prod(moved.shape[len(kept) :]))
    y = function(shaping.reshape(moved, shape=(*kept, size)), len(kept))
    return shaping.transpose(shaping.reshape(y, shape=moved.shape), axes=shaping.inverse(order))


@op("keras.ops.softmax", "keras.ops.nn.softmax")
def softmax(x, axis=-1):
    """`exp(x)` divided by its sum along an axis.

    Args:
        x: tensor of any shape.
        axis: int, or a tuple of ints that are taken together.

    Returns:
        A float tensor of the same shape whose elements along `axis` sum to 1.
    """
    x = floating(x)
    if isinstance(axis, int) and -x.ndim <= axis < x.ndim and x.shape[axis] == 1:
        warnings.warn(
            f"A softmax over axis {axis} of shape {x.shape} has one element to share 1 among, so "
            "it is always 1. For one output, use a sigmoid.",
            stacklevel=3,
        )
    return _over_axes(lambda t, a: softmaxes.softmax(t, axis=a), x, axis)


@op("keras.ops.log_softmax", "keras.ops.nn.log_softmax")
def log_softmax(x, axis=-1):
    """The logarithm of `softmax(x)`, computed without its underflow.

    Args:
        x: tensor of any shape.
        axis: int, or a tuple of ints that are taken together.

    Returns:
        A float tensor of the same shape.
    """
    return _over_axes(lambda t, a: softmaxes.log_softmax(t, axis=a), floating(x), axis)


@op("keras.ops.sparsemax", "keras.ops.nn.sparsemax")
def sparsemax(x, axis=-1):
    """Like softmax, with exact zeros: what of `x` lies above a threshold that is common to an axis.

    Args:
        x: tensor of any shape.
        axis: int.

    Returns:
        A float tensor of the same shape. As in Keras, whose numbers these are, elements along
        `axis` sum to 1 only where a single one is left; the paper's threshold would make them
        always do so.

    Reference: Martins and Astudillo, 2016, From softmax to sparsemax.
    """
    x = floating(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    order = indexing.argsort(x, axis=axis, descending=True)
    descending = indexing.take_along_axis(x, order, axis=axis)
    sums = red.cumsum(descending, axis=axis, exclusive=False, reverse=False)
    rank = np.arange(1, x.shape[axis] + 1, dtype=x.dtype)
    rank = rank.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    support = ew.cast(descending * rank > sums - 1, dtype=x.dtype)
    count = red.reduce_sum(support, axes=(axis,), keepdims=True)
    total = red.reduce_sum(support * sums, axes=(axis,), keepdims=True)
    return ew.relu(x - (total - 1) / count)
