"""Circular and hyperbolic functions and their inverses."""

import math

from estikeras.engine.operation import op
from estikeras.ops.core import floating, promote
from estikeras.primitives import elementwise


@op("keras.ops.sin", "keras.ops.numpy.sin")
def sin(x):
    """The sine of angles in radians."""
    return elementwise.sin(floating(x))


@op("keras.ops.cos", "keras.ops.numpy.cos")
def cos(x):
    """The cosine of angles in radians."""
    return elementwise.cos(floating(x))


@op("keras.ops.tan", "keras.ops.numpy.tan")
def tan(x):
    """The tangent of angles in radians."""
    return elementwise.tan(floating(x))


@op("keras.ops.arcsin", "keras.ops.numpy.arcsin")
def arcsin(x):
    """The angle in radians that has this sine."""
    return elementwise.asin(floating(x))


@op("keras.ops.arccos", "keras.ops.numpy.arccos")
def arccos(x):
    """The angle in radians that has this cosine."""
    return elementwise.acos(floating(x))


@op("keras.ops.arctan", "keras.ops.numpy.arctan")
def arctan(x):
    """The angle in radians that has this tangent."""
    return elementwise.atan(floating(x))


@op("keras.ops.arctan2", "keras.ops.numpy.arctan2")
def arctan2(x1, x2):
    """The angle of the point with coordinates (x2, x1), in radians."""
    return elementwise.atan2(*promote(x1, x2, floating=True))


@op("keras.ops.sinh", "keras.ops.numpy.sinh")
def sinh(x):
    """The hyperbolic sine."""
    return elementwise.sinh(floating(x))


@op("keras.ops.cosh", "keras.ops.numpy.cosh")
def cosh(x):
    """The hyperbolic cosine."""
    return elementwise.cosh(floating(x))


@op("keras.ops.tanh", "keras.ops.numpy.tanh")
def tanh(x):
    """The hyperbolic tangent."""
    return elementwise.tanh(floating(x))


@op("keras.ops.arcsinh", "keras.ops.numpy.arcsinh")
def arcsinh(x):
    """The inverse of the hyperbolic sine."""
    return elementwise.asinh(floating(x))


@op("keras.ops.arccosh", "keras.ops.numpy.arccosh")
def arccosh(x):
    """The inverse of the hyperbolic cosine."""
    return elementwise.acosh(floating(x))


@op("keras.ops.arctanh", "keras.ops.numpy.arctanh")
def arctanh(x):
    """The inverse of the hyperbolic tangent."""
    return elementwise.atanh(floating(x))


@op("keras.ops.deg2rad", "keras.ops.numpy.deg2rad")
def deg2rad(x):
    """Degrees as radians."""
    return floating(x) * (math.pi / 180)


@op("keras.ops.rad2deg", "keras.ops.numpy.rad2deg")
def rad2deg(x):
    """Radians as degrees."""
    return floating(x) * (180 / math.pi)


@op("keras.ops.sinc", "keras.ops.numpy.sinc")
def sinc(x):
    """sin(pi x) / (pi x), and 1 at 0."""
    x = floating(x) * math.pi
    zero = elementwise.equal(x, elementwise.constant(0, x))
    one = elementwise.constant(1, x)
    return elementwise.select(zero, one, elementwise.sin(x) / elementwise.select(zero, one, x))
