"""`keras.ops.dot_product_attention`, over the fused primitive. Knows no projections."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.ops.core import boolean, promote, tensor
from estikeras.primitives import attention, linalg, shaping, softmax
from estikeras.primitives import elementwise as ew


def _check_ranks(query, key, value):
    for name, x in (("query", query), ("key", key), ("value", value)):
        if x.ndim != 4:
            raise errors.shape_mismatch(name, got=x.shape, expected="(batch, time, heads, size)")


def _repeated_heads(x, heads, name):
    """Keys or values of fewer heads, each repeated for its group of query heads."""
    batch, time, own, size = x.shape
    if own == heads:
        return x
    if heads % own:
        raise errors.shape_mismatch(
            name, got=x.shape, expected=f"heads that divide the query's {heads}"
        )
    x = shaping.reshape(x, shape=(batch, time, own, 1, size))
    x = shaping.broadcast_to(x, shape=(batch, time, own, heads // own, size))
    return shaping.reshape(x, shape=(batch, time, heads, size))


def _with_heads(x):
    """A bias or mask (batch, time, source) with an axis for the heads; others as they are."""
    if x.ndim != 3:
        return x
    return shaping.reshape(x, shape=(x.shape[0], 1, *x.shape[1:]))


def _hiding(mask, like):
    """The bias that hides scores where the mask is false."""
    lowest = ew.constant(attention.lowest(like.dtype), like)
    return ew.select(mask, ew.constant(0, like), lowest)


def _soft_capped(query, key, value, extra, scale, is_causal, cap):
    query, key, value = (shaping.transpose(x, axes=(0, 2, 1, 3)) for x in (query, key, value))
    scores = linalg.matmul(query, key, transpose_a=False, transpose_b=True) * scale
    scores = scores / (1 + ew.absolute(scores) * (1 / cap))
    for each in extra:
        scores = scores + each
    if is_causal:
        scores = scores + _hiding(np.tri(*scores.shape[2:], dtype=bool), query)
    probabilities = softmax.softmax(scores, axis=3)
    y = linalg.matmul(probabilities, value, transpose_a=False, transpose_b=False)
    return shaping.transpose(y, axes=(0, 2, 1, 3))


@op("keras.ops.dot_product_attention", "keras.ops.nn.dot_product_attention")
def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """`softmax(query @ key * scale + bias) @ value` for every head.

    Args:
        query: (batch, time, heads, size).
        key: (batch, source, heads, size); a divisor of the heads is enough.
        value: (batch, source, heads, size of value).
        bias: what is added to the scaled scores, broadcastable to (batch, heads, time, source), or
            None.
        mask: bool, broadcastable likewise: where it is false the score is hidden.
        scale: float, by default `1 / sqrt(size)`.
        is_causal: whether each time sees only itself and what came before.
        flash_attention: must not be True.
        attn_logits_soft_cap: float: scores become `score / (1 + |score| / cap)`; None for no cap.

    Returns:
        A tensor (batch, time, heads, size of value).

    Reference: Vaswani et al., 2017, Attention is all you need, section 3.2.
    """
    if flash_attention:
        raise errors.unsupported("Flash attention", "Leave `flash_attention=None`.")
    query, key, value = promote(query, key, value, floating=True)
    _check_ranks(query, key, value)
    key, value = (
        _repeated_heads(x, query.shape[2], n) for x, n in ((key, "key"), (value, "value"))
    )
    scale = 1 / math.sqrt(query.shape[3]) if scale is None else float(scale)
    extra = [] if bias is None else [_with_heads(tensor(bias, query.dtype))]
    if mask is not None:
        extra.append(_hiding(_with_heads(boolean(mask)), query))
    if attn_logits_soft_cap is not None:
        return _soft_capped(query, key, value, extra, scale, is_causal, attn_logits_soft_cap)
    if len(extra) == 2:
        extra = [ew.add(*extra)]
    return attention.attention(query, key, value, *extra, scale=scale, causal=bool(is_causal))[0]
