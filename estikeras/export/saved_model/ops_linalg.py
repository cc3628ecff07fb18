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
    _check_batch(e, a, b)
    return e.op("MatrixSolve", a, b)


@emits("solve_triangular")
def _solve_triangular(e, a, b, *, lower, transposed):
    return e.op("MatrixTriangularSolve", a, b, lower=lower, adjoint=transposed)


def _check_batch(e, a, b):
    if a.shape[:-2] != b.shape[:-2]:
        raise e.unsupported(f"batches of the shapes {a.shape[:-2]} and {b.shape[:-2]}")


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
