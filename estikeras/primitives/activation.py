"""Activation functions that are one expression per element; relu, sigmoid and tanh are in
`elementwise.py`.

Reference: Hendrycks and Gimpel, 2016, Gaussian error linear units; Clevert et al., 2016,
Exponential linear units; Klambauer et al., 2017, Self-normalizing neural networks.
"""

import math

import numpy as np

from estikeras.primitives import elementwise as ew
from estikeras.primitives import precision

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
_ROOT_HALF = math.sqrt(0.5)
_BELL = 1 / math.sqrt(2 * math.pi)
_TANH_SCALE = math.sqrt(2 / math.pi)
_CUBIC = 0.044715


def _sigmoid(x):
    return 0.5 * np.tanh(0.5 * x) + 0.5


def _gelu(x):
    from scipy.special import erf

    return 0.5 * x * (1 + erf(x * x.dtype.type(_ROOT_HALF)))


def _gelu_tanh(x):
    kind = x.dtype.type
    return 0.5 * x * (1 + np.tanh(kind(_TANH_SCALE) * (x + kind(_CUBIC) * x * x * x)))


def _silu_slope(x):
    s = ew.sigmoid(x)
    return s * (1 + x * (1 - s))


def _gelu_slope(x):
    return 0.5 * (1 + ew.erf(x * _ROOT_HALF)) + x * (_BELL * ew.exp(-0.5 * x * x))


def _gelu_tanh_slope(x):
    squared = x * x
    t = ew.tanh(_TANH_SCALE * (x + _CUBIC * squared * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (_TANH_SCALE * (1 + 3 * _CUBIC * squared))


def _elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _elu_gradient(g, y, x):
    return ew.select(x > 0, g, g * (y + 1))


def _selu(x):
    kind = x.dtype.type
    return kind(SELU_SCALE) * np.where(x > 0, x, kind(SELU_ALPHA) * np.expm1(np.minimum(x, 0)))


def _selu_gradient(g, y, x):
    return ew.select(x > 0, g * SELU_SCALE, g * (y + SELU_SCALE * SELU_ALPHA))


softplus = ew.function(
    "softplus",
    precision.widened(lambda x: np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)),
    "math.log1p(math.exp(-math.fabs(x0))) + (x0 if x0 > T(0) else T(0))",
    lambda g, y, x: g * ew.sigmoid(x),
)
silu = ew.function(
    "silu",
    precision.widened(lambda x: x * _sigmoid(x)),
    "x0 / (T(1) + math.exp(-x0))",
    lambda g, y, x: g * _silu_slope(x),
)
gelu = ew.function(
    "gelu",
    precision.widened(_gelu),
    f"T(0.5) * x0 * (T(1) + math.erf(x0 * T({_ROOT_HALF!r})))",
    lambda g, y, x: g * _gelu_slope(x),
)
gelu_tanh = ew.function(
    "gelu_tanh",
    precision.widened(_gelu_tanh),
    f"T(0.5) * x0 * (T(1) + math.tanh(T({_TANH_SCALE!r}) * (x0 + T({_CUBIC}) * x0 * x0 * x0)))",
    lambda g, y, x: g * _gelu_tanh_slope(x),
)
elu = ew.function(
    "elu", precision.widened(_elu), "x0 if x0 > T(0) else math.expm1(x0)", _elu_gradient
)
selu = ew.function(
    "selu",
    precision.widened(_selu),
    f"T({SELU_SCALE}) * x0 if x0 > T(0) else T({SELU_SCALE * SELU_ALPHA!r}) * math.expm1(x0)",
    _selu_gradient,
)
