"""Primitives that compute each element of the output from the elements at the same place of the
broadcast inputs.

The inputs of one call have equal dtypes (ops promote before). The `elementwise` expressions, from
which fused kernels are generated, use `x0`, `x1`, `x2`, functions of `math`, and `T(...)`, which
casts to the element type of the output. Derivatives at kinks and ties are TensorFlow's where JAX
differs (abs at 0: 0, not 1): 0 for relu at 0, halves for equal operands of maximum and minimum.
Functions that few models use are in `special.py`.
"""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives.precision import widened
from estikeras.primitives.shaping import unbroadcast


def constant(value, x):
    """A scalar constant of a tensor's dtype."""
    return np.full((), value, dtypes.to_numpy(x.dtype))


def rule(allowed=None, dtype=None):
    """The rule of an elementwise primitive: broadcast shapes, equal dtypes that are allowed.

    Args:
        allowed: predicate of the input's dtype, None for all.
        dtype: name of the output's dtype, None for the input's.
    """

    def elementwise_rule(*xs):
        came = xs[0].dtype
        for x in xs:
            if x.dtype != came:
                raise errors.wrong_type(
                    "x", got=[x.dtype for x in xs], expected="operands of equal dtype"
                )
        if allowed is not None and not allowed(came):
            raise errors.wrong_type("x", got=came, expected="a dtype that the operation takes")
        return Spec(shapes.broadcast(*[x.shape for x in xs]), dtype or came)

    return elementwise_rule


def fit(derivatives):
    """A gradient function from one that ignores broadcasting: each gradient is summed to its
    operand's shape.
    """

    def gradient(g, y, *xs):
        return tuple([unbroadcast(d, x) for d, x in zip(derivatives(g, y, *xs), xs, strict=True)])

    return gradient


def function(name, reference, expression, derivative=None, allowed=dtypes.is_float):
    """A primitive of one operand; `derivative(g, y, x)` gives its gradient."""
    gradient = derivative and (lambda g, y, x: (derivative(g, y, x),))
    return primitive(name, rule(allowed), reference, gradient, elementwise=expression)


def arithmetic(name, reference, expression, derivatives=None, allowed=None):
    """A primitive of two operands; `derivatives(g, y, a, b)` gives both gradients before they are
    summed to shape.
    """
    return primitive(
        name, rule(allowed), reference, derivatives and fit(derivatives), elementwise=expression
    )


def _predicate(name, reference, expression, allowed=None):
    return primitive(name, rule(allowed, "bool"), reference, elementwise=expression)


def _is_bool(dtype):
    return dtype == "bool"


def _is_number(dtype):
    return dtype != "bool"


def _is_discrete(dtype):
    return dtype == "bool" or dtypes.is_int(dtype)


def _flat(g, y, x):
    return g * 0


# Comparisons and logic.
equal = _predicate("equal", np.equal, "x0 == x1")
not_equal = _predicate("not_equal", np.not_equal, "x0 != x1")
less = _predicate("less", np.less, "x0 < x1")
less_equal = _predicate("less_equal", np.less_equal, "x0 <= x1")
greater = _predicate("greater", np.greater, "x0 > x1")
greater_equal = _predicate("greater_equal", np.greater_equal, "x0 >= x1")
logical_not = _predicate("logical_not", np.logical_not, "not x0", _is_bool)
logical_and = _predicate("logical_and", np.logical_and, "x0 & x1", _is_bool)
logical_or = _predicate("logical_or", np.logical_or, "x0 | x1", _is_bool)
logical_xor = _predicate("logical_xor", np.logical_xor, "x0 ^ x1", _is_bool)
isnan = _predicate("isnan", np.isnan, "x0 != x0", dtypes.is_float)
isinf = _predicate("isinf", np.isinf, "math.isinf(x0)", dtypes.is_float)
isfinite = _predicate("isfinite", np.isfinite, "math.isfinite(x0)", dtypes.is_float)
signbit = _predicate("signbit", np.signbit, None, dtypes.is_float)

bitwise_and = arithmetic("bitwise_and", np.bitwise_and, "x0 & x1", allowed=_is_discrete)
bitwise_or = arithmetic("bitwise_or", np.bitwise_or, "x0 | x1", allowed=_is_discrete)
bitwise_xor = arithmetic("bitwise_xor", np.bitwise_xor, "x0 ^ x1", allowed=_is_discrete)
bitwise_not = function("bitwise_not", np.bitwise_not, "~x0", allowed=dtypes.is_int)
left_shift = arithmetic("left_shift", np.left_shift, "x0 << x1", allowed=dtypes.is_int)
right_shift = arithmetic("right_shift", np.right_shift, "x0 >> x1", allowed=dtypes.is_int)


# Choice and change of dtype.
def _select_rule(condition, a, b):
    if condition.dtype != "bool" or a.dtype != b.dtype:
        got = [condition.dtype, a.dtype, b.dtype]
        raise errors.wrong_type(
            "condition", got=got, expected="bool and two operands of equal dtype"
        )
    return Spec(shapes.broadcast(condition.shape, a.shape, b.shape), a.dtype)


def _select_gradient(g, y, condition, a, b):
    zero = constant(0, g)
    return (
        None,
        unbroadcast(select(condition, g, zero), a),
        unbroadcast(select(condition, zero, g), b),
    )


select = primitive(
    "select", _select_rule, np.where, _select_gradient, elementwise="x1 if x0 else x2"
)


def _cast_rule(x, *, dtype):
    if x.dtype != dtype and "string" in (x.dtype, dtype):
        dtypes.result_type(x.dtype, dtype)  # raises, and says what to do
    return Spec(x.shape, dtype)


def _cast_gradient(g, y, x, *, dtype):
    return (cast(g, dtype=x.dtype) if dtypes.is_float(x.dtype) else None,)


cast = primitive(
    "cast",
    _cast_rule,
    lambda x, *, dtype: x.astype(dtypes.to_numpy(dtype)),
    _cast_gradient,
    elementwise="T(x0)",
)
identity = primitive("identity", rule(), lambda x: x.copy(), lambda g, y, x: (g,), elementwise="x0")
stop_gradient = primitive("stop_gradient", rule(), lambda x: x.copy(), elementwise="x0")


# Arithmetic of one operand.
negative = function("negative", np.negative, "-x0", lambda g, y, x: -g, _is_number)
square = function("square", np.square, "x0 * x0", lambda g, y, x: g * (x + x), _is_number)
relu = function(
    "relu",
    lambda x: np.maximum(x, np.zeros((), x.dtype)),
    "x0 if (x0 > T(0)) | (x0 != x0) else T(0)",
    lambda g, y, x: select(greater(y, constant(0, y)), g, constant(0, g)),
    _is_number,
)
absolute = function(
    "absolute", np.abs, "x0 if x0 > T(0) else T(0) - x0", lambda g, y, x: g * sign(x), _is_number
)
sign = function(
    "sign", np.sign, "x0 if x0 != x0 else T(x0 > T(0)) - T(x0 < T(0))", _flat, _is_number
)
floor = function("floor", np.floor, "math.floor(x0)", _flat)
ceil = function("ceil", np.ceil, "math.ceil(x0)", _flat)
trunc = function("trunc", np.trunc, "math.floor(x0) if x0 > T(0) else math.ceil(x0)", _flat)
round = function("round", np.rint, None, _flat)


# Functions of one float.
exp = function("exp", np.exp, "math.exp(x0)", lambda g, y, x: g * y)
expm1 = function("expm1", np.expm1, "math.expm1(x0)", lambda g, y, x: g * (y + 1))
log = function("log", np.log, "math.log(x0)", lambda g, y, x: g / x)
log1p = function("log1p", np.log1p, "math.log1p(x0)", lambda g, y, x: g / (x + 1))
log2 = function("log2", np.log2, None, lambda g, y, x: g / (x * math.log(2.0)))
log10 = function("log10", np.log10, None, lambda g, y, x: g / (x * math.log(10.0)))
sqrt = function("sqrt", np.sqrt, "math.sqrt(x0)", lambda g, y, x: g * 0.5 / y)
rsqrt = function(
    "rsqrt",
    widened(lambda x: np.reciprocal(np.sqrt(x))),
    "T(1) / math.sqrt(x0)",
    lambda g, y, x: g * -0.5 * y / x,
)
reciprocal = function("reciprocal", np.reciprocal, "T(1) / x0", lambda g, y, x: -g * y * y)
tanh = function("tanh", np.tanh, "math.tanh(x0)", lambda g, y, x: g * (1 - y * y))
sigmoid = function(
    "sigmoid",
    widened(lambda x: np.where(x < 0, np.exp(np.minimum(x, 0)), 1) / (1 + np.exp(-np.abs(x)))),
    "T(1) / (T(1) + math.exp(-x0))",
    lambda g, y, x: g * y * (1 - y),
)
sin = function("sin", np.sin, "math.sin(x0)", lambda g, y, x: g * cos(x))
cos = function("cos", np.cos, "math.cos(x0)", lambda g, y, x: -g * sin(x))
tan = function("tan", np.tan, "math.tan(x0)", lambda g, y, x: g * (1 + y * y))
asin = function("asin", np.arcsin, "math.asin(x0)", lambda g, y, x: g * rsqrt(1 - x * x))
acos = function("acos", np.arccos, "math.acos(x0)", lambda g, y, x: -g * rsqrt(1 - x * x))
atan = function("atan", np.arctan, "math.atan(x0)", lambda g, y, x: g / (1 + x * x))
sinh = function("sinh", np.sinh, "math.sinh(x0)", lambda g, y, x: g * cosh(x))
cosh = function("cosh", np.cosh, "math.cosh(x0)", lambda g, y, x: g * sinh(x))
asinh = function("asinh", np.arcsinh, "math.asinh(x0)", lambda g, y, x: g * rsqrt(x * x + 1))
acosh = function(
    "acosh", np.arccosh, "math.acosh(x0)", lambda g, y, x: g * rsqrt(x - 1) * rsqrt(x + 1)
)
atanh = function("atanh", np.arctanh, "math.atanh(x0)", lambda g, y, x: g / (1 - x * x))


def _erf(x):
    from scipy.special import erf

    return erf(x)


def _erfc(x):
    from scipy.special import erfc

    return erfc(x)


_ERF_SLOPE = 2 / math.sqrt(math.pi)
erf = function("erf", widened(_erf), "math.erf(x0)", lambda g, y, x: g * _ERF_SLOPE * exp(-x * x))
erfc = function(
    "erfc", widened(_erfc), "math.erfc(x0)", lambda g, y, x: -g * _ERF_SLOPE * exp(-x * x)
)


# Arithmetic of two operands.
add = arithmetic("add", np.add, "x0 + x1", lambda g, y, a, b: (g, g))
subtract = arithmetic("subtract", np.subtract, "x0 - x1", lambda g, y, a, b: (g, -g), _is_number)
multiply = arithmetic("multiply", np.multiply, "x0 * x1", lambda g, y, a, b: (g * b, g * a))
divide = arithmetic(
    "divide", np.true_divide, "x0 / x1", lambda g, y, a, b: (g / b, -g * y / b), dtypes.is_float
)


def _larger(condition, a, b, g):
    """`g` where `condition`, half of it where the operands are equal, else 0."""
    return select(condition, g, select(equal(a, b), g * 0.5, constant(0, g)))


# A not-a-number in either operand stays one.
maximum = arithmetic(
    "maximum",
    np.maximum,
    "x0 if (x0 > x1) | (x0 != x0) else x1",
    lambda g, y, a, b: (_larger(greater(a, b), a, b, g), _larger(greater(b, a), a, b, g)),
)
minimum = arithmetic(
    "minimum",
    np.minimum,
    "x0 if (x0 < x1) | (x0 != x0) else x1",
    lambda g, y, a, b: (_larger(less(a, b), a, b, g), _larger(less(b, a), a, b, g)),
)


def _power(a, b):
    return np.power(a, np.maximum(b, 0)) if a.dtype.kind in "iu" else np.power(a, b)


def _power_derivatives(g, y, a, b):
    flat = equal(b, constant(0, b))
    d_base = select(flat, constant(0, a), b * power(a, select(flat, constant(1, b), b - 1)))
    positive = greater(a, constant(0, a))
    d_exponent = select(positive, y * log(select(positive, a, constant(1, a))), constant(0, a))
    negative_base = less(a, constant(0, a))
    return g * d_base, g * select(negative_base, constant(np.nan, a), d_exponent)


power = arithmetic("power", _power, "x0 ** x1", _power_derivatives, _is_number)

# mod has the sign of the divisor, fmod that of the dividend; an integer divided by zero gives zero.
floor_divide = arithmetic(
    "floor_divide", np.floor_divide, "x0 // x1", lambda g, y, a, b: (g * 0, g * 0), _is_number
)
mod = arithmetic("mod", np.mod, "x0 % x1", lambda g, y, a, b: (g, -g * floor(a / b)), _is_number)
fmod = arithmetic("fmod", np.fmod, None, lambda g, y, a, b: (g, -g * trunc(a / b)), _is_number)


def _atan2_derivatives(g, y, a, b):
    square_radius = a * a + b * b
    return g * b / square_radius, -g * a / square_radius


atan2 = arithmetic("atan2", np.arctan2, "math.atan2(x0, x1)", _atan2_derivatives, dtypes.is_float)
