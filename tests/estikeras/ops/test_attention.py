"""Attention against the real Keras."""

import numpy as np

from estikeras import ops
from tests.support.arrays import random_array
from tests.support.op_oracle import case, oracle_checks

Q, K, V = (2, 3, 4, 2), (2, 5, 4, 2), (2, 5, 4, 2)
MASK = np.random.default_rng(0).random((2, 1, 3, 5)) < 0.6
MASK[:, :, :, 0] = True

CASES = [
    case("dot_product_attention", Q, K, V),
    case("dot_product_attention", Q, K, V, scale=0.3),
    case("dot_product_attention", Q, K, V, (2, 4, 3, 5)),
    case("dot_product_attention", Q, K, V, None, MASK),
    case("dot_product_attention", Q, K, V, (1, 4, 3, 5), MASK),
    case("dot_product_attention", Q, Q, Q, is_causal=True),
    case("dot_product_attention", Q, (2, 5, 2, 2), (2, 5, 2, 2)),
    case("dot_product_attention", Q, K, V, dtype="float16"),
]

test_op = oracle_checks(CASES)


def test_a_soft_cap_bounds_the_scores():
    query, key, value = (random_array(shape, seed=i) for i, shape in enumerate((Q, K, V)))
    capped = ops.dot_product_attention(
        1e3 * query, 1e3 * key, value, attn_logits_soft_cap=1e-3, scale=1.0
    )
    np.testing.assert_allclose(capped.numpy(), value.mean(1, keepdims=True) + 0 * query, atol=2e-3)
