import numpy as np
import pytest

from estikeras import ops
from tests.support.ops import case, op_checks

PAIR = ((2, 3), (3,))
ALL = ("float32", "float16", "bfloat16", "int32", "uint8", "bool")
NUMBERS = ALL[:-1]
MIXED = (np.int8([1, 2]), np.float16([3, 4]))

CASES = [
    *[case(n, *PAIR, over=ALL) for n in ("add", "multiply", "maximum", "minimum", "fmax", "fmin")],
    case("subtract", *PAIR, over=("float32", "bfloat16", "int32")),
    *[case(n, *PAIR, low=1, high=4, over=NUMBERS) for n in ("divide", "mod", "power")],
    *[case(n, *PAIR, low=1, high=4, over=NUMBERS) for n in ("floor_divide", "fmod")],
    *[
        case(n, (2, 3), s, low=1, high=4, over=ALL)
        for n in ("add", "multiply")
        for s in (2, 2.5, True)
    ],
    *[
        case(n, (2, 3), s, low=1, high=4, over=NUMBERS)
        for n in ("divide", "power")
        for s in (2, 0.5)
    ],
    *[case(n, *MIXED, gradient=False) for n in ("add", "divide", "power", "maximum", "logaddexp")],
    case("add", np.int8([1]), np.uint8([2])),
    case("divide_no_nan", np.float32([1, 0, 3]), np.float32([2, 0, 0])),
    case("fmax", np.float32([1, np.nan]), np.float32([np.nan, 2]), gradient=False),
    case("hypot", *PAIR, over=("float32", "int32")),
    case("arctan2", *PAIR, over=("float32", "int32")),
    case("logaddexp", *PAIR, over=("float32", "int32")),
    case("logaddexp2", *PAIR),
    case("heaviside", np.float32([-1, 0, 2]), np.float32([0.5, 0.5, 0.5]), gradient=False),
    case("ldexp", (3,), np.int32([1, 2, 3])),
    case("nextafter", *PAIR, gradient=False),
    case("gcd", *PAIR, over=("int32",)),
    case("lcm", *PAIR, over=("int32",)),
]

test_op = op_checks(CASES)


def test_operators_take_numbers_arrays_and_tensors_on_both_sides():
    x = ops.convert_to_tensor([1.0, 2.0])
    np.testing.assert_array_equal(1 - x, [0, -1])
    np.testing.assert_array_equal(2 / x, [2, 1])
    np.testing.assert_array_equal(np.float32([3, 3]) - x, [2, 1])
    np.testing.assert_array_equal(2**x, [2, 4])
    np.testing.assert_array_equal(-x, [-1, -2])
    np.testing.assert_array_equal(x @ x, 5)
    np.testing.assert_array_equal((x > 1) & (x < 3), [False, True])
    np.testing.assert_array_equal(~(x == 1), [False, True])


def test_numpy_scalars_are_weak_like_python_numbers():
    assert (ops.ones(2) * np.sqrt(2.0)).dtype == "float32"


def test_a_shape_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="do not broadcast"):
        ops.add(np.ones(2), np.ones(3))
