import numpy as np
import pytest

from estikeras.kernels.abi import INDEX_ERROR
from estikeras.primitives import softmax  # noqa: F401 - fills the registry

SHAPES = [(5, 3), (1, 1), (0, 4), (7, 33), (2, 3, 10), (300, 2)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_softmaxes_equal_the_reference(check, rng, shape, dtype):
    x = (rng.standard_normal(shape) * 5).astype(dtype)
    g = rng.standard_normal(shape).astype(dtype)
    y = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
    check("softmax", x, axis=-1)
    check("log_softmax", x, axis=len(shape) - 1)
    check("softmax_gradient", g, y, axis=-1)
    check("logsumexp", x, axes=(len(shape) - 1,), keepdims=False)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_losses_equal_the_reference(check, rng, shape, dtype):
    x = (rng.standard_normal(shape) * 5).astype(dtype)
    p = rng.uniform(0.01, 1, shape).astype(dtype)
    g = rng.standard_normal(shape[:-1]).astype(dtype)
    check("softmax_cross_entropy", x, p)
    check("softmax_cross_entropy_gradient", g, x, p)
    for kind in ("int32", "int64"):
        labels = rng.integers(0, shape[-1], shape[:-1]).astype(kind)
        check("sparse_softmax_cross_entropy", x, labels)
        check("sparse_softmax_cross_entropy_gradient", g, x, labels)
        check("sparse_cross_entropy", p, labels, epsilon=1e-7)
        check("sparse_cross_entropy_gradient", g, p, labels, epsilon=1e-7)


def test_not_a_number_and_infinity_survive(check):
    x = np.array([[1, np.nan, 2], [np.inf, 1, 2], [-np.inf, 1, 2], [-np.inf] * 3], "float32")
    check("softmax", x, axis=-1)
    check("log_softmax", x, axis=-1)
    check("logsumexp", x, axes=(1,), keepdims=True)


def test_clipped_probabilities(check):
    p = np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 0, 1]], "float32")
    labels = np.array([0, 1, 1])
    check("sparse_cross_entropy", p, labels, epsilon=1e-7)
    with np.errstate(all="ignore"):
        check(
            "sparse_cross_entropy_gradient", np.ones(2, "float32"), p[:2], labels[:2], epsilon=1e-7
        )


@pytest.mark.parametrize("label", [-1, 4, 2**31 - 1])
def test_labels_out_of_range_are_reported(run, rng, label):
    x = rng.uniform(0.1, 1, (5, 4)).astype("float32")
    g = np.ones(5, "float32")
    labels = np.array([0, 1, label, 3, 2], "int32")
    for name, inputs, which, params in [
        ("sparse_softmax_cross_entropy", (x, labels), 1, {}),
        ("sparse_softmax_cross_entropy_gradient", (g, x, labels), 2, {}),
        ("sparse_cross_entropy", (x, labels), 1, {"epsilon": 1e-7}),
        ("sparse_cross_entropy_gradient", (g, x, labels), 2, {"epsilon": 1e-7}),
    ]:
        _, error = run(name, *inputs, **params)
        assert error.tolist() == [INDEX_ERROR, label, 4, which]
