import itertools

import pytest

from estikeras.primitives import linalg  # noqa: F401 - fills the registry

SIZES = [(1, 1, 1), (5, 3, 7), (32, 10, 64), (3, 100, 17), (100, 5, 3), (0, 3, 4), (3, 3, 0)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("m", "k", "n"), SIZES)
def test_matrix_products_equal_the_reference(check, rng, m, k, n, dtype):
    for a, b in itertools.product((False, True), repeat=2):
        x = rng.standard_normal((k, m) if a else (m, k)).astype(dtype)
        y = rng.standard_normal((n, k) if b else (k, n)).astype(dtype)
        check("matmul", x, y, transpose_a=a, transpose_b=b)


@pytest.mark.parametrize(
    ("left", "right"),
    [((4,), (4,)), ((2, 3), (2, 3)), ((3,), ()), ((), (3,)), ((1,), (5,)), ((5,), (1,))],
)
def test_stacks_of_products_equal_the_reference(check, rng, left, right):
    for a, b in itertools.product((False, True), repeat=2):
        x = rng.standard_normal((*left, *((6, 5) if a else (5, 6)))).astype("float32")
        y = rng.standard_normal((*right, *((9, 6) if b else (6, 9)))).astype("float32")
        check("matmul", x, y, transpose_a=a, transpose_b=b)
