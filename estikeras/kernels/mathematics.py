"""Exponential, logarithm and their kin as formulas that LLVM vectorises; a few units in the last
place of float32.

Infinities, not-a-numbers and subnormal results come out as IEEE says. float64 goes to the C
library. `FAST` maps (name in `math`, dtype) to the helper, for whoever generates loops.

Reference: Moshier, 1992, Cephes Mathematical Library, single precision (coefficients).
"""

import math

from numpy import float32, int32

from estikeras.kernels.abi import inline, native


def _exp(x):
    bounded = x if x > float32(-104) else float32(-104)
    bounded = bounded if bounded < float32(89) else float32(89)
    n = native.rint(bounded * float32(1.44269504088896341))
    r = native.fma(n, float32(-0.693359375), bounded)
    r = native.fma(n, float32(2.12194440e-4), r)
    y = native.fma(_exp_tail(r), r * r, r) + float32(1)
    # 2**n in two factors, so that results below the smallest normal number are right
    half = native.rint(n * float32(0.5))
    y = y * _power_of_two(half) * _power_of_two(n - half)
    return y if x == x else x


def _exp_tail(r):
    """(exp(r) - 1 - r) / r**2 for small r."""
    p = native.fma(float32(1.9875691500e-4), r, float32(1.3981999507e-3))
    p = native.fma(p, r, float32(8.3334519073e-3))
    p = native.fma(p, r, float32(4.1665795894e-2))
    p = native.fma(p, r, float32(1.6666665459e-1))
    return native.fma(p, r, float32(5.0000001201e-1))


def _power_of_two(n):
    """2**n for a whole -126 <= n <= 127: the exponent's bits, computed in floats."""
    return native.float32_of_bits(int32((n + float32(127)) * float32(8388608)))


def _expm1(x):
    small = native.fma(_exp_tail(x), x * x, x)
    return small if abs(x) < float32(0.34) else exp32(x) - float32(1)


def _log(x):
    tiny = x < float32(1.17549435e-38)
    scaled = x * float32(8388608) if tiny else x
    bits = native.bits_of_float32(scaled)
    e = float32(int32(bits >> 23)) - (float32(149) if tiny else float32(126))
    m = native.float32_of_bits(int32((bits & 0x007FFFFF) | 0x3F000000))
    low = m < float32(0.70710678118654752)
    e = e - float32(1) if low else e
    m = (m + m if low else m) - float32(1)
    p = native.fma(float32(7.0376836292e-2), m, float32(-1.1514610310e-1))
    p = native.fma(p, m, float32(1.1676998740e-1))
    p = native.fma(p, m, float32(-1.2420140846e-1))
    p = native.fma(p, m, float32(1.4249322787e-1))
    p = native.fma(p, m, float32(-1.6668057665e-1))
    p = native.fma(p, m, float32(2.0000714765e-1))
    p = native.fma(p, m, float32(-2.4999993993e-1))
    p = native.fma(p, m, float32(3.3333331174e-1))
    z = m * m
    y = native.fma(e, float32(-2.12194440e-4), p * m * z)
    y = native.fma(float32(-0.5), z, y)
    y = native.fma(e, float32(0.693359375), m + y)
    y = y if x > float32(0) else float32(-math.inf)
    y = y if x >= float32(0) else float32(math.nan)
    return y if x < float32(math.inf) else x


def _log1p(x):
    u = x + float32(1)
    d = u - float32(1)
    y = log32(u) * (x / d)
    y = x if d == float32(0) else y
    return y if u < float32(math.inf) else u


def _tanh(x):
    z = x * x
    p = native.fma(float32(-5.70498872745e-3), z, float32(2.06390887954e-2))
    p = native.fma(p, z, float32(-5.37397155531e-2))
    p = native.fma(p, z, float32(1.33314422036e-1))
    p = native.fma(p, z, float32(-3.33332819422e-1))
    small = native.fma(p * z, x, x)
    size = abs(x)
    large = float32(1) - float32(2) / (exp32(size + size) + float32(1))
    large = large if x > float32(0) else -large
    return small if size < float32(0.625) else large


def _sigmoid(x):
    e = exp32(-abs(x))
    y = (float32(1) if x >= float32(0) else e) / (float32(1) + e)
    return y if x == x else x


def _erf(x):
    z = x * x
    p = native.fma(float32(7.853861353153693e-5), z, float32(-8.010193625184903e-4))
    p = native.fma(p, z, float32(5.188327685732524e-3))
    p = native.fma(p, z, float32(-2.685381193529856e-2))
    p = native.fma(p, z, float32(1.128358514861418e-1))
    p = native.fma(p, z, float32(-3.761262582423300e-1))
    small = x * native.fma(p, z, float32(1.128379165726710e0))
    size = abs(x)
    large = float32(1) - _erfc_above_one(size if size > float32(1) else float32(1))
    large = large if x > float32(0) else -large
    y = small if size < float32(1) else large
    return y if x == x else x


def _above_one(size):
    """The complementary error function for arguments of at least one."""
    q = float32(1) / size
    z = q * q
    p = native.fma(float32(2.326819970068386e-2), z, float32(-1.387039388740657e-1))
    p = native.fma(p, z, float32(3.687424674597105e-1))
    p = native.fma(p, z, float32(-5.824733027278666e-1))
    p = native.fma(p, z, float32(6.210004621745983e-1))
    p = native.fma(p, z, float32(-4.944515323274145e-1))
    p = native.fma(p, z, float32(3.404879937665872e-1))
    p = native.fma(p, z, float32(-2.741127028184656e-1))
    p = native.fma(p, z, float32(5.638259427386472e-1))
    r = native.fma(float32(-1.047766399936249e1), z, float32(1.297719955372516e1))
    r = native.fma(r, z, float32(-7.495518717768503e0))
    r = native.fma(r, z, float32(2.921019019210786e0))
    r = native.fma(r, z, float32(-1.015265279202700e0))
    r = native.fma(r, z, float32(4.218463358204948e-1))
    r = native.fma(r, z, float32(-2.820767439740514e-1))
    r = native.fma(r, z, float32(5.641895067754075e-1))
    return exp32(-size * size) * q * (p if size < float32(2) else r)


def _sigmoid64(x):
    e = math.exp(-abs(x))
    return (1.0 if x >= 0 else e) / (1.0 + e)


_exp_tail = inline(_exp_tail, exact=True)
_power_of_two = inline(_power_of_two, exact=True)
_erfc_above_one = inline(_above_one, exact=True)
exp32 = inline(_exp, exact=True)
log32 = inline(_log, exact=True)

exp = inline(float32=_exp, float64=math.exp, exact=True)
expm1 = inline(float32=_expm1, float64=math.expm1, exact=True)
log = inline(float32=_log, float64=math.log, exact=True)
log1p = inline(float32=_log1p, float64=math.log1p, exact=True)
tanh = inline(float32=_tanh, float64=math.tanh, exact=True)
sigmoid = inline(float32=_sigmoid, float64=_sigmoid64, exact=True)
erf = inline(float32=_erf, float64=math.erf, exact=True)


def _power(x, y):
    return native.power(x, y)


FAST = {("pow", dtype): inline(_power, exact=True) for dtype in ("float32", "float64")} | {
    (name, "float32"): inline(helper.functions["float32"], exact=True)
    for name, helper in {
        "exp": exp,
        "expm1": expm1,
        "log": log,
        "log1p": log1p,
        "tanh": tanh,
        "erf": erf,
    }.items()
}
