"""Elementwise primitives, comparisons and casts as TensorFlow's operations."""

import math

import numpy as np

from estikeras.engine.dtypes import DType
from estikeras.export.saved_model.emission import entering

TABLE = {}
emits = entering(TABLE)


_CUBIC = 0.044715  # of the tangent that stands for the error function in `gelu_tanh`
SAME_DTYPE = {
    "identity": "Identity",
    "stop_gradient": "StopGradient",
    "negative": "Neg",
    "square": "Square",
    "relu": "Relu",
    "absolute": "Abs",
    "sign": "Sign",
    "floor": "Floor",
    "ceil": "Ceil",
    "round": "Rint",
    "exp": "Exp",
    "expm1": "Expm1",
    "log": "Log",
    "log1p": "Log1p",
    "sqrt": "Sqrt",
    "rsqrt": "Rsqrt",
    "reciprocal": "Reciprocal",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "sin": "Sin",
    "cos": "Cos",
    "tan": "Tan",
    "asin": "Asin",
    "acos": "Acos",
    "atan": "Atan",
    "sinh": "Sinh",
    "cosh": "Cosh",
    "asinh": "Asinh",
    "acosh": "Acosh",
    "atanh": "Atanh",
    "erf": "Erf",
    "erfc": "Erfc",
    "erfinv": "Erfinv",
    "i0": "BesselI0",
    "i1": "BesselI1",
    "digamma": "Digamma",
    "lgamma": "Lgamma",
    "softplus": "Softplus",
    "elu": "Elu",
    "selu": "Selu",
    "conj": "Conj",
    "subtract": "Sub",
    "multiply": "Mul",
    "divide": "RealDiv",
    "power": "Pow",
    "floor_divide": "FloorDiv",
    "mod": "FloorMod",
    "fmod": "TruncateMod",
    "atan2": "Atan2",
    "nextafter": "NextAfter",
    "left_shift": "LeftShift",
    "right_shift": "RightShift",
    "bitwise_not": "Invert",
}
OF_BOOLEANS = {  # and what they are for numbers
    "add": ("LogicalOr", "AddV2"),
    "maximum": ("LogicalOr", "Maximum"),
    "minimum": ("LogicalAnd", "Minimum"),
    "bitwise_and": ("LogicalAnd", "BitwiseAnd"),
    "bitwise_or": ("LogicalOr", "BitwiseOr"),
    "bitwise_xor": ("NotEqual", "BitwiseXor"),
}
PREDICATES = {
    "equal": "Equal",
    "not_equal": "NotEqual",
    "less": "Less",
    "less_equal": "LessEqual",
    "greater": "Greater",
    "greater_equal": "GreaterEqual",
    "isnan": "IsNan",
    "isinf": "IsInf",
    "isfinite": "IsFinite",
    "logical_xor": "NotEqual",
}
_LOGIC = {"logical_not": "LogicalNot", "logical_and": "LogicalAnd", "logical_or": "LogicalOr"}


def _enter(table, write):
    for name, op in table.items():
        emits(name)(write(op))


_enter(SAME_DTYPE, lambda op: lambda e, *xs: e.op(op, *xs))
_enter(PREDICATES, lambda op: lambda e, *xs: e.op(op, *xs, gives="bool"))
_enter(_LOGIC, lambda op: lambda e, *xs: e.op(op, *xs, T=None))


def _of_numbers_or_booleans(ops):
    logic, arithmetic = ops

    def write(e, x, y):
        if x.dtype != "bool":
            return e.op(arithmetic, x, y)
        return e.op(logic, x, y, T=None if logic.startswith("Logical") else DType("bool"))

    return write


_enter(OF_BOOLEANS, _of_numbers_or_booleans)


@emits("select")
def _select(e, condition, x, y):
    return e.op("SelectV2", condition, x, y, gives=x.dtype, T=DType(x.dtype))


@emits("cast")
def _cast(e, x, *, dtype):
    return e.op("Identity", x) if x.dtype == dtype else e.cast(x, dtype)


@emits("scale_gradient")
def _scale_gradient(e, x, factor):
    return e.op("Identity", x)


@emits("check_numerics")
def _check_numerics(e, x, *, message):
    return e.op("CheckNumerics", x, message=message), e.constant(True, "bool")


@emits("trunc")
def _trunc(e, x):
    negative = e.op("Less", x, e.like(0, x), gives="bool")
    ceil, floor = e.op("Ceil", x), e.op("Floor", x)
    return e.op("SelectV2", negative, ceil, floor, gives=x.dtype, T=DType(x.dtype))


@emits("log2")
def _log2(e, x):
    return e.op("Mul", e.op("Log", x), e.like(1 / math.log(2), x))


@emits("log10")
def _log10(e, x):
    return e.op("Mul", e.op("Log", x), e.like(1 / math.log(10), x))


@emits("silu")
def _silu(e, x):
    return e.op("Mul", x, e.op("Sigmoid", x))


def _gelu_of(e, x, inner):
    half = e.op("Mul", e.like(0.5, x), x)
    return e.op("Mul", half, e.op("AddV2", e.like(1, x), inner))


@emits("gelu")
def _gelu(e, x):
    return _gelu_of(e, x, e.op("Erf", e.op("Mul", x, e.like(math.sqrt(0.5), x))))


@emits("gelu_tanh")
def _gelu_tanh(e, x):
    cube = e.op("Mul", e.op("Square", x), x)
    inner = e.op("AddV2", x, e.op("Mul", cube, e.like(_CUBIC, x)))
    return _gelu_of(e, x, e.op("Tanh", e.op("Mul", inner, e.like(math.sqrt(2 / math.pi), x))))


@emits("cbrt")
def _cbrt(e, x):
    root = e.op("Pow", e.op("Abs", x), e.like(1 / 3, x))
    return e.op("Mul", e.op("Sign", x), root)


@emits("hypot")
def _hypot(e, x, y):
    return e.op("Sqrt", e.op("AddV2", e.op("Square", x), e.op("Square", y)))


@emits("logaddexp")
def _logaddexp(e, x, y):
    gap = e.op("Neg", e.op("Abs", e.op("Sub", x, y)))
    return e.op("AddV2", e.op("Maximum", x, y), e.op("Log1p", e.op("Exp", gap)))


@emits("signbit")
def _signbit(e, x):
    bits = {"float32": "int32", "float64": "int64", "float16": "int16", "bfloat16": "int16"}
    whole = e.op("Bitcast", x, gives=bits[x.dtype], type=DType(bits[x.dtype]))
    return e.op("Less", whole, e.like(0, whole), gives="bool")


@emits("real", "imag")
def _part(e, x):
    dtype = {"complex64": "float32", "complex128": "float64"}.get(x.dtype)
    name = e.step.primitive.name
    if dtype is None:
        return e.op("Identity" if name == "real" else "ZerosLike", x)
    return e.op(name.title(), x, gives=dtype, Tout=DType(dtype))


@emits("make_complex")
def _make_complex(e, x, y):
    dtype = {"float32": "complex64", "float64": "complex128"}[x.dtype]
    return e.op("Complex", x, y, gives=dtype, Tout=DType(dtype))


@emits("bitcast")
def _bitcast(e, x, *, dtype):
    before, after = (np.dtype(DType(d).as_numpy_dtype).itemsize for d in (x.dtype, dtype))
    if x.shape and after > before:  # the last axis has as many as make one
        x = e.reshape(x, (*x.shape[:-1], x.shape[-1] // (after // before), after // before))
    y = e.op("Bitcast", x, gives=dtype, type=DType(dtype))
    return e.reshape(y, e.step.outputs[0].shape) if after < before and x.shape else y


@emits("bucketize")
def _bucketize(e, x, *, limits):
    x = x if x.dtype in ("float32", "float64", "int32", "int64") else e.cast(x, "float32")
    return e.op("Bucketize", x, gives="int32", boundaries=[float(v) for v in limits.values])
