import numpy as np
import pytest

from estikeras.primitives import normalization

SHAPES = [(5, 3), (1, 4), (2, 6, 5, 33), (1000, 17), (40, 128), (7, 1)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_batch_normalisation_equals_the_reference(check, rng, shape, dtype):
    x, g = (rng.standard_normal(shape).astype(dtype) for _ in range(2))
    x = x * 3 + 2
    gamma, beta = (rng.standard_normal(shape[-1:]).astype(dtype) for _ in range(2))
    params = {"axes": tuple(range(len(shape) - 1)), "epsilon": 1e-3}
    check("batch_normalization_training", x, gamma, beta, **params)
    _, mean, variance = normalization.batch_normalization_training.reference(
        x, gamma, beta, **params
    )
    check("batch_normalization_gradient", g, x, gamma, mean, variance, **params, tolerance=5e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_layer_normalisation_equals_the_reference(check, rng, shape, dtype):
    x, g = (rng.standard_normal(shape).astype(dtype) for _ in range(2))
    axes = (len(shape) - 1,) if len(shape) < 4 else (2, 3)
    size = tuple(shape[axis] for axis in axes)
    gamma, beta = (rng.standard_normal(size).astype(dtype) for _ in range(2))
    check("layer_normalization", x, gamma, beta, axes=axes, epsilon=1e-3)
    _, mean, inverse = normalization.layer_normalization.reference(
        x, gamma, beta, axes=axes, epsilon=1e-3
    )
    check("layer_normalization_gradient", g, x, gamma, mean, inverse, axes=axes, tolerance=5e-5)


def test_a_large_mean_does_not_spoil_the_variance(run, rng):
    x = (rng.standard_normal((5000, 8)) + 1000).astype("float32")
    ones = np.ones(8, "float32")
    (_, _, variance), _ = run(
        "batch_normalization_training", x, ones, ones, axes=(0,), epsilon=1e-3
    )
    np.testing.assert_allclose(variance, x.astype("float64").var(axis=0), rtol=1e-4)
