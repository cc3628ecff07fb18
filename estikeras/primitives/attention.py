"""Scaled dot-product attention as a single step that keeps its probabilities for the gradient.

Arrays are (batch, time, heads, size). Knows no masks beyond the causal one: the op turns them into
a bias.

Reference: Vaswani et al., 2017, Attention is all you need, section 3.2.
"""

import ml_dtypes
import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import linalg, precision, recompose, shaping, softmax
from estikeras.primitives import reduce as red

_LOWEST = -0.7


def _attention_rule(query, key, value, *bias, scale, causal):
    if min(query.ndim, key.ndim, value.ndim) != 4 or max(query.ndim, key.ndim, value.ndim) != 4:
        got = f"{query.shape}, {key.shape} and {value.shape}"
        expected = "(batch, time, heads, size) for query, key and value"
        raise errors.shape_mismatch("query", got=got, expected=expected)
    batch, time, heads, size = query.shape
    if key.shape[0::2] != (batch, heads) or key.shape[3] != size:
        raise errors.shape_mismatch("key", got=key.shape, expected=(batch, "any", heads, size))
    if value.shape[:3] != key.shape[:3]:
        raise errors.shape_mismatch("value", got=value.shape, expected=(*key.shape[:3], "any"))
    scores = (batch, heads, time, key.shape[1])
    for each in bias:
        if shapes.broadcast(each.shape, scores) != scores:
            raise errors.shape_mismatch(
                "bias", got=each.shape, expected=f"one that broadcasts to {scores}"
            )
    return Spec((batch, time, heads, value.shape[3]), query.dtype), Spec(scores, query.dtype)


def lowest(dtype):
    """What a hidden place gets in place of its score: far below all scores, and finite even after
    a sum.
    """
    return _LOWEST * float(ml_dtypes.finfo(dtypes.to_numpy(dtype)).max)


def _attention(query, key, value, *bias, scale, causal):
    query, key, value = (x.transpose(0, 2, 1, 3) for x in (query, key, value))
    scores = (query @ key.swapaxes(2, 3)) * query.dtype.type(scale)
    for each in bias:
        scores = scores + each
    if causal:
        later = np.arange(scores.shape[3])[None] > np.arange(scores.shape[2])[:, None]
        scores = np.where(later, query.dtype.type(lowest(query.dtype.name)), scores)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities = scores / scores.sum(axis=-1, keepdims=True)
    return np.ascontiguousarray((probabilities @ value).transpose(0, 2, 1, 3)), probabilities


def _attention_backward(g, query, key, value, probabilities, *, scale):
    query, key, value, g = (x.transpose(0, 2, 1, 3) for x in (query, key, value, g))
    d_value = probabilities.swapaxes(2, 3) @ g
    d = g @ value.swapaxes(2, 3)
    d_scores = probabilities * (d - (d * probabilities).sum(axis=-1, keepdims=True))
    scaled = d_scores * query.dtype.type(scale)
    d_query, d_key = scaled @ key, scaled.swapaxes(2, 3) @ query
    d_inputs = (np.ascontiguousarray(x.transpose(0, 2, 1, 3)) for x in (d_query, d_key, d_value))
    return *d_inputs, d_scores


def _heads_first(x):
    return shaping.transpose(x, axes=(0, 2, 1, 3))


def _product(a, b, transpose_a=False, transpose_b=False):
    return linalg.matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b)


def _backward_composition(g, query, key, value, probabilities, *, scale):
    query, key, value, g = map(_heads_first, (query, key, value, g))
    d_value = _product(probabilities, g, transpose_a=True)
    d = _product(g, value, transpose_b=True)
    d_scores = probabilities * (d - red.reduce_sum(d * probabilities, axes=(3,), keepdims=True))
    scaled = d_scores * scale
    d_query, d_key = _product(scaled, key), _product(scaled, query, transpose_a=True)
    return *map(_heads_first, (d_query, d_key, d_value)), d_scores


def _attention_gradient(g, y, query, key, value, *bias, scale, causal):
    g_output, g_probabilities = g
    probabilities = y[1]
    total = [None] * 4
    if g_output is not None:
        total = list(attention_gradient(g_output, query, key, value, probabilities, scale=scale))
    if g_probabilities is not None:
        # What the probabilities themselves were sent, through the softmax to the scores.
        d_scores = softmax.softmax_gradient(g_probabilities, probabilities, axis=-1)
        scaled = d_scores * scale
        more = [
            _heads_first(_product(scaled, _heads_first(key))),
            _heads_first(_product(scaled, _heads_first(query), transpose_a=True)),
            None,
            d_scores,
        ]
        total = [
            b if a is None else a if b is None else a + b for a, b in zip(total, more, strict=True)
        ]
    *inputs, d_scores = total
    return *inputs, *(shaping.unbroadcast(d_scores, each) for each in bias)


# Inputs query, key, value and maybe a bias that broadcasts to (batch, heads, time, source) and is
# added to the scaled scores; `causal` hides what comes later. Gives the output (batch, time,
# heads, size of value) and the probabilities (batch, heads, time, source).
attention = primitive(
    "attention",
    _attention_rule,
    precision.widened(_attention),
    _attention_gradient,
    kernel="attention.attention",
)
# Inputs g, query, key, value and the saved probabilities; gives the gradients by query, key, value
# and by the biased scores (batch, heads, time, source).
attention_gradient = primitive(
    "attention_gradient",
    rule=lambda g, query, key, value, probabilities, *, scale: tuple(
        Spec(x.shape, x.dtype) for x in (query, key, value, probabilities)
    ),
    reference=precision.widened(_attention_backward),
    gradient=recompose.by_composition(_backward_composition),
    kernel="attention.attention_gradient",
)
