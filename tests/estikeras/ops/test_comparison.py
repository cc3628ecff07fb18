import numpy as np
import pytest

from estikeras import ops
from tests.support.ops import case, op_checks

PAIR = ((2, 3), (3,))
COMPARISONS = "equal not_equal less less_equal greater greater_equal"
ODD = np.float32([np.nan, np.inf, -np.inf, -0.0, 2.5])

CASES = [
    *[case(n, *PAIR, over=("float32", "int32", "bool")) for n in COMPARISONS.split()],
    *[case(n, (3,), 1, over=("float16", "uint8")) for n in ("less", "equal")],
    *[case(f"logical_{n}", *PAIR, over=("float32", "int32", "bool")) for n in ("and", "or", "xor")],
    case("logical_not", (3,), over=("float32", "bool")),
    *[case(n, ODD, gradient=False) for n in ("isnan", "isinf", "isfinite", "isposinf", "isneginf")],
    *[case(n, ODD, gradient=False) for n in ("signbit", "isreal")],
    case("isnan", (3,), over=("int32", "bool")),
    case("isclose", ODD, ODD, gradient=False),
    case("isclose", ODD, ODD, equal_nan=True, gradient=False),
    case("isclose", (3,), (3,), over=("int32",)),
    case("allclose", (2, 3), (2, 3), gradient=False),
    case("where", np.array([True, False, True]), (3,), (2, 3), over=("float32", "int32")),
    case("where", (3,), 1, 2.5, over=("int32",)),
    case("where", np.array([[1, 0], [1, 1]]), traced=False, symbolic=False),
    case("nonzero", np.array([[1, 0], [1, 1]]), traced=False, symbolic=False),
    case("isin", (2, 3), (4,), over=("int32",)),
    case("isin", (2, 3), (4,), over=("int32",), invert=True),
    *[case(f"bitwise_{n}", *PAIR, over=("int32", "bool")) for n in ("and", "or", "xor")],
    *[case(f"bitwise_{n}_shift", *PAIR, over=("int32", "uint8")) for n in ("left", "right")],
    case("bitwise_not", (3,), over=("int32", "bool", "uint8")),
]

test_op = op_checks(CASES)


def test_select_takes_the_first_true_condition():
    x = ops.arange(5)
    y = ops.select([x < 2, x < 4], [x, x * 10], default=-1)
    np.testing.assert_array_equal(y, [0, 1, 20, 30, -1])


def test_where_needs_both_choices():
    with pytest.raises(ValueError, match="both"):
        ops.where(np.array([True]), 1)
