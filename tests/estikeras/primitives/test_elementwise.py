import math

import numpy as np
import pytest

from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Tensor
from estikeras.primitives import elementwise as e
from tests.support.primitives import primitive_checks, row

SMOOTH = "tanh sigmoid sin cos tan atan sinh cosh asinh exp expm1 erf erfc square negative"
POSITIVE = "log log2 log10 sqrt rsqrt reciprocal"
INSIDE = "asin acos atanh log1p"
FLAT = "sign floor ceil trunc round"
COMPARISONS = "equal not_equal less less_equal greater greater_equal"
BITS = "bitwise_and bitwise_or bitwise_xor left_shift right_shift"
PAIR = [(2, 3), (3,)]

ROWS = [
    *[row(name, [(2, 3)]) for name in SMOOTH.split()],
    *[
        row(name, [(2, 3)], dtype="float16", order=0)
        for name in ("tanh", "sigmoid", "erf", "rsqrt")
    ],
    *[row(name, [(2, 3)], low=0.2, high=2.0) for name in POSITIVE.split()],
    *[row(name, [(2, 3)], low=-0.8, high=0.8) for name in INSIDE.split()],
    row("acosh", [(2, 3)], low=1.2, high=3.0),
    *[row(name, [(2, 3)], low=0.1, high=0.4) for name in FLAT.split()],
    row("absolute", [(2, 3)]),
    row("relu", [(2, 3)]),
    row("relu", [(2, 3)], dtype="int32", order=0),
    *[row(name, PAIR) for name in ("add", "subtract", "multiply", "maximum", "minimum")],
    row("divide", PAIR, low=0.5, high=2.0),
    row("power", PAIR, low=0.5, high=2.0),
    row("atan2", PAIR, low=0.5, high=2.0),
    *[row(name, PAIR, low=1.1, high=1.9) for name in ("mod", "fmod", "floor_divide")],
    *[row(name, PAIR, dtype="int32", low=1, high=9, order=0) for name in ("mod", "floor_divide")],
    row("power", PAIR, dtype="int32", order=0),
    *[row(name, PAIR, order=0) for name in COMPARISONS.split()],
    *[row(name, PAIR, dtype="int32", order=0) for name in BITS.split()],
    *[row(f"logical_{n}", PAIR, dtype="bool", order=0) for n in ("and", "or", "xor")],
    row("logical_not", [(3,)], dtype="bool", order=0),
    row("bitwise_not", [(3,)], dtype="int32", order=0),
    *[row(name, [(3,)], order=0) for name in ("isnan", "isinf", "isfinite", "signbit")],
    row("select", [((2, 3), "bool"), (3,), ()]),
    row("cast", [(2, 3)], order=0, dtype="float32"),
    row("identity", [(2, 3)]),
    row("stop_gradient", [(2, 3)], order=0),
]
next(r for r in ROWS if r.name == "cast").params["dtype"] = "int32"

test_primitive = primitive_checks(ROWS)


def slope(function, *xs):
    xs = [Tensor(np.float64(x) + np.zeros(())) for x in xs]
    with GradientTape() as tape:
        tape.watch(xs)
        y = function(*xs)
    return [float(g) for g in tape.gradient(y, xs)]


@pytest.mark.parametrize(
    ("function", "at", "expected"),
    [
        (e.relu, (0.0,), [0.0]),
        (e.absolute, (0.0,), [0.0]),
        (e.maximum, (1.0, 1.0), [0.5, 0.5]),
        (e.minimum, (1.0, 1.0), [0.5, 0.5]),
        (e.power, (0.0, 2.0), [0.0, 0.0]),
        (e.power, (-2.0, 2.0), [-4.0, math.nan]),
        (e.sqrt, (0.0,), [math.inf]),
    ],
)
def test_derivatives_at_kinks_and_ties(function, at, expected):
    np.testing.assert_equal(slope(function, *at), expected)


def test_sigmoid_is_exact_far_from_zero():
    x = Tensor(np.array([-700.0, -30.0, 0.0, 700.0]))
    np.testing.assert_allclose(e.sigmoid(x).value, [math.exp(-700), math.exp(-30), 0.5, 1.0])


def test_maximum_keeps_not_a_number():
    a, b = np.array([math.nan, 1.0]), np.array([1.0, math.nan])
    assert np.isnan(e.maximum(a, b).value).all()


def test_operands_of_different_dtype_are_refused():
    with pytest.raises(TypeError, match="equal dtype"):
        e.add(np.float32([1]), np.int32([1]))


def test_operands_that_do_not_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"\(2,\) and \(3,\)"):
        e.add(np.ones(2), np.ones(3))
