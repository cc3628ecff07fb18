"""Primitives of linear algebra over the last two axes: matrix product, solvers, decompositions.

Leading axes are batches. Decompositions of two-byte floats are computed in float32.

Reference: Giles, 2008, An extended collection of matrix derivative results for forward and reverse
mode algorithmic differentiation; Roberts and Roberts, 2020, QR and LQ decomposition matrix
backpropagation algorithms, section 3.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives.elementwise import constant, equal, reciprocal, select
from estikeras.primitives.precision import widened
from estikeras.primitives.shaping import reshape, transpose, unbroadcast


def swap(x):
    """The matrices of a tensor transposed."""
    return transpose(x, axes=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def _columns(v):
    """A batch of vectors as factors of the columns of matrices."""
    return reshape(v, shape=(*v.shape[:-1], 1, v.shape[-1]))


def _rows(v):
    """A batch of vectors as factors of the rows of matrices."""
    return reshape(v, shape=(*v.shape, 1))


def _mask(x, function, k=0):
    """The constant 0 and 1 matrix `function(ones, k)` of the size of `x`'s matrices."""
    return function(np.ones(x.shape[-2:], dtypes.to_numpy(x.dtype)), k)


# The matrix product.
def _matmul_rule(a, b, *, transpose_a, transpose_b):
    if a.ndim < 2 or b.ndim < 2 or a.dtype != b.dtype:
        got = f"{a.dtype}{a.shape} and {b.dtype}{b.shape}"
        raise errors.shape_mismatch("x2", got=got, expected="matrices of equal dtype")
    rows, inner = a.shape[-2:][::-1] if transpose_a else a.shape[-2:]
    depth, columns = b.shape[-2:][::-1] if transpose_b else b.shape[-2:]
    if inner != depth:
        expected = f"{inner} rows, as many as the first operand of shape {a.shape} has columns"
        raise errors.shape_mismatch("x2", got=b.shape, expected=expected)
    return Spec((*shapes.broadcast(a.shape[:-2], b.shape[:-2]), rows, columns), a.dtype)


def _matmul(a, b, *, transpose_a, transpose_b):
    a = a.swapaxes(-1, -2) if transpose_a else a
    b = b.swapaxes(-1, -2) if transpose_b else b
    return np.matmul(a, b)


def _product(a, b, transpose_a=False, transpose_b=False):
    return matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b)


def _matmul_gradient(g, y, a, b, *, transpose_a, transpose_b):
    if transpose_a:
        d_a = _product(b, g, transpose_b, True)
    else:
        d_a = _product(g, b, False, not transpose_b)
    if transpose_b:
        d_b = _product(g, a, True, transpose_a)
    else:
        d_b = _product(a, g, not transpose_a, False)
    return unbroadcast(d_a, a), unbroadcast(d_b, b)


matmul = primitive(
    "matmul", _matmul_rule, widened(_matmul), _matmul_gradient, kernel="linalg.matmul"
)


# Solvers.
def _square_rule(a):
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise errors.shape_mismatch("x", got=a.shape, expected="square matrices")
    if not dtypes.is_float(a.dtype):
        raise errors.wrong_type("x", got=a.dtype, expected="a floating-point dtype")
    return a


def _solve_rule(a, b, **params):
    _square_rule(a)
    if b.ndim < 2 or b.shape[-2] != a.shape[-1] or a.dtype != b.dtype:
        got = f"{b.dtype}{b.shape}"
        raise errors.shape_mismatch("b", got=got, expected=f"{a.dtype} with {a.shape[-1]} rows")
    return Spec((*shapes.broadcast(a.shape[:-2], b.shape[:-2]), *b.shape[-2:]), a.dtype)


def _or_refuse(compute, what):
    """Say in our words that a matrix has not the property that NumPy's routine needs."""

    def computed(*xs, **params):
        try:
            return compute(*xs, **params)
        except np.linalg.LinAlgError as error:
            raise errors.invalid("x", got=str(error), expected=what) from error

    return widened(computed)


def _solve_gradient(g, y, a, b):
    d_b = solve(swap(a), g)
    return unbroadcast(-_product(d_b, y, False, True), a), unbroadcast(d_b, b)


def _solve_triangular(a, b, *, lower, transposed):
    a = np.tril(a) if lower else np.triu(a)
    return np.linalg.solve(a.swapaxes(-1, -2) if transposed else a, b)


def _solve_triangular_gradient(g, y, a, b, *, lower, transposed):
    d_b = solve_triangular(a, g, lower=lower, transposed=not transposed)
    d_a = -_product(y, d_b, False, True) if transposed else -_product(d_b, y, False, True)
    d_a = d_a * _mask(a, np.tril if lower else np.triu)
    return unbroadcast(d_a, a), unbroadcast(d_b, b)


def _inv_gradient(g, y, a):
    return (-_product(_product(y, g, True, False), y, False, True),)


solve = primitive(
    "solve", _solve_rule, _or_refuse(np.linalg.solve, "invertible matrices"), _solve_gradient
)
solve_triangular = primitive(
    "solve_triangular",
    _solve_rule,
    _or_refuse(_solve_triangular, "triangular matrices without zeros on the diagonal"),
    _solve_triangular_gradient,
)
inv = primitive(
    "inv", _square_rule, _or_refuse(np.linalg.inv, "invertible matrices"), _inv_gradient
)


def _det_gradient(g, y, a):
    return (_rows(_rows(g * y)) * swap(inv(a)),)


def _slogdet_gradient(g, y, a):
    return (None if g[1] is None else _rows(_rows(g[1])) * swap(inv(a)),)


def _scalar_rule(a):
    return Spec(_square_rule(a).shape[:-2], a.dtype)


det = primitive("det", _scalar_rule, widened(np.linalg.det), _det_gradient)
slogdet = primitive(
    "slogdet",
    lambda a: (_scalar_rule(a), _scalar_rule(a)),
    widened(lambda a: tuple(np.linalg.slogdet(a))),
    _slogdet_gradient,
)


# Decompositions.
def _cholesky_gradient(g, y, a):
    eye = np.eye(a.shape[-1], dtype=dtypes.to_numpy(a.dtype))
    inner = _product(y, g, True, False) * (_mask(a, np.tril) - eye / 2)
    left = solve_triangular(y, inner, lower=True, transposed=True)
    both = swap(solve_triangular(y, swap(left), lower=True, transposed=True))
    return ((both + swap(both)) * 0.5,)


cholesky = primitive(
    "cholesky",
    _square_rule,
    _or_refuse(np.linalg.cholesky, "positive definite matrices"),
    _cholesky_gradient,
)


def _given(g, y):
    """The incoming gradients, zeros where there is none."""
    pairs = zip(g, y, strict=True)
    return [np.zeros(o.shape, dtypes.to_numpy(o.dtype)) if d is None else d for d, o in pairs]


def _qr_rule(a, *, mode):
    rows, columns = a.shape[-2:]
    inner = rows if mode == "complete" else min(rows, columns)
    return Spec((*a.shape[:-1], inner), a.dtype), Spec((*a.shape[:-2], inner, columns), a.dtype)


def _qr_gradient(g, y, a, *, mode):
    q, r = y
    if q.shape[-1] != r.shape[-1]:
        raise errors.unsupported(
            f"The gradient of qr for shape {a.shape} with mode={mode!r}",
            "Use mode='reduced' on tall matrices.",
        )
    d_q, d_r = _given(g, y)
    m = _product(r, d_r, False, True) - _product(d_q, q, True, False)
    low = m * _mask(r, np.tril)
    symmetric = low + swap(m * _mask(r, np.tril, -1))
    return (
        swap(
            solve_triangular(r, swap(d_q + _product(q, symmetric)), lower=False, transposed=False)
        ),
    )


qr = primitive(
    "qr", _qr_rule, widened(lambda a, *, mode: tuple(np.linalg.qr(a, mode))), _qr_gradient
)


def _inverse_differences(v):
    """F[i, j] = 1 / (v[j] - v[i]), 0 where these are equal."""
    differences = _columns(v) - _rows(v)
    same = equal(differences, constant(0, v))
    return select(same, constant(0, v), reciprocal(select(same, constant(1, v), differences)))


def _eigh_gradient(g, y, a):
    w, v = y
    d_w, d_v = _given(g, y)
    inner = _inverse_differences(w) * _product(v, d_v, True, False)
    inner = inner + _columns(d_w) * np.eye(w.shape[-1], dtype=dtypes.to_numpy(w.dtype))
    d_a = _product(_product(v, inner), v, False, True)
    return ((d_a + swap(d_a)) * 0.5,)


def _eigh_rule(a):
    return Spec(_square_rule(a).shape[:-1], a.dtype), a


eigh = primitive("eigh", _eigh_rule, widened(lambda a: tuple(np.linalg.eigh(a))), _eigh_gradient)


def _svd_rule(a, *, full_matrices):
    rows, columns = a.shape[-2:]
    k, batch = min(rows, columns), a.shape[:-2]
    left, right = (rows, columns) if full_matrices else (k, k)
    return (
        Spec((*batch, rows, left), a.dtype),
        Spec((*batch, k), a.dtype),
        Spec((*batch, right, columns), a.dtype),
    )


def _svd_gradient(g, y, a, *, full_matrices):
    u, s, vt = y
    if u.shape[-1] != vt.shape[-2]:
        raise errors.unsupported("The gradient of a full svd", "Use full_matrices=False.")
    d_u, d_s, d_vt = _given(g, y)
    eye = np.eye(s.shape[-1], dtype=dtypes.to_numpy(s.dtype))
    gaps = _inverse_differences(s * s)
    inverse = reciprocal(s)
    skew_u, skew_v = _product(u, d_u, True, False), _product(vt, d_vt, False, True)
    inner = gaps * (skew_u - swap(skew_u)) * _columns(s) + _rows(s) * (
        gaps * (skew_v - swap(skew_v))
    )
    inner = inner + _columns(s * 0 + d_s) * eye
    d_a = _product(_product(u, inner), vt)
    rest_u = d_u - _product(u, _product(u, d_u, True, False))
    rest_v = d_vt - _product(_product(d_vt, vt, False, True), vt)
    d_a = d_a + _product(rest_u * _columns(inverse), vt)
    return (d_a + _product(u, _rows(inverse) * rest_v),)


svd = primitive(
    "svd",
    _svd_rule,
    widened(lambda a, *, full_matrices: tuple(np.linalg.svd(a, full_matrices=full_matrices))),
    _svd_gradient,
)


def _eig_rule(a):
    dtype = "complex128" if _square_rule(a).dtype == "float64" else "complex64"
    return Spec(a.shape[:-1], dtype), Spec(a.shape, dtype)


def _eig(a):
    dtype = np.result_type(a.dtype, np.complex64)
    return tuple(part.astype(dtype) for part in np.linalg.eig(a))


def _lu(a):
    from scipy.linalg import lu_factor

    factors = [lu_factor(matrix) for matrix in a.reshape(-1, *a.shape[-2:])]
    pivots = np.array([p for _, p in factors], np.int32)
    return np.array([lu for lu, _ in factors]).reshape(a.shape), pivots.reshape(*a.shape[:-2], -1)


def _lu_rule(a):
    return a, Spec((*a.shape[:-2], min(a.shape[-2:])), "int32")


def _without_gradient(name):
    def gradient(g, y, *xs, **params):
        raise errors.unsupported(f"The gradient of {name}", "Use solve, inv, svd or eigh.")

    return gradient


eig = primitive("eig", _eig_rule, widened(_eig), _without_gradient("eig"))
lu_factor = primitive("lu_factor", _lu_rule, widened(_lu), _without_gradient("lu_factor"))
