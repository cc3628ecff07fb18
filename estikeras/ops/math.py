"""Functions of one operand: signs, rounding, exponentials, logarithms, roots."""

import math

import numpy as np

from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import core
from estikeras.ops.core import floating, numeric, promote
from estikeras.primitives import elementwise, special


@op("keras.ops.abs", "keras.ops.absolute", "keras.ops.numpy.abs", "keras.ops.numpy.absolute")
def absolute(x):
    """The absolute value."""
    x = as_tensor(x)
    return x if x.dtype == "bool" else elementwise.absolute(x)


@op("keras.ops.fabs", "keras.ops.numpy.fabs")
def fabs(x):
    """The absolute value as a float."""
    return elementwise.absolute(floating(x))


@op("keras.ops.negative", "keras.ops.numpy.negative")
def negative(x):
    """The value with the other sign."""
    return elementwise.negative(as_tensor(x))


@op("keras.ops.sign", "keras.ops.numpy.sign")
def sign(x):
    """-1, 0 or 1 by the sign."""
    return elementwise.sign(as_tensor(x))


@op("keras.ops.square", "keras.ops.numpy.square")
def square(x):
    """The square."""
    return elementwise.square(numeric(x))


@op("keras.ops.reciprocal", "keras.ops.numpy.reciprocal")
def reciprocal(x):
    """One divided by the value."""
    return elementwise.reciprocal(floating(x))


@op("keras.ops.floor", "keras.ops.numpy.floor")
def floor(x):
    """The largest whole number that is not above the value, as a float."""
    return elementwise.floor(floating(x))


@op("keras.ops.ceil", "keras.ops.numpy.ceil")
def ceil(x):
    """The smallest whole number that is not below the value, as a float."""
    return elementwise.ceil(floating(x))


@op("keras.ops.trunc", "keras.ops.numpy.trunc")
def trunc(x):
    """The value without its fraction."""
    x = as_tensor(x)
    return elementwise.trunc(x) if dtypes.is_float(x.dtype) else x


@op("keras.ops.round", "keras.ops.numpy.round")
def round(x, decimals=0):
    """The nearest value with so many decimals; halves go to the even neighbour."""
    x = numeric(x)
    if dtypes.is_int(x.dtype):
        return x if decimals >= 0 else elementwise.cast(round(floating(x), decimals), dtype=x.dtype)
    if not decimals:
        return elementwise.round(x)
    return elementwise.round(x * 10.0**decimals) / 10.0**decimals


@op("keras.ops.exp", "keras.ops.numpy.exp")
def exp(x):
    """The exponential, e to the power of x."""
    return elementwise.exp(floating(x))


@op("keras.ops.exp2", "keras.ops.numpy.exp2")
def exp2(x):
    """2 to the power of x."""
    x = floating(x)
    return elementwise.power(elementwise.constant(2, x), x)


@op("keras.ops.expm1", "keras.ops.numpy.expm1")
def expm1(x):
    """exp(x) - 1, exact for small x."""
    return elementwise.expm1(floating(x))


@op("keras.ops.log", "keras.ops.numpy.log")
def log(x):
    """The natural logarithm."""
    return elementwise.log(floating(x))


@op("keras.ops.log1p", "keras.ops.numpy.log1p")
def log1p(x):
    """log(1 + x), exact for small x."""
    return elementwise.log1p(floating(x))


@op("keras.ops.log2", "keras.ops.numpy.log2")
def log2(x):
    """The logarithm to base 2."""
    return elementwise.log2(floating(x))


@op("keras.ops.log10", "keras.ops.numpy.log10")
def log10(x):
    """The logarithm to base 10."""
    return elementwise.log10(floating(x))


@op("keras.ops.sqrt", "keras.ops.numpy.sqrt")
def sqrt(x):
    """The square root."""
    return elementwise.sqrt(floating(x))


@op("keras.ops.rsqrt")
def rsqrt(x):
    """One divided by the square root."""
    return elementwise.rsqrt(floating(x))


@op("keras.ops.cbrt", "keras.ops.numpy.cbrt")
def cbrt(x):
    """The cube root."""
    return special.cbrt(floating(x))


@op("keras.ops.erf")
def erf(x):
    """The error function."""
    return elementwise.erf(floating(x))


@op("keras.ops.erfc")
def erfc(x):
    """One minus the error function."""
    return elementwise.erfc(floating(x))


@op("keras.ops.erfinv")
def erfinv(x):
    """The inverse of the error function."""
    return special.erfinv(floating(x))


@op("keras.ops.i0", "keras.ops.numpy.i0")
def i0(x):
    """The modified Bessel function of the first kind and order 0."""
    return special.i0(floating(x))


@op("keras.ops.clip", "keras.ops.numpy.clip")
def clip(x, x_min, x_max):
    """The value, or the limit beyond which it lies."""
    x, x_min, x_max = promote(numeric(x), x_min, x_max)
    return elementwise.minimum(elementwise.maximum(x, x_min), x_max)


def _replace(condition, value, x):
    return elementwise.select(condition, core.tensor(value, x.dtype), x)


@op("keras.ops.nan_to_num", "keras.ops.numpy.nan_to_num")
def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """The values with not-a-number and infinities replaced; None stands for the largest finite
    numbers.
    """
    x = as_tensor(x)
    if not dtypes.is_float(x.dtype):
        return x
    low, high = core.limits(x.dtype)
    x = _replace(elementwise.isnan(x), nan, x)
    x = _replace(
        elementwise.equal(x, elementwise.constant(math.inf, x)),
        high if posinf is None else posinf,
        x,
    )
    return _replace(
        elementwise.equal(x, elementwise.constant(-math.inf, x)),
        low if neginf is None else neginf,
        x,
    )


@op("keras.ops.conj", "keras.ops.conjugate", "keras.ops.numpy.conj", "keras.ops.numpy.conjugate")
def conj(x):
    """The complex conjugate: a real tensor itself."""
    x = as_tensor(x)
    return special.conj(x) if x.dtype in dtypes.COMPLEX else x


@op("keras.ops.real", "keras.ops.numpy.real")
def real(x):
    """The real part."""
    x = as_tensor(x)
    return special.real(x) if x.dtype in dtypes.COMPLEX else x


@op("keras.ops.imag", "keras.ops.numpy.imag")
def imag(x):
    """The imaginary part: zeros for a real tensor."""
    x = as_tensor(x)
    if x.dtype in dtypes.COMPLEX:
        return special.imag(x)
    return Tensor(np.zeros(x.shape, dtypes.to_numpy(x.dtype)))


@op("keras.ops.angle", "keras.ops.numpy.angle")
def angle(x):
    """The angle of a complex number in radians: 0 or pi for real ones."""
    x = as_tensor(x)
    if x.dtype in dtypes.COMPLEX:
        return elementwise.atan2(special.imag(x), special.real(x))
    x = floating(x)
    return elementwise.atan2(elementwise.constant(0, x), x)
