import numpy as np
import pytest

from estikeras import ops
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Tensor
from estikeras.primitives import linalg
from tests.support.arrays import random_array
from tests.support.primitives import primitive_checks, row

GENERATOR = np.random.default_rng(0)
SQUARE = GENERATOR.normal(size=(2, 3, 3)) + 3 * np.eye(3)
TALL = GENERATOR.normal(size=(4, 3))
WIDE = GENERATOR.normal(size=(3, 4))

FLAGS = [(a, b) for a in (False, True) for b in (False, True)]

ROWS = [
    *[
        row(
            "matmul",
            [(3, 2) if a else (2, 3), (4, 3) if b else (3, 4)],
            transpose_a=a,
            transpose_b=b,
        )
        for a, b in FLAGS
    ],
    row("matmul", [(2, 1, 2, 3), (4, 3, 2)], transpose_a=False, transpose_b=False),
    row("matmul", [(2, 3), (3, 2)], transpose_a=False, transpose_b=False, dtype="int32", order=0),
    row(
        "matmul", [(2, 3), (3, 2)], transpose_a=False, transpose_b=False, dtype="bfloat16", order=0
    ),
    row("solve", [SQUARE, (2, 3, 2)], dtype="float64"),
    row("solve", [SQUARE[0], (2, 3, 2)], dtype="float64"),
    *[
        row("solve_triangular", [SQUARE, (3, 2)], dtype="float64", lower=a, transposed=b)
        for a, b in FLAGS
    ],
    row("inv", [SQUARE]),
    row("det", [SQUARE]),
    row("slogdet", [SQUARE]),
    row("cholesky", [SQUARE @ SQUARE.swapaxes(1, 2)], order=0),
    row("qr", [TALL], mode="reduced"),
    row("qr", [SQUARE], mode="complete"),
    row("svd", [TALL], full_matrices=False),
    row("svd", [WIDE], full_matrices=False),
    row("svd", [WIDE], full_matrices=True, order=0),
    row("eigh", [np.diag([1.0, 2.0, 4.0])], order=0),
    row("eig", [SQUARE], order=0, kernel=False),
    row("lu_factor", [SQUARE], order=0),
]

test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize("decompose", [linalg.cholesky, linalg.eigh])
def test_decompositions_of_symmetric_matrices_have_gradients(decompose):
    """Numerically, along one random direction through matrices that stay symmetric."""
    direction = GENERATOR.normal(size=(3, 3))

    def loss(a):
        y = decompose(linalg.matmul(a, a, transpose_a=False, transpose_b=True))
        parts = y if isinstance(y, tuple) else (y,)
        return sum(ops.sum(p * random_array(p.shape, "float64")) for p in parts)

    a = Tensor(SQUARE[0])
    with GradientTape() as tape:
        tape.watch(a)
        y = loss(a)
    taped = (tape.gradient(y, a).value * direction).sum()
    ends = [float(loss(Tensor(SQUARE[0] + step * direction))) for step in (1e-6, -1e-6)]
    np.testing.assert_allclose(taped, (ends[0] - ends[1]) / 2e-6, rtol=1e-5)


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"3 rows.*\(2, 3\).*got shape \(4, 2\)"):
        linalg.matmul(np.ones((2, 3)), np.ones((4, 2)), transpose_a=False, transpose_b=False)


def test_a_singular_matrix_is_refused():
    with pytest.raises(ValueError, match="invertible"):
        linalg.inv(np.ones((2, 2)))


def test_a_matrix_that_is_not_positive_definite_is_refused():
    with pytest.raises(ValueError, match="positive definite"):
        linalg.cholesky(-np.eye(2))
