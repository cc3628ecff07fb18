"""Batch and layer normalisation: gradients of both orders through values and statistics."""

import numpy as np

from estikeras.engine.tensor import Tensor
from estikeras.primitives import normalization
from tests.support.primitives import primitive_checks, row

ROWS = [
    row("batch_normalization_training", [(5, 3), (3,), (3,)], axes=(0,), epsilon=1e-3),
    row("batch_normalization_training", [(3, 2, 2, 3), (3,), (3,)], axes=(0, 1, 2), epsilon=1e-3),
    row("batch_normalization_training", [(3, 2, 4), (2,), (2,)], axes=(0, 2), epsilon=1e-3),
    row(
        "batch_normalization_training",
        [(6, 2), (2,), (2,)],
        dtype="float16",
        axes=(0,),
        epsilon=0.1,
    ),
    row(
        "batch_normalization_gradient",
        [(5, 3), (5, 3), (3,), (3,), np.array([0.5, 0.7, 0.9], "float32")],
        axes=(0,),
        epsilon=1e-3,
    ),
    row("layer_normalization", [(5, 3), (3,), (3,)], axes=(1,), epsilon=1e-3),
    row("layer_normalization", [(2, 3, 2), (3, 2), (3, 2)], axes=(1, 2), epsilon=1e-3),
    row("layer_normalization", [(2, 3, 2), (3,), (3,)], axes=(1,), epsilon=1e-3),
    row("layer_normalization", [(5, 3), (3,), (3,)], dtype="bfloat16", axes=(1,), epsilon=1e-3),
    row("layer_normalization_gradient", [(5, 3), (5, 3), (3,), (5,), (5,)], axes=(1,)),
]

test_primitive = primitive_checks(ROWS)


def test_a_large_offset_does_not_spoil_the_variance():
    x = Tensor((1e4 + np.arange(8, dtype="float32")).reshape(8, 1))
    one = np.ones(1, "float32")
    _, mean, variance = normalization.batch_normalization_training(
        x, one, 0 * one, axes=(0,), epsilon=1e-3
    )
    np.testing.assert_allclose([mean.numpy()[0], variance.numpy()[0]], [10003.5, 5.25], rtol=1e-6)
