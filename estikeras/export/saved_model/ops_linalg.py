"""Matrix products, solvers, decompositions and reductions as TensorFlow's operations."""

import numpy as np

from estikeras.engine.dtypes import DType
from estikeras.export.saved_model.emission import entering

TABLE = {}
emits = entering(TABLE)


@emits("matmul")
def _matmul(e, a, b, *, transpose_a, transpose_b):
    if a.ndim == b.ndim == 2:
        return e.op(
            "MatMul", a, b, transpose_a=transpose_a or None, transpose_b=transpose_b or None
        )
    return e.op("BatchMatMulV2", a, b, adj_x=transpose_a or None, adj_y=transpose_b or None)


_OF_ONE = {
    "inv": "MatrixInverse",
    "det": "MatrixDeterminant",
    "cholesky": "Cholesky",
}
for _name, _op in _OF_ONE.items():
    emits(_name)(lambda e, x, op=_op: e.op(op, x))


@emits("slogdet")
def _slogdet(e, x):
    return e.op("LogMatrixDeterminant", x, outputs=[x.dtype] * 2)


@emits("solve")
def _solve(e, a, b):
    batch = e.step.outputs[0].shape[:-2]
    a, b = (
        x if x.shape[:-2] == batch else e.op("BroadcastTo", x, e.vector((*batch, *x.shape[-2:])))
        for x in (a, b)
    )
    return e.op("MatrixSolve", a, b)


@emits("solve_triangular")
def _solve_triangular(e, a, b, *, lower, transposed):
    return e.op("MatrixTriangularSolve", a, b, lower=lower, adjoint=transposed)


@emits("qr")
def _qr(e, x, *, mode):
    return e.op("Qr", x, outputs=[x.dtype] * 2, full_matrices=mode == "complete")


@emits("eigh")
def _eigh(e, x):
    return e.op("SelfAdjointEigV2", x, outputs=[x.dtype] * 2)


@emits("svd")
def _svd(e, x, *, full_matrices):
    s, u, v = e.op("Svd", x, outputs=[x.dtype] * 3, full_matrices=full_matrices)
    columns = e.step.outputs[2].shape
    swapped = (*columns[:-2], columns[-1], columns[-2])
    axes = (*range(len(columns) - 2), len(columns) - 1, len(columns) - 2)
    return u, s, e.transpose(type(v)(v.ref, v.dtype, swapped), axes)


_REDUCTIONS = {
    "reduce_sum": "Sum",
    "reduce_mean": "Mean",
    "reduce_prod": "Prod",
    "reduce_max": "Max",
    "reduce_min": "Min",
    "reduce_all": "All",
    "reduce_any": "Any",
}


def reduced(e, op, x, axes, keepdims):
    """A reduction of a Value along axes."""
    logic = op in ("All", "Any")
    return e.op(
        op, x, e.constant(np.array(axes, np.int32)), keep_dims=keepdims or None,
        **({"T": None} if logic else {}),
    )  # fmt: skip


for _name, _op in _REDUCTIONS.items():
    emits(_name)(lambda e, x, *, axes, keepdims, op=_op: reduced(e, op, x, axes, keepdims))


@emits("argmax", "argmin")
def _arg(e, x, *, axis, keepdims):
    op = "ArgMax" if e.step.primitive.name == "argmax" else "ArgMin"
    if x.dtype == "bool":
        x = e.cast(x, "int32")
    y = e.op(op, x, e.constant(axis, "int32"), gives="int32", output_type=DType("int32"))
    return e.op("ExpandDims", y, e.constant(axis, "int32")) if keepdims else y


@emits("cumsum", "cumprod")
def _cumulated(e, x, *, axis, exclusive, reverse):
    op = "Cumsum" if e.step.primitive.name == "cumsum" else "Cumprod"
    return e.op(
        op, x, e.constant(axis, "int32"), exclusive=exclusive or None, reverse=reverse or None
    )


@emits("fourier")
def _fourier(e, real, imag, *, axes, sign):
    wide = "float64" if real.dtype == "float64" else "float32"
    dtype, shape = {"float32": "complex64", "float64": "complex128"}[wide], real.shape
    parts = (e.cast(part, wide) for part in (real, imag))
    x = e.op("Complex", *parts, gives=dtype, Tout=DType(dtype), of_shape=shape)
    for axis in axes:
        order = [i for i in range(x.ndim) if i != axis] + [axis]
        moved = e.transpose(x, order)
        op = "FFT" if sign < 0 else "IFFT"
        y = e.op(op, moved, T=None, Tcomplex=DType(dtype), of_shape=moved.shape)
        if sign > 0:  # ours leaves the division to others
            count = e.cast(e.scalar(x.shape[axis]), dtype)
            y = e.op("Mul", y, count, of_shape=moved.shape)
        x = e.transpose(y, [order.index(i) for i in range(x.ndim)])
    found = (e.op(op, x, gives=wide, Tout=DType(wide)) for op in ("Real", "Imag"))
    return tuple(e.cast(part, real.dtype) for part in found)
