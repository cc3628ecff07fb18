"""Pooling: shapes, gradients, padding that neither wins nor counts, ties."""

import numpy as np

from estikeras.engine.tensor import Tensor
from estikeras.primitives import pool
from tests.support.primitives import primitive_checks, row

PLAIN = {"size": (2,), "strides": (2,), "padding": ((0, 0),)}
OVERLAPPING = {"size": (3, 2), "strides": (1, 2), "padding": ((1, 1), (0, 1))}
DISTINCT = np.random.default_rng(3).permutation(48).reshape(2, 4, 3, 2).astype("float32") / 10

ROWS = [
    row("max_pool", [DISTINCT.reshape(2, 12, 2)], **PLAIN),
    row("max_pool", [DISTINCT], **OVERLAPPING),
    row("max_pool", [DISTINCT.astype("int32")], order=0, **OVERLAPPING),
    row("average_pool", [(2, 5, 2)], **PLAIN),
    row("average_pool", [(2, 4, 3, 2)], **OVERLAPPING),
    row("average_pool", [(2, 4, 3, 2)], dtype="bfloat16", **OVERLAPPING),
    row("average_pool_gradient", [(2, 2, 2)], input_size=(5,), **PLAIN),
    row("max_pool_gradient", [(2, 4, 2), (2, 2, 2), (2, 2, 2)], order=0, **PLAIN),
    row("max_pool_pick", [(2, 4, 2), (2, 2, 2), (2, 4, 2)], order=0, **PLAIN),
]

test_primitive = primitive_checks(ROWS)


def test_the_first_of_equal_maxima_gets_the_gradient():
    x = Tensor(np.array([3, 3, 1, 2], "float32").reshape(1, 4, 1))
    y = pool.max_pool(x, **PLAIN)
    g = pool.max_pool_gradient(x, y, np.ones((1, 2, 1), "float32"), **PLAIN)
    assert g.numpy().ravel().tolist() == [1, 0, 0, 1]


def test_padding_is_not_counted_in_an_average():
    x = Tensor(np.ones((1, 3, 1), "float32"))
    y = pool.average_pool(x, size=(2,), strides=(2,), padding=((0, 1),))
    assert y.numpy().ravel().tolist() == [1, 1]


def test_padding_never_wins_a_maximum():
    x = Tensor(np.full((1, 3, 1), -5, "float32"))
    y = pool.max_pool(x, size=(2,), strides=(2,), padding=((0, 1),))
    assert y.numpy().ravel().tolist() == [-5, -5]
