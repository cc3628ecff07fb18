import numpy as np
import pytest

from estikeras import ops
from tests.support.ops import case, op_checks

GENERATOR = np.random.default_rng(1)
SQUARE = (GENERATOR.normal(size=(2, 3, 3)) + 3 * np.eye(3)).astype("float32")
POSITIVE = SQUARE @ SQUARE.swapaxes(1, 2)
TALL = GENERATOR.normal(size=(4, 3)).astype("float32")
SYMMETRIC = np.float32([[2, 1, 0], [1, 5, 1], [0, 1, 9]])
LOOSE = {"tolerance": 1e-3}
FORWARD = {"gradient": False, "tolerance": 1e-4}

EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    ("...i,i->...", (2, 3, 4), (4,)),
    ("abc,cd,de->abe", (2, 3, 4), (4, 5), (5, 2)),
    ("i,j->ij", (2,), (3,)),
    ("bthd,bshd->bhts", (2, 3, 2, 4), (2, 5, 2, 4)),
    ("ab,ab->ab", (2, 3), (2, 3)),
    ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
]
VECTOR_NORMS = [None, 1, 2, 3, 0, np.inf, -np.inf]
MATRIX_NORMS = ["fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]

CASES = [
    case("matmul", (2, 3), (3, 4), over=("float32", "bfloat16", "int32")),
    case("matmul", (3,), (3,)),
    case("matmul", (2, 3), (3,)),
    case("matmul", (3,), (2, 3, 4)),
    case("matmul", (5, 2, 3), (3, 4)),
    case("matmul", (5, 1, 2, 3), (2, 3, 4)),
    case("matmul", np.int8([[1, 2]]), np.int8([[3], [4]])),
    case("dot", (2, 3), (3, 4)),
    case("dot", (2, 3), 2.0),
    case("dot", (2, 3), (4, 3, 2)),
    case("tensordot", (2, 3, 4), (3, 4, 5)),
    case("tensordot", (2, 3, 4), (4, 3), axes=[[1, 2], [1, 0]]),
    case("tensordot", (2,), (3,), axes=0),
    case("inner", (2, 3), (4, 3)),
    case("outer", (2, 3), (4,)),
    case("vdot", (2, 3), (2, 3)),
    case("kron", (2, 3), (2, 2)),
    case("cross", (4, 3), (4, 3)),
    case("cross", (4, 2), (4, 2)),
    case("cdist", (4, 3), (5, 3)),
    *[case("einsum", *e, **LOOSE) for e in EINSUMS],
    case("inv", SQUARE, **LOOSE),
    case("det", SQUARE, **LOOSE),
    case("slogdet", SQUARE, **LOOSE),
    case("logdet", POSITIVE, **LOOSE),
    case("cholesky", POSITIVE, **LOOSE),
    case("cholesky", POSITIVE, upper=True, **LOOSE),
    case("cholesky_inverse", SQUARE[0], **LOOSE),
    case("solve", SQUARE, (2, 3, 2), **LOOSE),
    case("solve", SQUARE[0], (3,), **LOOSE),
    case("solve_triangular", SQUARE, (2, 3, 2), lower=True, **LOOSE),
    case("lstsq", TALL, (4,), **FORWARD),
    case("pinv", TALL, **LOOSE),
    case("matrix_rank", SYMMETRIC, gradient=False),
    case("svd", TALL, compute_uv=False, **LOOSE),
    case("lu_factor", SQUARE, **FORWARD),
    *[case("norm", (2, 3), axis=1, ord=o) for o in VECTOR_NORMS],
    *[case("norm", (4, 3), ord=o, **LOOSE) for o in MATRIX_NORMS],
    case("norm", (2, 3, 4)),
    case("norm", (2, 3, 4), axis=(0, 2), keepdims=True),
]

test_op = op_checks(CASES)


def test_factors_multiply_to_the_matrix():
    q, r = ops.qr(TALL)
    np.testing.assert_allclose(q @ r, TALL, atol=1e-5)
    q, r = ops.qr(TALL, mode="complete")
    assert q.shape == (4, 4)
    u, s, vt = ops.svd(TALL, full_matrices=False)
    np.testing.assert_allclose((u * s) @ vt, TALL, atol=1e-5)
    w, v = ops.eigh(SYMMETRIC)
    np.testing.assert_allclose((v * w) @ ops.transpose(v), SYMMETRIC, atol=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.matmul(np.ones((2, 3)), np.ones((2, 3))), "3 rows"),
        (lambda: ops.matmul(np.ones(()), np.ones((2, 3))), "one axis"),
        (lambda: ops.einsum("ij,jk->ik", np.ones((2, 3)), np.ones((2, 3))), "size 3"),
        (lambda: ops.einsum("ij->ik", np.ones((2, 3))), "output of labels"),
        (lambda: ops.einsum("ijk->i", np.ones((2, 3))), "axes for"),
        (lambda: ops.einsum("ij,jk->ik", np.ones((2, 3))), "2 operands|1 operands"),
        (lambda: ops.inv(np.ones((2, 3))), "square"),
        (lambda: ops.tensordot(np.ones((2, 3)), np.ones((2, 3)), 1), "equal sizes"),
        (lambda: ops.norm(np.ones((2, 2)), ord=3), "norm of matrices"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
