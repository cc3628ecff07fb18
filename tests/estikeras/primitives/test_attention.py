"""Attention: gradients of both orders, biases of any shape, the causal mask."""

import numpy as np

from estikeras.engine.tensor import Tensor
from estikeras.primitives import attention
from tests.support.arrays import random_array
from tests.support.primitives import primitive_checks, row

Q, K, V = (2, 3, 2, 4), (2, 5, 2, 4), (2, 5, 2, 3)
SETTINGS = {"scale": 0.5, "causal": False}

ROWS = [
    row("attention", [Q, K, V], **SETTINGS),
    row("attention", [Q, K, V], scale=0.5, causal=True),
    row("attention", [Q, K, V, (2, 1, 3, 5)], **SETTINGS),
    row("attention", [Q, K, V, (5,)], **SETTINGS),
    row("attention", [Q, K, V], dtype="float16", **SETTINGS),
    row("attention_gradient", [(2, 3, 2, 3), Q, K, V, (2, 2, 3, 5)], scale=0.5),
]

test_primitive = primitive_checks(ROWS)


def test_the_first_time_sees_only_itself_when_causal():
    query, value = (Tensor(random_array((1, 4, 1, 2), seed=i)) for i in range(2))
    y, probabilities = attention.attention(query, query, value, scale=1.0, causal=True)
    np.testing.assert_allclose(y.numpy()[0, 0], value.numpy()[0, 0], rtol=1e-6)
    assert (np.triu(probabilities.numpy()[0, 0], 1) == 0).all()
