"""Linear algebra under TensorFlow's names and signatures: `tf.matmul`, `tf.linalg.*`."""

import numpy as np

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import core, diagonals, linalg, norms, reduction
from estikeras.ops.einsum import einsum as keras_einsum
from estikeras.ops.tf_math import named
from estikeras.primitives import elementwise, shaping
from estikeras.primitives import linalg as primitives
from estikeras.public import public

cross = public("linalg.cross")(named(linalg.cross, "a", "b"))
det = public("linalg.det")(named(linalg.det, "input"))
eig = public("eig", "linalg.eig")(named(linalg.eig, "tensor"))
eigh = public("linalg.eigh")(named(linalg.eigh, "tensor"))
logdet = public("linalg.logdet")(named(linalg.logdet, "matrix"))
slogdet = public("linalg.slogdet")(named(linalg.slogdet, "input"))
cholesky = public("linalg.cholesky")(named(linalg.cholesky, "input"))
tensordot = public("tensordot", "linalg.tensordot")(named(linalg.tensordot, "a", "b", "axes"))


@op("matmul", "linalg.matmul")
def matmul(
    a,
    b,
    transpose_a=False,
    transpose_b=False,
    adjoint_a=False,
    adjoint_b=False,
    a_is_sparse=False,
    b_is_sparse=False,
    output_type=None,
    name=None,
):
    """The matrix product over the last two axes, of factors that may be transposed first.

    Args:
        a: at least two axes.
        b: at least two axes.
        transpose_a: whether a's matrices are transposed.
        transpose_b: whether b's matrices are transposed.
        adjoint_a: the same, of real matrices.
        adjoint_b: the same, of real matrices.
        a_is_sparse: whether a has many zeros; of no consequence for the result.
        b_is_sparse: whether b has many zeros; of no consequence for the result.
        output_type: the result's dtype, by default that of the factors.
        name: of no consequence.
    """
    a, b = core.promote(a, b)
    y = linalg.product(a, b, bool(transpose_a or adjoint_a), bool(transpose_b or adjoint_b))
    return y if output_type is None else core.cast(y, output_type)


@op("linalg.matvec")
def matvec(
    a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, name=None
):
    """The product of matrices and vectors."""
    b = as_tensor(b)
    y = matmul(a, shaping.reshape(b, shape=(*b.shape, 1)), transpose_a or adjoint_a)
    return shaping.reshape(y, shape=y.shape[:-1])


@public("einsum", "linalg.einsum")
def einsum(equation, *inputs, **kwargs):
    """Sums of products by Einstein's notation, see `keras.ops.einsum`; `optimize` and `name` change
    nothing.
    """
    kwargs.pop("name", None)
    return keras_einsum(equation, *inputs, **kwargs)


@op("norm", "linalg.norm")
def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    """The norm of vectors (one axis, or all elements) or matrices (two axes)."""
    x = core.floating(tensor)
    if axis is None and ord not in ("euclidean", "fro"):
        x = shaping.reshape(x, shape=(x.size,))
    ord = None if ord in ("euclidean", "fro") else ord
    return norms.norm(x, ord, axis, bool(keepdims))


@op("linalg.normalize")
def normalize(tensor, ord="euclidean", axis=None, name=None):
    """The tensor divided by its norm along axes, and that norm."""
    x = core.floating(tensor)
    length = norm(x, ord, axis, keepdims=True)
    return x / length, length


@op("linalg.trace")
def trace(x, name=None):
    """The sum of the diagonals of matrices."""
    return reduction.sum(diagonals.diagonal(x, 0, -2, -1), axis=-1)


@op("linalg.matrix_transpose")
def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """The matrices transposed."""
    return primitives.swap(as_tensor(a))


@op("linalg.adjoint")
def adjoint(matrix, name=None):
    """The matrices transposed (and conjugated, which real ones are already)."""
    return primitives.swap(as_tensor(matrix))


@op("linalg.inv")
def inv(input, adjoint=False, name=None):
    """The inverse of square matrices, or of their transposes."""
    y = linalg.inv(input)
    return primitives.swap(y) if adjoint else y


@op("linalg.solve")
def solve(matrix, rhs, adjoint=False, name=None):
    """The x for which `matrix` x = `rhs`, or of the transposed matrix."""
    matrix = as_tensor(matrix)
    return linalg.solve(primitives.swap(matrix) if adjoint else matrix, rhs)


@op("linalg.triangular_solve")
def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """The x for which a triangular `matrix` x = `rhs`, or of the transposed matrix."""
    matrix, rhs = core.promote(matrix, rhs, floating=True)
    return primitives.solve_triangular(matrix, rhs, lower=bool(lower), transposed=bool(adjoint))


@op("linalg.cholesky_solve")
def cholesky_solve(chol, rhs, name=None):
    """The x for which L L^T x = `rhs`, given L."""
    half = triangular_solve(chol, rhs)
    return triangular_solve(chol, half, adjoint=True)


@op("linalg.lstsq")
def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """The x of the least norm of `matrix` x - `rhs` plus `l2_regularizer` times that of x."""
    a, b = core.promote(matrix, rhs, floating=True)
    if not l2_regularizer:
        return linalg.lstsq(a, b)
    eye = np.eye(a.shape[-1]) * l2_regularizer
    squares = primitives.matmul(a, a, transpose_a=True, transpose_b=False) + core.tensor(
        eye, a.dtype
    )
    return primitives.solve(squares, primitives.matmul(a, b, transpose_a=True, transpose_b=False))


@op("linalg.qr")
def qr(input, full_matrices=False, name=None):
    """Q with orthonormal columns and upper triangular R with Q R = input."""
    return linalg.qr(input, "complete" if full_matrices else "reduced")


@op("linalg.svd")
def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """S, U and V with U diag(S) V^T = tensor; S alone unless `compute_uv`."""
    if not compute_uv:
        return linalg.svd(tensor, compute_uv=False)
    u, s, vt = linalg.svd(tensor, full_matrices)
    return s, u, primitives.swap(vt)


@op("linalg.pinv")
def pinv(a, rcond=None, validate_args=False, name=None):
    """The pseudo-inverse; singular values below `rcond` times the largest count as zero."""
    return linalg.pinv(a, rcond)


@op("linalg.matrix_rank")
def matrix_rank(a, tol=None, validate_args=False, name=None):
    """How many singular values are above `tol`, int32."""
    return linalg.matrix_rank(a, tol)


@op("linalg.eigvalsh")
def eigvalsh(tensor, name=None):
    """The eigenvalues of symmetric matrices in rising order."""
    return linalg.eigh(tensor)[0]


@op("eigvals", "linalg.eigvals")
def eigvals(tensor, name=None):
    """The eigenvalues of square matrices, complex."""
    return linalg.eig(tensor)[0]


@op("linalg.lu")
def lu(input, output_idx_type="int32", name=None):
    """The LU factors in one matrix, and the permutation of the rows."""
    factors, pivots = linalg.lu_factor(input)
    order = np.tile(np.arange(pivots.shape[-1]), (*pivots.shape[:-1], 1))
    for place in np.ndindex(pivots.shape[:-1]):
        for i, j in enumerate(pivots.value[place]):
            order[place][[i, j]] = order[place][[j, i]]
    return factors, core.cast(Tensor(order), output_idx_type)


@op("linalg.expm")
def expm(input, name=None):
    """The matrix exponential, by scaling, a Taylor series and squaring.

    Reference: Higham, 2005, The scaling and squaring method for the matrix exponential revisited.
    """
    x = core.floating(input)
    squarings = 8
    x = x * 2.0**-squarings
    term = y = core.tensor(np.broadcast_to(np.eye(x.shape[-1]), x.shape), x.dtype)
    for i in range(1, 13):
        term = linalg.product(term, x) / i
        y = y + term
    for _ in range(squarings):
        y = linalg.product(y, y)
    return y


@op("linalg.band_part")
def band_part(input, num_lower, num_upper, name=None):
    """Matrices with zeros beyond so many diagonals below and above the main one; -1 keeps all."""
    x = as_tensor(input)
    i, j = np.indices(x.shape[-2:])
    keep = (num_lower < 0) | (i - j <= num_lower)
    keep &= (num_upper < 0) | (j - i <= num_upper)
    return elementwise.select(keep, x, elementwise.constant(0, x))


def _one_diagonal(k):
    if not isinstance(k, int):
        raise errors.unsupported("A band of several diagonals", "Use one call for each diagonal.")


@op("linalg.diag")
def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices that have vectors on diagonal `k`, square unless sizes are given."""
    _one_diagonal(k)
    x = as_tensor(diagonal)
    size = x.shape[-1] + abs(k)
    rows, columns = (size if n == -1 else n for n in (num_rows, num_cols))
    i = np.arange(x.shape[-1])
    chosen = np.zeros((rows, columns, x.shape[-1]), bool)
    chosen[i + max(0, -k), i + max(0, k), i] = True
    spread = core.tensor(chosen, x.dtype) * x[..., None, None, :]
    y = reduction.sum(spread, axis=-1)
    return elementwise.select(chosen.any(-1), y, core.tensor(padding_value, x.dtype))


@op("linalg.diag_part")
def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    """The diagonals `k` of matrices."""
    _one_diagonal(k)
    return diagonals.diagonal(input, k, -2, -1)


@op("linalg.set_diag")
def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    """Matrices with other diagonals `k`."""
    _one_diagonal(k)
    x = as_tensor(input)
    rows, columns = x.shape[-2:]
    put = diag(core.tensor(diagonal, x.dtype), k=k, num_rows=rows, num_cols=columns)
    return elementwise.select(np.eye(rows, columns, k, dtype=bool), put, x)


@op("linalg.tensor_diag")
def tensor_diag(diagonal, name=None):
    """The tensor of twice as many axes that has the elements where both halves of the position are
    equal.
    """
    x = as_tensor(diagonal)
    return shaping.reshape(diagonals.diagflat(x), shape=x.shape * 2)


@op("linalg.tensor_diag_part")
def tensor_diag_part(input, name=None):
    """The elements of a tensor where both halves of the position are equal."""
    x = as_tensor(input)
    half = x.shape[: x.ndim // 2]
    size = int(np.prod(half))
    square = shaping.reshape(x, shape=(size, size))
    return shaping.reshape(diagonals.diagonal(square), shape=half)
