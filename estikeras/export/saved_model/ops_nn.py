"""Softmax, normalization, attention and cross-entropies as TensorFlow's operations."""

import numpy as np

from estikeras.engine.dtypes import DType
from estikeras.export.saved_model.emission import entering
from estikeras.export.saved_model.ops_linalg import reduced
from estikeras.primitives import attention

TABLE = {}
emits = entering(TABLE)


def _along_last(e, op, x, axis):
    """An operation that TensorFlow has for the last axis only."""
    axis %= x.ndim
    order = [i for i in range(x.ndim) if i != axis] + [axis]
    y = e.op(op, e.transpose(x, order), of_shape=tuple(x.shape[i] for i in order))
    return e.transpose(y, [order.index(i) for i in range(x.ndim)])


@emits("softmax")
def _softmax(e, x, *, axis):
    return _along_last(e, "Softmax", x, axis)


@emits("log_softmax")
def _log_softmax(e, x, *, axis):
    return _along_last(e, "LogSoftmax", x, axis)


@emits("logsumexp")
def _logsumexp(e, x, *, axes, keepdims):
    top = reduced(e, "Max", x, axes, True)
    finite = e.op("IsFinite", top, gives="bool")
    top = e.op("SelectV2", finite, top, e.like(0, x), gives=x.dtype, T=DType(x.dtype))
    total = reduced(e, "Sum", e.op("Exp", e.op("Sub", x, top)), axes, True)
    y = e.op("AddV2", e.op("Log", total), top)
    return y if keepdims else e.op("Squeeze", y, squeeze_dims=list(axes))


@emits("softmax_cross_entropy")
def _softmax_cross_entropy(e, logits, labels):
    products = e.op("Mul", labels, e.op("LogSoftmax", logits))
    return e.op("Neg", reduced(e, "Sum", products, (logits.ndim - 1,), False))


def _one_hot(e, labels, like):
    labels = labels if labels.dtype in ("int32", "int64") else e.cast(labels, "int32")
    return e.op(
        "OneHot", labels, e.constant(like.shape[-1], "int32"), e.like(1, like), e.like(0, like),
        gives=like.dtype, T=DType(like.dtype), TI=DType(labels.dtype),
    )  # fmt: skip


@emits("sparse_softmax_cross_entropy")
def _sparse_softmax_cross_entropy(e, logits, labels):
    return _softmax_cross_entropy(e, logits, _one_hot(e, labels, logits))


@emits("sparse_cross_entropy")
def _sparse_cross_entropy(e, probabilities, labels, *, epsilon):
    limits = e.like(epsilon, probabilities), e.like(1 - epsilon, probabilities)
    clipped = e.op("Minimum", e.op("Maximum", probabilities, limits[0]), limits[1])
    last = (probabilities.ndim - 1,)
    chosen = e.op("Mul", clipped, _one_hot(e, labels, probabilities))
    totals = (e.op("Log", reduced(e, "Sum", x, last, False)) for x in (clipped, chosen))
    return e.op("Sub", *totals)


def _moments(e, x, axes):
    """Mean and variance along axes, which stay, and the difference from the mean."""
    mean = reduced(e, "Mean", x, axes, True)
    centred = e.op("Sub", x, mean)
    return mean, reduced(e, "Mean", e.op("Square", centred), axes, True), centred


def _inverse_deviation(e, variance, epsilon):
    return e.op("Rsqrt", e.op("AddV2", variance, e.like(epsilon, variance)))


def _normalized(e, x, gamma, beta, axes, epsilon, kept):
    """y, mean and variance, or the inverse deviation; `kept` are the axes of gamma and beta."""
    wide = "float64" if x.dtype == "float64" else "float32"
    shape = tuple(n if axis in kept else 1 for axis, n in enumerate(x.shape))
    gamma, beta = (e.reshape(e.cast(p, wide), shape) for p in (gamma, beta))
    mean, variance, centred = _moments(e, e.cast(x, wide), axes)
    inverse = _inverse_deviation(e, variance, epsilon)
    y = e.op("AddV2", e.op("Mul", e.op("Mul", centred, inverse), gamma), beta)
    statistics = (e.op("Squeeze", s, squeeze_dims=list(axes)) for s in (mean, variance, inverse))
    return type(x)(e.cast(type(y)(y.ref, y.dtype, x.shape), x.dtype).ref, x.dtype), *statistics


@emits("layer_normalization")
def _layer_normalization(e, x, gamma, beta, *, axes, epsilon):
    y, mean, _, inverse = _normalized(e, x, gamma, beta, axes, epsilon, axes)
    return y, mean, inverse


@emits("batch_normalization_training")
def _batch_normalization(e, x, gamma, beta, *, axes, epsilon):
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    y, mean, variance, _ = _normalized(e, x, gamma, beta, axes, epsilon, kept)
    return y, mean, variance


@emits("attention")
def _attention(e, query, key, value, *bias, scale, causal):
    heads_first = (0, 2, 1, 3)
    query, key, value = (e.transpose(x, heads_first) for x in (query, key, value))
    scores = e.op("BatchMatMulV2", query, key, adj_y=True)
    scores = e.op("Mul", scores, e.like(scale, query))
    for each in bias:
        scores = e.op("AddV2", scores, each)
    if causal:
        scores = _causal(e, scores, query.shape[2], key.shape[2])
    probabilities = e.op("Softmax", scores)
    y = e.op("BatchMatMulV2", probabilities, value)
    shape = (*query.shape[:3], value.shape[3])
    return e.transpose(type(y)(y.ref, y.dtype, shape), heads_first), probabilities


def _causal(e, scores, queries, keys):
    def places(size, shape):
        zero, one = e.constant(0, "int32"), e.constant(1, "int32")
        numbers = e.op("Range", zero, e.scalar(size), one, T=None, Tidx=DType("int32"))
        return e.op("Reshape", numbers, e.constant(np.array(shape, np.int32)))

    later = e.op("Greater", places(keys, (1, -1)), places(queries, (-1, 1)), gives="bool")
    low = e.constant(np.array(attention.lowest(scores.dtype)), scores.dtype)
    dtype = DType(scores.dtype)
    return e.op("SelectV2", later, low, scores, gives=str(dtype), T=dtype)
