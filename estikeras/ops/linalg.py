"""Linear algebra: products of matrices and tensors, solvers, decompositions, norms."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor
from estikeras.ops import reduction
from estikeras.ops.core import floating, promote, tensor
from estikeras.primitives import elementwise, linalg, shaping


def product(a, b, transpose_a=False, transpose_b=False):
    """The matrix product of tensors of equal dtype and at least two axes; one factor for all
    batches runs at once.
    """
    if b.ndim == 2 and a.ndim > 2 and not transpose_a:
        rows = shaping.reshape(a, shape=(math.prod(a.shape[:-1]), a.shape[-1]))
        y = linalg.matmul(rows, b, transpose_a=False, transpose_b=transpose_b)
        return shaping.reshape(y, shape=(*a.shape[:-1], y.shape[-1]))
    return linalg.matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b)


def _operands(x1, x2):
    x1, x2 = promote(x1, x2)
    if x1.dtype == "int8":
        return tensor(x1, "int32"), tensor(x2, "int32")
    return x1, x2


@op("keras.ops.matmul", "keras.ops.numpy.matmul")
def matmul(x1, x2):
    """The matrix product over the last two axes, of which a vector has one; leading axes are
    broadcast.
    """
    a, b = _operands(x1, x2)
    if not a.ndim or not b.ndim:
        raise errors.shape_mismatch(
            "x2", got=f"{a.shape} and {b.shape}", expected="at least one axis each"
        )
    left = a if a.ndim > 1 else shaping.reshape(a, shape=(1, a.size))
    right = b if b.ndim > 1 else shaping.reshape(b, shape=(b.size, 1))
    y = product(left, right)
    if a.ndim == 1:
        y = shaping.reshape(y, shape=(*y.shape[:-2], y.shape[-1]))
    return y if b.ndim > 1 else shaping.reshape(y, shape=y.shape[:-1])


@op("keras.ops.dot", "keras.ops.numpy.dot")
def dot(x1, x2):
    """The sum of products over the last axis of x1 and the last but one of x2 (the only one of a
    vector).
    """
    a, b = promote(x1, x2)
    if not a.ndim or not b.ndim:
        return elementwise.multiply(a, b)
    return tensordot(a, b, ([a.ndim - 1], [max(b.ndim - 2, 0)]))


def _contracted(axes, a, b):
    if isinstance(axes, Tensor):
        axes = axes.value.tolist()
    if isinstance(axes, (int, np.integer)):
        return list(range(a.ndim - axes, a.ndim)), list(range(axes))
    first, second = ([x] if isinstance(x, (int, np.integer)) else list(x) for x in axes)
    first = [shapes.normalize_axis(x, a.ndim, "axes") for x in first]
    return first, [shapes.normalize_axis(x, b.ndim, "axes") for x in second]


@op("keras.ops.tensordot", "keras.ops.numpy.tensordot")
def tensordot(x1, x2, axes=2):
    """The sum of products over axes of both tensors: their number, or a list of axes for each."""
    a, b = promote(x1, x2)
    first, second = _contracted(axes, a, b)
    if [a.shape[i] for i in first] != [b.shape[i] for i in second]:
        expected = f"equal sizes along axes {first} of {a.shape} and {second} of {b.shape}"
        raise errors.shape_mismatch("axes", got=str(axes), expected=expected)
    free_a = [i for i in range(a.ndim) if i not in first]
    free_b = [i for i in range(b.ndim) if i not in second]
    shape = (*[a.shape[i] for i in free_a], *[b.shape[i] for i in free_b])
    inner = math.prod(a.shape[i] for i in first)
    rows, columns = (math.prod(t.shape[i] for i in free) for t, free in ((a, free_a), (b, free_b)))
    a = shaping.reshape(shaping.transpose(a, axes=(*free_a, *first)), shape=(rows, inner))
    b = shaping.reshape(shaping.transpose(b, axes=(*second, *free_b)), shape=(inner, columns))
    return shaping.reshape(product(a, b), shape=shape)


@op("keras.ops.inner", "keras.ops.numpy.inner")
def inner(x1, x2):
    """The sum of products over the last axes."""
    a, b = promote(x1, x2)
    return elementwise.multiply(a, b) if not a.ndim or not b.ndim else tensordot(a, b, ([-1], [-1]))


@op("keras.ops.outer", "keras.ops.numpy.outer")
def outer(x1, x2):
    """The products of all pairs of elements, `(x1.size, x2.size)`."""
    a, b = promote(x1, x2)
    return elementwise.multiply(
        shaping.reshape(a, shape=(a.size, 1)), shaping.reshape(b, shape=(1, b.size))
    )


@op("keras.ops.vdot", "keras.ops.numpy.vdot")
def vdot(x1, x2):
    """The sum of products of all elements in row order."""
    a, b = (shaping.reshape(x, shape=(x.size,)) for x in promote(x1, x2))
    return tensordot(a, b, 1)


@op("keras.ops.kron", "keras.ops.numpy.kron")
def kron(x1, x2):
    """The Kronecker product: x2 scaled by each element of x1, laid out in blocks."""
    a, b = promote(x1, x2)
    ndim = max(a.ndim, b.ndim)
    a, b = (shaping.reshape(x, shape=(1,) * (ndim - x.ndim) + x.shape) for x in (a, b))
    blocks = shaping.reshape(a, shape=tuple(n for size in a.shape for n in (size, 1)))
    inside = shaping.reshape(b, shape=tuple(n for size in b.shape for n in (1, size)))
    shape = tuple(m * n for m, n in zip(a.shape, b.shape, strict=True))
    return shaping.reshape(elementwise.multiply(blocks, inside), shape=shape)


@op("keras.ops.cross", "keras.ops.numpy.cross")
def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The vector product of vectors of 2 or 3 components; of two of 2, its third component."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = promote(x1, x2)
    a, b = ([_component(x, i, n) for i in range(x.shape[n])] for x, n in ((a, axisa), (b, axisb)))
    third = a[0] * b[1] - a[1] * b[0]
    if len(a) == len(b) == 2:
        return third
    a, b = ([*v, elementwise.constant(0, v[0])][:3] for v in (a, b))
    parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], third]
    place = axisc % (third.ndim + 1)
    shape = (*third.shape[:place], 1, *third.shape[place:])
    parts = [
        shaping.reshape(shaping.broadcast_to(p, shape=third.shape), shape=shape) for p in parts
    ]
    return shaping.concatenate(*parts, axis=place)


def _component(x, i, axis):
    axis = shapes.normalize_axis(axis, x.ndim)
    return x[(np.s_[:],) * axis + (i,)]


@op("keras.ops.cholesky", "keras.ops.linalg.cholesky")
def cholesky(x, upper=False):
    """The lower triangular L with L L^T = x, positive definite, or L^T if `upper`."""
    y = linalg.cholesky(floating(x))
    return linalg.swap(y) if upper else y


@op("keras.ops.cholesky_inverse", "keras.ops.linalg.cholesky_inverse")
def cholesky_inverse(x, upper=False):
    """The inverse of the matrix whose Cholesky factor is x."""
    x = floating(x)
    eye = np.broadcast_to(np.eye(x.shape[-1], dtype=dtypes.to_numpy(x.dtype)), x.shape)
    half = linalg.solve_triangular(x, eye, lower=not upper, transposed=False)
    transposed = linalg.swap(half)
    return product(half, transposed) if upper else product(transposed, half)


@op("keras.ops.inv", "keras.ops.linalg.inv")
def inv(x):
    """The inverse of square matrices."""
    return linalg.inv(floating(x))


@op("keras.ops.det", "keras.ops.linalg.det")
def det(x):
    """The determinant of square matrices."""
    return linalg.det(floating(x))


@op("keras.ops.slogdet", "keras.ops.numpy.slogdet")
def slogdet(x):
    """The sign of the determinant and the logarithm of its absolute value."""
    return linalg.slogdet(floating(x))


@op("keras.ops.logdet")
def logdet(x):
    """The logarithm of the determinant of positive definite matrices."""
    return linalg.slogdet(floating(x))[1]


def _matrix_or_vectors(solver, a, b, **params):
    a, b = promote(a, b, floating=True)
    if b.ndim == a.ndim - 1:
        y = solver(a, shaping.reshape(b, shape=(*b.shape, 1)), **params)
        return shaping.reshape(y, shape=y.shape[:-1])
    return solver(a, b, **params)


@op("keras.ops.solve", "keras.ops.linalg.solve")
def solve(a, b):
    """The x for which a x = b."""
    return _matrix_or_vectors(linalg.solve, a, b)


@op("keras.ops.solve_triangular", "keras.ops.linalg.solve_triangular")
def solve_triangular(a, b, lower=False):
    """The x for which a x = b, of a triangular matrix a."""
    return _matrix_or_vectors(linalg.solve_triangular, a, b, lower=bool(lower), transposed=False)


@op("keras.ops.qr", "keras.ops.linalg.qr")
def qr(x, mode="reduced"):
    """Q with orthonormal columns and upper triangular R with Q R = x; mode "complete" gives a
    square Q.
    """
    if mode not in ("reduced", "complete"):
        raise errors.invalid("mode", got=mode, expected="'reduced' or 'complete'")
    return linalg.qr(floating(x), mode=mode)


@op("keras.ops.svd", "keras.ops.linalg.svd")
def svd(x, full_matrices=True, compute_uv=True):
    """U, S and V^T with U diag(S) V^T = x; S alone unless `compute_uv`."""
    if not compute_uv:
        return linalg.svd(floating(x), full_matrices=False)[1]
    return linalg.svd(floating(x), full_matrices=bool(full_matrices))


@op("keras.ops.eigh", "keras.ops.linalg.eigh")
def eigh(x):
    """Eigenvalues in rising order and eigenvectors (as columns) of symmetric matrices."""
    return linalg.eigh(floating(x))


@op("keras.ops.eig", "keras.ops.linalg.eig")
def eig(x):
    """Eigenvalues and eigenvectors (as columns) of square matrices, complex."""
    return linalg.eig(floating(x))


@op("keras.ops.lu_factor", "keras.ops.linalg.lu_factor")
def lu_factor(x):
    """The LU factors in one matrix, and the pivots."""
    return linalg.lu_factor(floating(x))


@op("keras.ops.pinv", "keras.ops.linalg.pinv")
def pinv(x, rcond=None):
    """The pseudo-inverse; singular values below `rcond` times the largest count as zero."""
    x = floating(x)
    u, s, vt = linalg.svd(x, full_matrices=False)
    if rcond is None:
        rcond = 10 * max(x.shape[-2:]) * float(np.finfo(dtypes.to_numpy(x.dtype)).eps)
    large = s > reduction.max(s, axis=-1, keepdims=True) * rcond
    zero, one = elementwise.constant(0, s), elementwise.constant(1, s)
    inverse = elementwise.select(large, one / elementwise.select(large, s, one), zero)
    inverse = shaping.reshape(inverse, shape=(*s.shape, 1))
    return linalg.matmul(vt, inverse * linalg.swap(u), transpose_a=True, transpose_b=False)


@op("keras.ops.lstsq", "keras.ops.linalg.lstsq")
def lstsq(a, b, rcond=None):
    """The x of least norm that minimises the norm of b - a x."""
    a, b = promote(a, b, floating=True)
    if rcond is None:
        rcond = max(a.shape[-2:]) * float(np.finfo(dtypes.to_numpy(a.dtype)).eps)
    return matmul(pinv(a, rcond), b)


@op("keras.ops.matrix_rank", "keras.ops.linalg.matrix_rank")
def matrix_rank(x, tol=None):
    """How many singular values are above `tol`, int32."""
    x = floating(x)
    s = svd(x, compute_uv=False)
    if tol is None:
        eps = float(np.finfo(dtypes.to_numpy(x.dtype)).eps)
        tol = reduction.max(s, axis=-1, keepdims=True) * (max(x.shape[-2:]) * eps)
    return reduction.sum(tensor(s > tol, "int32"), axis=-1)
