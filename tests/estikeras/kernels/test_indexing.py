import numpy as np
import pytest

from estikeras.kernels.abi import INDEX_ERROR
from estikeras.primitives import embedding, indexing  # noqa: F401 - fills the registry


@pytest.mark.parametrize("kind", ["int32", "int64"])
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("indices", [(), (3,), (2, 5), (0,), (40,)])
def test_take_and_the_sum_back(check, rng, axis, indices, kind):
    shape = (4, 5, 6)
    chosen = rng.integers(0, shape[axis], indices).astype(kind)
    for dtype in ("float32", "float64", "bool", "int16"):
        check("take", rng.integers(0, 9, shape).astype(dtype), chosen, axis=axis)
    updates = rng.standard_normal((*shape[:axis], *indices, *shape[axis + 1 :])).astype("float32")
    check("take_add", updates, chosen, axis=axis, size=shape[axis])


def test_embedding_and_its_gradient(check, rng):
    indices = rng.integers(0, 50, (7, 9)).astype("int32")
    check("embedding", rng.standard_normal((50, 17)).astype("float32"), indices)
    check("embedding_gradient", indices, rng.standard_normal((7, 9, 17)).astype("float32"), rows=50)


@pytest.mark.parametrize("bad", [-1, 50])
def test_indices_out_of_range_are_reported(run, bad):
    table, g = np.ones((50, 3), "float32"), np.ones((4, 3), "float32")
    indices = np.array([1, bad, 3, 4])
    (rows,), error = run("embedding", table, indices)
    assert error.tolist() == [INDEX_ERROR, bad, 50, 1]
    assert rows[1].tolist() == [0, 0, 0]
    (gradient,), error = run("embedding_gradient", indices, g, rows=50)
    assert error.tolist() == [INDEX_ERROR, bad, 50, 0]
    assert gradient.sum() == 9
