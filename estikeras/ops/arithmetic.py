"""Arithmetic of two operands, which are promoted to one dtype and broadcast."""

import math

from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import floating, numeric, promote, tensor
from estikeras.primitives import elementwise, special


def numbers(x1, x2):
    """Two promoted operands, of which booleans become int32."""
    x1, x2 = promote(x1, x2)
    return numeric(x1), numeric(x2)


@op("keras.ops.add", "keras.ops.numpy.add")
def add(x1, x2):
    """The sum; of two booleans, whether any is true."""
    return elementwise.add(*promote(x1, x2))


@op("keras.ops.subtract", "keras.ops.numpy.subtract")
def subtract(x1, x2):
    """The difference."""
    return elementwise.subtract(*promote(x1, x2))


@op("keras.ops.multiply", "keras.ops.numpy.multiply")
def multiply(x1, x2):
    """The product; of two booleans, whether both are true."""
    return elementwise.multiply(*promote(x1, x2))


@op("keras.ops.divide", "keras.ops.numpy.divide")
def divide(x1, x2):
    """The quotient, a float also of integers."""
    return elementwise.divide(*promote(x1, x2, floating=True))


@op("keras.ops.true_divide", "keras.ops.numpy.true_divide")
def true_divide(x1, x2):
    """As `divide`; Python's `/` on tensors, and under this name in functional models."""
    return elementwise.divide(*promote(x1, x2, floating=True))


@op("keras.ops.divide_no_nan", "keras.ops.numpy.divide_no_nan")
def divide_no_nan(x1, x2):
    """The quotient, 0 where the divisor is 0."""
    x1, x2 = promote(x1, x2, floating=True)
    zero = elementwise.equal(x2, elementwise.constant(0, x2))
    quotient = elementwise.divide(x1, elementwise.select(zero, elementwise.constant(1, x2), x2))
    return elementwise.select(zero, elementwise.constant(0, x2), quotient)


@op("keras.ops.floor_divide", "keras.ops.numpy.floor_divide")
def floor_divide(x1, x2):
    """The quotient rounded down."""
    return elementwise.floor_divide(*numbers(x1, x2))


@op("keras.ops.mod", "keras.ops.numpy.mod")
def mod(x1, x2):
    """The remainder with the sign of the divisor."""
    return elementwise.mod(*numbers(x1, x2))


@op("keras.ops.fmod", "keras.ops.numpy.fmod")
def fmod(x1, x2):
    """The remainder with the sign of the dividend."""
    return elementwise.fmod(*numbers(x1, x2))


@op("keras.ops.power", "keras.ops.numpy.power")
def power(x1, x2):
    """x1 to the power of x2."""
    if type(x2) in (int, float) and x2 == 2:
        x1 = numeric(x1)
        if type(x2) is int or dtypes.is_float(x1.dtype):
            return elementwise.square(x1)
    return elementwise.power(*numbers(x1, x2))


@op("keras.ops.maximum", "keras.ops.numpy.maximum")
def maximum(x1, x2):
    """The larger of two values; not-a-number if any is."""
    return elementwise.maximum(*promote(x1, x2))


@op("keras.ops.minimum", "keras.ops.numpy.minimum")
def minimum(x1, x2):
    """The smaller of two values; not-a-number if any is."""
    return elementwise.minimum(*promote(x1, x2))


@op("keras.ops.fmax", "keras.ops.numpy.fmax")
def fmax(x1, x2):
    """The larger of two values, of which one may be not-a-number."""
    x1, x2 = promote(x1, x2)
    if not dtypes.is_float(x1.dtype):
        return elementwise.maximum(x1, x2)
    larger = elementwise.maximum(x1, elementwise.select(elementwise.isnan(x2), x1, x2))
    return elementwise.select(elementwise.isnan(x1), x2, larger)


@op("keras.ops.fmin", "keras.ops.numpy.fmin")
def fmin(x1, x2):
    """The smaller of two values, of which one may be not-a-number."""
    x1, x2 = promote(x1, x2)
    if not dtypes.is_float(x1.dtype):
        return elementwise.minimum(x1, x2)
    smaller = elementwise.minimum(x1, elementwise.select(elementwise.isnan(x2), x1, x2))
    return elementwise.select(elementwise.isnan(x1), x2, smaller)


@op("keras.ops.hypot", "keras.ops.numpy.hypot")
def hypot(x1, x2):
    """The length of the hypotenuse of a right triangle with these sides."""
    return special.hypot(*promote(x1, x2, floating=True))


@op("keras.ops.logaddexp", "keras.ops.numpy.logaddexp")
def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)), without overflow."""
    return special.logaddexp(*promote(x1, x2, floating=True))


@op("keras.ops.logaddexp2", "keras.ops.numpy.logaddexp2")
def logaddexp2(x1, x2):
    """log2(2**x1 + 2**x2), without overflow."""
    x1, x2 = promote(x1, x2, floating=True)
    scale = math.log(2)
    return special.logaddexp(x1 * scale, x2 * scale) / scale


@op("keras.ops.heaviside", "keras.ops.numpy.heaviside")
def heaviside(x1, x2):
    """0 where x1 is negative, x2 where it is 0, else 1."""
    x1, x2 = promote(x1, x2, floating=True)
    zero = elementwise.equal(x1, elementwise.constant(0, x1))
    above = tensor(elementwise.greater(x1, elementwise.constant(0, x1)), x1.dtype)
    step = elementwise.select(zero, x2, above)
    return elementwise.select(elementwise.isnan(x1), x1, step)


@op("keras.ops.ldexp", "keras.ops.numpy.ldexp")
def ldexp(x1, x2):
    """x1 times 2 to the power of the whole number x2."""
    x1, x2 = floating(x1), as_tensor(x2)
    x1, x2 = promote(x1, x2)
    return x1 * elementwise.power(elementwise.constant(2, x1), x2)


@op("keras.ops.nextafter", "keras.ops.numpy.nextafter")
def nextafter(x1, x2):
    """The float that follows x1 in the direction of x2."""
    return special.nextafter(*promote(x1, x2, floating=True))


@op("keras.ops.gcd", "keras.ops.numpy.gcd")
def gcd(x1, x2):
    """The greatest common divisor of integers."""
    return special.gcd(*numbers(x1, x2))


@op("keras.ops.lcm", "keras.ops.numpy.lcm")
def lcm(x1, x2):
    """The least common multiple of integers."""
    return special.lcm(*numbers(x1, x2))
