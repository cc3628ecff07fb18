"""Elementwise primitives that few models use: further functions, integers, complex numbers."""

import math

import numpy as np

from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives.elementwise import (
    arithmetic,
    constant,
    equal,
    exp,
    function,
    reciprocal,
    select,
    sigmoid,
    subtract,
)
from estikeras.primitives.precision import widened


def _scipy(name):
    """A function of scipy.special, imported when it is first used."""

    def reference(*xs):
        from scipy import special

        return getattr(special, name)(*xs).astype(xs[0].dtype)

    return widened(reference)


cbrt = function("cbrt", np.cbrt, None, lambda g, y, x: g / (3 * y * y))
erfinv = function(
    "erfinv", _scipy("erfinv"), None, lambda g, y, x: g * (math.sqrt(math.pi) / 2) * exp(y * y)
)
i1 = function("i1", _scipy("i1"), None, lambda g, y, x: g * (i0(x) - y / x))
i0 = function("i0", _scipy("i0"), None, lambda g, y, x: g * i1(x))
digamma = function(
    "digamma", _scipy("digamma"), None, lambda g, y, x: g * polygamma(constant(1, x), x)
)
lgamma = function("lgamma", _scipy("gammaln"), None, lambda g, y, x: g * digamma(x))
polygamma = arithmetic(
    "polygamma",
    _scipy("polygamma"),
    None,
    lambda g, y, n, x: (constant(0, n), g * polygamma(n + 1, x)),
    dtypes.is_float,
)


def _hypot_derivatives(g, y, a, b):
    zero = equal(y, constant(0, y))
    inverse = reciprocal(select(zero, constant(1, y), y))
    return g * a * inverse, g * b * inverse


def _logaddexp_derivatives(g, y, a, b):
    difference = subtract(a, b)
    return g * sigmoid(difference), g * sigmoid(-difference)


hypot = arithmetic("hypot", np.hypot, None, _hypot_derivatives, dtypes.is_float)
logaddexp = arithmetic("logaddexp", np.logaddexp, None, _logaddexp_derivatives, dtypes.is_float)
nextafter = arithmetic("nextafter", np.nextafter, None, None, dtypes.is_float)
gcd = arithmetic("gcd", np.gcd, None, None, dtypes.is_int)
lcm = arithmetic("lcm", np.lcm, None, None, dtypes.is_int)


# Complex numbers: enough to take them apart and to make them.
def _real_of(dtype):
    return {"complex64": "float32", "complex128": "float64"}[dtype]


def _part(name, reference):
    return primitive(name, lambda x: Spec(x.shape, _real_of(x.dtype)), reference)


real = _part("real", lambda x: x.real.copy())
imag = _part("imag", lambda x: x.imag.copy())
conj = primitive("conj", lambda x: x, np.conj)


def _complex_rule(a, b):
    return Spec(a.shape, "complex128" if a.dtype == "float64" else "complex64")


make_complex = primitive("make_complex", _complex_rule, lambda a, b: a + 1j * b)
