"""TensorFlow's elementwise operations, products and reductions by ours."""

import math

import numpy as np

from estikeras import ops
from estikeras.engine import dtypes
from estikeras.engine.primitive import REGISTRY
from estikeras.engine.tensor import Tensor
from estikeras.export.saved_model import ops_elementwise
from estikeras.export.saved_model.interpreter import reader_of
from estikeras.primitives import elementwise, fourier, linalg, reduce, special
from estikeras.primitives.shaping import reshape

TABLE = {}
reads = reader_of(TABLE)
_SPECIAL = special.erfinv  # that file enters its primitives into the registry
_MORE = {
    "Add": "add",
    "Div": "divide",
    "Inv": "reciprocal",
    "LogicalNot": "logical_not",
    "LogicalAnd": "logical_and",
    "LogicalOr": "logical_or",
}


def _enter():
    pairs = {op: name for name, op in ops_elementwise.SAME_DTYPE.items()}
    del pairs["Identity"], pairs["StopGradient"]  # which also take what is no tensor
    pairs |= {op: name for name, op in ops_elementwise.PREDICATES.items() if "logical" not in name}
    pairs |= {
        numbers: name
        for name, (_, numbers) in ops_elementwise.OF_BOOLEANS.items()
        if numbers != "NotEqual"
    }
    for op, name in (pairs | _MORE).items():
        reads(op)(lambda node, *xs, name=name: REGISTRY[name](*xs))


_enter()


@reads("Cast")
def _cast(node, x):
    return elementwise.cast(x, dtype=node.attribute("DstT"))


@reads("Bitcast")
def _bitcast(node, x):
    dtype = node.attribute("type")
    sizes = [dtypes.to_numpy(d).itemsize for d in (x.dtype, dtype)]
    if sizes[0] == sizes[1]:
        return REGISTRY["bitcast"](x, dtype=dtype)
    if sizes[0] > sizes[1]:
        return REGISTRY["bitcast"](reshape(x, shape=(*x.shape, 1)), dtype=dtype)
    y = REGISTRY["bitcast"](x, dtype=dtype)
    return reshape(y, shape=y.shape[:-1])


@reads("Select", "SelectV2")
def _select(node, condition, x, y):
    if node.op == "Select" and condition.ndim == 1 and x.ndim > 1:
        condition = reshape(condition, shape=(*condition.shape, *(1,) * (x.ndim - 1)))
    return elementwise.select(condition, x, y)


@reads("AddN")
def _add_n(node, *xs):
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    return total


@reads("SquaredDifference")
def _squared_difference(node, x, y):
    return elementwise.square(x - y)


@reads("DivNoNan")
def _div_no_nan(node, x, y):
    zero = y == 0
    return ops.where(zero, ops.zeros_like(x), x / ops.where(zero, ops.ones_like(y), y))


@reads("MulNoNan")
def _mul_no_nan(node, x, y):
    return ops.where(y == 0, ops.zeros_like(x), x * y)


@reads("Xlogy")
def _xlogy(node, x, y):
    return ops.where(x == 0, ops.zeros_like(x), x * ops.log(y))


@reads("Relu6")
def _relu6(node, x):
    return ops.relu6(x)


@reads("LeakyRelu")
def _leaky_relu(node, x):
    return ops.leaky_relu(x, node.attribute("alpha", 0.2))


@reads("Softsign")
def _softsign(node, x):
    return ops.softsign(x)


@reads("ClipByValue")
def _clip(node, x, low, high):
    return elementwise.minimum(elementwise.maximum(x, low), high)


@reads("Complex")
def _complex(node, x, y):
    return REGISTRY["make_complex"](x, y)


@reads("Real", "Imag")
def _part(node, x):
    return REGISTRY[node.op.lower()](x)


@reads("Bucketize")
def _bucketize(node, x):
    limits = np.array(node.attribute("boundaries", []))
    return ops.digitize(x, Tensor(limits.astype(np.float32)))


@reads("MatMul")
def _matmul(node, a, b):
    return linalg.matmul(
        a,
        b,
        transpose_a=bool(node.attribute("transpose_a", False)),
        transpose_b=bool(node.attribute("transpose_b", False)),
    )


@reads("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")
def _batch_matmul(node, a, b):
    return linalg.matmul(
        a,
        b,
        transpose_a=bool(node.attribute("adj_x", False)),
        transpose_b=bool(node.attribute("adj_y", False)),
    )


@reads("Einsum")
def _einsum(node, *xs):
    return ops.einsum(node.text("equation"), *xs)


@reads("MatrixInverse")
def _inverse(node, x):
    if node.attribute("adjoint", False):
        raise node.unsupported("adjoint=True")
    return linalg.inv(x)


@reads("MatrixDeterminant")
def _determinant(node, x):
    return linalg.det(x)


@reads("LogMatrixDeterminant")
def _log_determinant(node, x):
    return linalg.slogdet(x)


@reads("Cholesky")
def _cholesky(node, x):
    return linalg.cholesky(x)


@reads("MatrixSolve")
def _solve(node, a, b):
    a = linalg.swap(a) if node.attribute("adjoint", False) else a
    return linalg.solve(a, b)


@reads("MatrixTriangularSolve")
def _solve_triangular(node, a, b):
    return linalg.solve_triangular(
        a,
        b,
        lower=bool(node.attribute("lower", True)),
        transposed=bool(node.attribute("adjoint", False)),
    )


@reads("Qr")
def _qr(node, x):
    mode = "complete" if node.attribute("full_matrices", False) else "reduced"
    return linalg.qr(x, mode=mode)


@reads("SelfAdjointEigV2")
def _eigh(node, x):
    return linalg.eigh(x)


@reads("Svd")
def _svd(node, x):
    u, s, v = linalg.svd(x, full_matrices=bool(node.attribute("full_matrices", False)))
    return s, u, linalg.swap(v)


_REDUCTIONS = {
    "Sum": reduce.reduce_sum,
    "Mean": reduce.reduce_mean,
    "Prod": reduce.reduce_prod,
    "Max": reduce.reduce_max,
    "Min": reduce.reduce_min,
    "All": reduce.reduce_all,
    "Any": reduce.reduce_any,
}


@reads(*_REDUCTIONS)
def _reduced(node, x, axes):
    axes = tuple(sorted({int(axis) % x.ndim for axis in axes.value.reshape(-1)}))
    keepdims = bool(node.attribute("keep_dims", False))
    if node.op in ("Max", "Min") and not math.prod(x.shape):
        raise node.unsupported("No elements as input")
    return _REDUCTIONS[node.op](x, axes=axes, keepdims=keepdims)


@reads("ArgMax", "ArgMin")
def _arg(node, x, axis):
    choose = reduce.argmax if node.op == "ArgMax" else reduce.argmin
    y = choose(x, axis=int(axis) % x.ndim, keepdims=False)
    return elementwise.cast(y, dtype=node.attribute("output_type", "int64"))


@reads("Cumsum", "Cumprod")
def _cumulated(node, x, axis):
    return REGISTRY[node.op.lower()](
        x,
        axis=int(axis) % x.ndim,
        exclusive=bool(node.attribute("exclusive", False)),
        reverse=bool(node.attribute("reverse", False)),
    )


@reads("L2Loss")
def _l2_loss(node, x):
    return ops.sum(elementwise.square(x)) * 0.5


@reads("FFT", "IFFT")
def _fourier(node, x):
    """Complex tensors are pairs of a real and an imaginary part to ours."""
    sign = -1 if node.op == "FFT" else 1
    parts = REGISTRY["real"](x), REGISTRY["imag"](x)
    real, imag = fourier.fourier(*parts, axes=(x.ndim - 1,), sign=sign)
    if sign > 0:
        real, imag = real / x.shape[-1], imag / x.shape[-1]
    return REGISTRY["make_complex"](real, imag)
