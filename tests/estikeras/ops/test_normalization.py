"""Moments and normalisations against the real Keras."""

import numpy as np
import pytest

from estikeras import ops
from estikeras.engine.function import function
from estikeras.ops import normalization
from tests.support.op_oracle import case, oracle_checks

VARIANCE = np.array([0.5, 1.5, 2.0], "float32")

CASES = [
    case("moments", (4, 3, 2), [0, 1]),
    case("moments", (4, 3), [0], keepdims=True),
    case("moments", (4, 3), [-1], dtype="float16"),
    case("batch_normalization", (4, 2, 3), (3,), VARIANCE, -1),
    case("batch_normalization", (4, 3, 2), (3,), VARIANCE, 1, (3,), (3,), 1e-2),
    case("layer_normalization", (4, 3)),
    case("layer_normalization", (4, 3), (3,), (3,)),
    case("layer_normalization", (4, 3, 2), (3, 2), (3, 2), axis=[1, 2], epsilon=1e-2),
    case("layer_normalization", (4, 3, 2), (3,), None, axis=1),
    case("layer_normalization", (4, 3), (3,), (3,), dtype="float16"),
    case("rms_normalization", (4, 3)),
    case("rms_normalization", (4, 3), (3,), axis=-1, epsilon=1e-2),
    case("rms_normalization", (4, 3, 2), axis=(1, 2), dtype="float16"),
    case("normalize", (4, 3)),
    case("normalize", (4, 3), axis=0, order=1),
    case("normalize", (4, 3), axis=-1, order=3),
]

test_op = oracle_checks(CASES)


def test_training_statistics_are_those_of_the_batch():
    x = np.random.default_rng(0).normal(3, 2, (50, 4, 3)).astype("float32")
    y, mean, variance = normalization.batch_normalization_training(x, axis=-1)
    np.testing.assert_allclose(mean.numpy(), x.mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(variance.numpy(), x.var((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(y.numpy().mean((0, 1)), 0, atol=1e-6)


def test_a_wrong_order_is_refused():
    with pytest.raises(ValueError, match="`order`"):
        ops.normalize(np.ones((2, 2), "float32"), order=0)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_a_vector_of_zeros_stays_one(compiled):
    normalize = function(ops.normalize) if compiled else ops.normalize
    x = np.array([[0, 0], [3, 4]], "float32")
    np.testing.assert_allclose(normalize(ops.convert_to_tensor(x)), [[0, 0], [0.6, 0.8]], rtol=1e-6)
