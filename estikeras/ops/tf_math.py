"""Functions of elements under TensorFlow's names and signatures: `tf.add(x, y, name=None)`,
`tf.math.*`, `tf.bitwise.*`.

`name` labels a tensor for hooks of an Estimator; elsewhere it changes nothing.
"""

import functools
import inspect
import math as python_math

from estikeras import errors
from estikeras.engine import context, dtypes
from estikeras.engine.operation import note_name, op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import arithmetic, comparison, core, math, reduction, trigonometry
from estikeras.primitives import elementwise, special
from estikeras.public import public


def named(function, *parameters):
    """An op with other names for its first parameters, and `name` as the last one."""
    positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = parameters or tuple(inspect.signature(function).parameters)
    count = len(parameters)

    @functools.wraps(function)
    def renamed(*args, **kwargs):
        if len(args) == count and not kwargs:
            return function(*args)
        name = kwargs.pop("name", None)
        given = args[:count]
        try:
            rest = [kwargs.pop(p) for p in parameters[len(given) :]]
        except KeyError as error:
            raise TypeError(f"{function.__name__}() misses the argument {error}.") from None
        if kwargs:
            raise TypeError(f"{function.__name__}() has no argument {next(iter(kwargs))!r}.")
        result = function(*given, *rest)
        if context.current.trace is not None:
            note_name(result, args, {"name": name}, count)
        return result

    signature = [inspect.Parameter(p, positional) for p in parameters]
    signature.append(inspect.Parameter("name", positional, default=None))
    renamed.__signature__ = inspect.Signature(signature)
    return renamed


abs = public("abs", "math.abs")(named(math.absolute))
acos = public("acos", "math.acos")(named(trigonometry.arccos))
acosh = public("acosh", "math.acosh")(named(trigonometry.arccosh))
add = public("add", "math.add")(named(arithmetic.add, "x", "y"))
angle = public("math.angle")(named(math.angle, "input"))
asin = public("asin", "math.asin")(named(trigonometry.arcsin))
asinh = public("asinh", "math.asinh")(named(trigonometry.arcsinh))
atan = public("atan", "math.atan")(named(trigonometry.arctan))
atan2 = public("atan2", "math.atan2")(named(trigonometry.arctan2, "y", "x"))
atanh = public("atanh", "math.atanh")(named(trigonometry.arctanh))
bitwise_and = public("bitwise.bitwise_and")(named(comparison.bitwise_and))
bitwise_or = public("bitwise.bitwise_or")(named(comparison.bitwise_or))
bitwise_xor = public("bitwise.bitwise_xor")(named(comparison.bitwise_xor))
ceil = public("math.ceil")(named(math.ceil))
clip_by_value = public("clip_by_value")(named(math.clip, "t", "clip_value_min", "clip_value_max"))
conj = public("math.conj")(named(math.conj))
cos = public("cos", "math.cos")(named(trigonometry.cos))
cosh = public("cosh", "math.cosh")(named(trigonometry.cosh))
divide = public("divide", "math.divide", "truediv", "math.truediv", "realdiv")(
    named(arithmetic.divide, "x", "y")
)
divide_no_nan = public("math.divide_no_nan")(named(arithmetic.divide_no_nan, "x", "y"))
equal = public("equal", "math.equal")(named(comparison.equal, "x", "y"))
erf = public("math.erf")(named(math.erf))
erfc = public("math.erfc")(named(math.erfc))
erfinv = public("math.erfinv")(named(math.erfinv))
exp = public("exp", "math.exp")(named(math.exp))
expm1 = public("math.expm1")(named(math.expm1))
floor = public("floor", "math.floor")(named(math.floor))
floordiv = public("math.floordiv")(named(arithmetic.floor_divide, "x", "y"))
greater = public("greater", "math.greater")(named(comparison.greater, "x", "y"))
greater_equal = public("greater_equal", "math.greater_equal")(
    named(comparison.greater_equal, "x", "y")
)
imag = public("math.imag")(named(math.imag, "input"))
invert = public("bitwise.invert")(named(comparison.bitwise_not))
is_finite = public("math.is_finite")(named(comparison.isfinite))
is_inf = public("math.is_inf")(named(comparison.isinf))
is_nan = public("math.is_nan")(named(comparison.isnan))
left_shift = public("bitwise.left_shift")(named(comparison.left_shift))
less = public("less", "math.less")(named(comparison.less, "x", "y"))
less_equal = public("less_equal", "math.less_equal")(named(comparison.less_equal, "x", "y"))
log = public("math.log")(named(math.log))
log1p = public("math.log1p")(named(math.log1p))
logical_and = public("logical_and", "math.logical_and")(named(comparison.logical_and, "x", "y"))
logical_not = public("logical_not", "math.logical_not")(named(comparison.logical_not))
logical_or = public("logical_or", "math.logical_or")(named(comparison.logical_or, "x", "y"))
logical_xor = public("math.logical_xor")(named(comparison.logical_xor, "x", "y"))
maximum = public("maximum", "math.maximum")(named(arithmetic.maximum, "x", "y"))
minimum = public("minimum", "math.minimum")(named(arithmetic.minimum, "x", "y"))
mod = public("math.mod", "math.floormod")(named(arithmetic.mod, "x", "y"))
multiply = public("multiply", "math.multiply")(named(arithmetic.multiply, "x", "y"))
negative = public("negative", "math.negative")(named(math.negative))
nextafter = public("math.nextafter")(named(arithmetic.nextafter))
not_equal = public("not_equal", "math.not_equal")(named(comparison.not_equal, "x", "y"))
pow = public("pow", "math.pow")(named(arithmetic.power, "x", "y"))
real = public("math.real")(named(math.real, "input"))
reciprocal = public("math.reciprocal")(named(math.reciprocal))
right_shift = public("bitwise.right_shift")(named(comparison.right_shift))
rsqrt = public("math.rsqrt")(named(math.rsqrt))
scalar_mul = public("scalar_mul", "math.scalar_mul")(named(arithmetic.multiply, "scalar", "x"))
sign = public("sign", "math.sign")(named(math.sign))
sin = public("sin", "math.sin")(named(trigonometry.sin))
sinh = public("sinh", "math.sinh")(named(trigonometry.sinh))
sqrt = public("sqrt", "math.sqrt")(named(math.sqrt))
square = public("square", "math.square")(named(math.square))
stop_gradient = public("stop_gradient")(named(core.stop_gradient, "input"))
subtract = public("subtract", "math.subtract")(named(arithmetic.subtract, "x", "y"))
tan = public("tan", "math.tan")(named(trigonometry.tan))
tanh = public("tanh", "math.tanh", "nn.tanh")(named(trigonometry.tanh))
truncatemod = public("truncatemod")(named(arithmetic.fmod, "x", "y"))


@op("round", "math.round", "math.rint")
def round(x, name=None):
    """The nearest whole number; halves go to the even neighbour."""
    return math.round(x)


@op("truncatediv")
def truncatediv(x, y, name=None):
    """The quotient of integers without its fraction."""
    x, y = core.promote(x, y)
    return core.tensor(elementwise.trunc(arithmetic.divide(x, y)), x.dtype)


@op("math.squared_difference")
def squared_difference(x, y, name=None):
    """(x - y) squared."""
    return math.square(arithmetic.subtract(x, y))


@op("math.reciprocal_no_nan")
def reciprocal_no_nan(x, name=None):
    """One divided by the value, 0 for 0."""
    return arithmetic.divide_no_nan(elementwise.constant(1, as_tensor(x)), x)


def _unless_zero(x, y, function):
    """The product x * function(y), and 0 where x is 0 whatever y is."""
    x, y = core.promote(x, y, floating=True)
    zero = elementwise.equal(x, elementwise.constant(0, x))
    y = function(elementwise.select(zero, elementwise.constant(1, y), y))
    return elementwise.select(zero, elementwise.constant(0, x), x * y)


@op("math.multiply_no_nan")
def multiply_no_nan(x, y, name=None):
    """The product, 0 where y is 0 even if x is infinite or no number."""
    return _unless_zero(y, x, lambda v: v)


@op("math.xlogy")
def xlogy(x, y, name=None):
    """The product x log(y), 0 where x is 0."""
    return _unless_zero(x, y, elementwise.log)


@op("math.xlog1py")
def xlog1py(x, y, name=None):
    """The product x log(1 + y), 0 where x is 0."""
    return _unless_zero(x, y, elementwise.log1p)


@op("math.xdivy")
def xdivy(x, y, name=None):
    """The quotient x / y, 0 where x is 0."""
    return _unless_zero(x, y, elementwise.reciprocal)


@op("math.lgamma")
def lgamma(x, name=None):
    """The logarithm of the absolute value of the gamma function."""
    return special.lgamma(core.floating(x))


@op("math.digamma")
def digamma(x, name=None):
    """The derivative of `lgamma`."""
    return special.digamma(core.floating(x))


@op("math.erfcinv")
def erfcinv(x, name=None):
    """The inverse of one minus the error function."""
    return math.erfinv(1 - core.floating(x))


@op("math.ndtri")
def ndtri(x, name=None):
    """The quantile function of the standard normal distribution."""
    return math.erfinv(core.floating(x) * 2 - 1) * python_math.sqrt(2)


@op("math.bessel_i0", "math.special.bessel_i0")
def bessel_i0(x, name=None):
    """The modified Bessel function of the first kind and order 0."""
    return math.i0(x)


@op("math.bessel_i1", "math.special.bessel_i1")
def bessel_i1(x, name=None):
    """The modified Bessel function of the first kind and order 1."""
    return special.i1(core.floating(x))


@op("math.polyval")
def polyval(coeffs, x, name=None):
    """The polynomial with the given coefficients, the highest first, at x."""
    value = core.convert_to_tensor(0.0 if not coeffs else coeffs[0])
    for coefficient in coeffs[1:]:
        value = arithmetic.add(arithmetic.multiply(value, x), coefficient)
    return value


@op("add_n", "math.add_n")
def add_n(inputs, name=None):
    """The sum of a list of tensors of equal shape."""
    return functools.reduce(arithmetic.add, inputs)


@op("math.accumulate_n")
def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of a list of tensors, which must have the shape and dtype if these are given."""
    y = add_n(inputs)
    if shape is not None and tuple(shape) != y.shape:
        raise errors.shape_mismatch("inputs", got=y.shape, expected=shape)
    if tensor_dtype is not None and dtypes.standardize(tensor_dtype) != y.dtype:
        raise errors.wrong_type("inputs", got=y.dtype, expected=f"dtype {tensor_dtype}")
    return y


@op("clip_by_norm")
def clip_by_norm(t, clip_norm, axes=None, name=None):
    """The tensor scaled down so that its norm over axes is at most `clip_norm`."""
    t = core.floating(t)
    length = math.sqrt(reduction.sum(math.square(t), axes, keepdims=True))
    return t * clip_norm / arithmetic.maximum(length, clip_norm)


@op("linalg.global_norm")
def global_norm(t_list, name=None):
    """The norm of all elements of a list of tensors, in which None counts as nothing."""
    squares = [reduction.sum(math.square(t)) for t in t_list if t is not None]
    return math.sqrt(functools.reduce(arithmetic.add, squares))


@op("clip_by_global_norm")
def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """A list of tensors scaled down together so that their global norm is at most `clip_norm`, and
    that norm.
    """
    norm = global_norm(t_list) if use_norm is None else as_tensor(use_norm)
    scale = clip_norm / arithmetic.maximum(norm, clip_norm)
    return [None if t is None else arithmetic.multiply(t, scale) for t in t_list], norm
