"""Softmax, its logarithm, and the cross-entropies over the last axis as single steps with their
gradients.

Knows no label smoothing and no weights: the losses compose those. Labels out of range are an error.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, precision, recompose, shaping
from estikeras.primitives import reduce as red


def _check_float(x, argument):
    if not dtypes.is_float(x.dtype):
        raise errors.wrong_type(argument, got=x.dtype, expected="a floating-point dtype")


def _same_rule(x, *, axis):
    _check_float(x, "x")
    shapes.normalize_axis(axis, x.ndim)
    return Spec(x.shape, x.dtype)


def _softmax(x, *, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _log_softmax(x, *, axis):
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _sum(x, axis):
    return red.reduce_sum(x, axes=(axis % x.ndim,), keepdims=True)


def _logsumexp(x, *, axes, keepdims):
    top = x.max(axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0).astype(x.dtype)
    y = np.log(np.exp(x - top).sum(axis=axes, keepdims=True)) + top
    return y if keepdims else y.reshape(shapes.reduced(x.shape, axes, keepdims=False))


def _logsumexp_rule(x, *, axes, keepdims):
    _check_float(x, "x")
    return Spec(shapes.reduced(x.shape, axes, keepdims), x.dtype)


def _logsumexp_gradient(g, y, x, *, axes, keepdims):
    shape = shapes.reduced(x.shape, axes, keepdims=True)
    g, y = shaping.reshape(g, shape=shape), shaping.reshape(y, shape=shape)
    return (g * ew.exp(x - y),)


softmax = primitive(
    "softmax",
    _same_rule,
    precision.widened(_softmax),
    gradient=lambda g, y, x, *, axis: (softmax_gradient(g, y, axis=axis),),
    kernel="softmax.softmax",
)
# Inputs g and y = softmax(x); the gradient by x.
softmax_gradient = primitive(
    "softmax_gradient",
    rule=lambda g, y, *, axis: Spec(y.shape, y.dtype),
    reference=precision.widened(
        lambda g, y, *, axis: y * (g - (g * y).sum(axis=axis, keepdims=True))
    ),
    gradient=recompose.by_composition(lambda g, y, *, axis: y * (g - _sum(g * y, axis))),
    kernel="softmax.softmax_gradient",
)
log_softmax = primitive(
    "log_softmax",
    _same_rule,
    precision.widened(_log_softmax),
    gradient=lambda g, y, x, *, axis: (g - ew.exp(y) * _sum(g, axis),),
    kernel="softmax.log_softmax",
)
logsumexp = primitive(
    "logsumexp",
    _logsumexp_rule,
    precision.widened(_logsumexp),
    gradient=_logsumexp_gradient,
    kernel="softmax.logsumexp",
)


def _dense_rule(logits, labels):
    _check_float(logits, "logits")
    if labels.shape != logits.shape:
        raise errors.shape_mismatch("labels", got=labels.shape, expected=logits.shape)
    if labels.dtype != logits.dtype:
        raise errors.wrong_type("labels", got=labels.dtype, expected=logits.dtype)
    return Spec(logits.shape[:-1], logits.dtype)


def _softmax_cross_entropy(logits, labels):
    return -(labels * _log_softmax(logits, axis=-1)).sum(axis=-1)


def _softmax_cross_entropy_gradient(g, logits, labels):
    probabilities = _softmax(logits, axis=-1)
    return g[..., None] * (probabilities * labels.sum(axis=-1, keepdims=True) - labels)


def _column(g):
    return shaping.reshape(g, shape=(*g.shape, 1))


# Inputs logits and labels (*batch, classes) of one dtype; gives (*batch).
softmax_cross_entropy = primitive(
    "softmax_cross_entropy",
    _dense_rule,
    precision.widened(_softmax_cross_entropy),
    gradient=lambda g, y, logits, labels: (
        softmax_cross_entropy_gradient(g, logits, labels),
        -(_column(g) * log_softmax(logits, axis=-1)),
    ),
    kernel="softmax.softmax_cross_entropy",
)
# Inputs g (*batch), logits and labels (*batch, classes); the gradient by the logits.
softmax_cross_entropy_gradient = primitive(
    "softmax_cross_entropy_gradient",
    rule=lambda g, logits, labels: Spec(logits.shape, logits.dtype),
    reference=precision.widened(_softmax_cross_entropy_gradient),
    gradient=recompose.by_composition(
        lambda g, logits, labels: (
            _column(g) * (softmax(logits, axis=-1) * _sum(labels, -1) - labels)
        )
    ),
    kernel="softmax.softmax_cross_entropy_gradient",
)


def _sparse_rule(x, labels, **_):
    _check_float(x, "output")
    if not dtypes.is_int(labels.dtype):
        raise errors.wrong_type("target", got=labels.dtype, expected="an integer dtype")
    if labels.shape != x.shape[:-1]:
        raise errors.shape_mismatch("target", got=labels.shape, expected=x.shape[:-1])
    return Spec(labels.shape, x.dtype)


def _check_labels(x, labels):
    indexing.check_range(labels, x.shape[-1], "target")


def _sparse_softmax_cross_entropy(logits, labels):
    _check_labels(logits, labels)
    return -np.take_along_axis(_log_softmax(logits, axis=-1), labels[..., None], axis=-1)[..., 0]


def _sparse_softmax_cross_entropy_gradient(g, logits, labels):
    _check_labels(logits, labels)
    probabilities = _softmax(logits, axis=-1)
    return g[..., None] * (probabilities - _one_hot(labels, probabilities))


def _one_hot(labels, like):
    return (labels[..., None] == np.arange(like.shape[-1])).astype(like.dtype)


def _hot(labels, like):
    """One-hot labels as a tensor like `like`, with primitives."""
    classes = np.arange(like.shape[-1], dtype=dtypes.to_numpy(labels.dtype))
    return ew.cast(ew.equal(_column(labels), classes), dtype=like.dtype)


# Inputs logits (*batch, classes) and integer labels (*batch); gives (*batch).
sparse_softmax_cross_entropy = primitive(
    "sparse_softmax_cross_entropy",
    _sparse_rule,
    precision.widened(_sparse_softmax_cross_entropy),
    gradient=lambda g, y, logits, labels: (
        sparse_softmax_cross_entropy_gradient(g, logits, labels),
        None,
    ),
    kernel="softmax.sparse_softmax_cross_entropy",
)
# Inputs g (*batch), logits, labels; the gradient by the logits.
sparse_softmax_cross_entropy_gradient = primitive(
    "sparse_softmax_cross_entropy_gradient",
    rule=lambda g, logits, labels: Spec(logits.shape, logits.dtype),
    reference=precision.widened(_sparse_softmax_cross_entropy_gradient),
    gradient=recompose.by_composition(
        lambda g, logits, labels: _column(g) * (softmax(logits, axis=-1) - _hot(labels, logits))
    ),
    kernel="softmax.sparse_softmax_cross_entropy_gradient",
)


def _clipped(probabilities, epsilon):
    return np.clip(probabilities, epsilon, 1 - epsilon).astype(probabilities.dtype)


def _sparse_cross_entropy(probabilities, labels, *, epsilon):
    _check_labels(probabilities, labels)
    clipped = _clipped(probabilities, epsilon)
    picked = np.take_along_axis(clipped, labels[..., None], axis=-1)[..., 0]
    return np.log(clipped.sum(axis=-1)) - np.log(picked)


def _sparse_cross_entropy_gradient(g, probabilities, labels, *, epsilon):
    _check_labels(probabilities, labels)
    clipped = _clipped(probabilities, epsilon)
    outer = np.where(probabilities == clipped, g[..., None], 0).astype(g.dtype)
    return outer * (1 / clipped.sum(axis=-1, keepdims=True) - _one_hot(labels, clipped) / clipped)


def _sparse_gradient_composition(g, probabilities, labels, *, epsilon):
    low, high = (
        np.asarray(limit, dtypes.to_numpy(probabilities.dtype)) for limit in (epsilon, 1 - epsilon)
    )
    clipped = ew.minimum(ew.maximum(probabilities, low), high)
    inside = ew.cast(ew.equal(probabilities, clipped), dtype=probabilities.dtype)
    return inside * _column(g) * (1 / _sum(clipped, -1) - _hot(labels, clipped) / clipped)


# Inputs probabilities (*batch, classes) and integer labels (*batch); gives (*batch). Every
# probability is clipped to [epsilon, 1 - epsilon], then rows are normalised: log(sum of clipped) -
# log(clipped of the label). On rows that sum to one this is every Keras backend's number; on other
# rows it is TensorFlow's.
sparse_cross_entropy = primitive(
    "sparse_cross_entropy",
    _sparse_rule,
    precision.widened(_sparse_cross_entropy),
    gradient=lambda g, y, probabilities, labels, *, epsilon: (
        sparse_cross_entropy_gradient(g, probabilities, labels, epsilon=epsilon),
        None,
    ),
    kernel="softmax.sparse_cross_entropy",
)
# Inputs g (*batch), probabilities, labels; the gradient by the probabilities.
sparse_cross_entropy_gradient = primitive(
    "sparse_cross_entropy_gradient",
    rule=lambda g, probabilities, labels, *, epsilon: Spec(probabilities.shape, g.dtype),
    reference=precision.widened(_sparse_cross_entropy_gradient),
    gradient=recompose.by_composition(_sparse_gradient_composition),
    kernel="softmax.sparse_cross_entropy_gradient",
)
