import numpy as np
import pytest

from estikeras import ops
from tests.support.ops import case, op_checks

HOLES = np.float32([[1, np.nan, 3, 4], [np.nan, 5, -6, 0]])
METHODS = ("linear", "lower", "higher", "midpoint", "nearest")

CASES = [
    case("median", (2, 5), axis=1),
    case("median", (2, 5), over=("int32",), gradient=False),
    case("median", HOLES, axis=1, gradient=False),
    *[case("quantile", (3, 5), [0.1, 0.5], axis=1, method=m, gradient=False) for m in METHODS],
    case("quantile", (3, 5, 2), 0.3, axis=(0, 2), keepdims=True),
    case("percentile", (3, 5), 30, axis=0, gradient=False),
    case("nanmedian", HOLES, axis=1, gradient=False),
    case("nanquantile", HOLES, [0.2, 0.9], axis=1, gradient=False),
    case("nanpercentile", HOLES, 40.0, gradient=False),
    case("corrcoef", (3, 5), tolerance=1e-4),
    *[case("correlate", (5,), (3,), mode=m) for m in ("valid", "same", "full")],
    *[case("correlate", (3,), (6,), mode=m) for m in ("valid", "same", "full")],
    case("trapezoid", (2, 5)),
    case("trapezoid", (2, 5), np.float32([0, 1, 3, 4, 6]), axis=1),
]

test_op = op_checks(CASES)


def test_unique_tells_where_and_how_often():
    found = ops.unique([3, 1, 3], return_index=True, return_inverse=True, return_counts=True)
    expected = ([1, 3], [1, 0], [1, 0, 1], [1, 2])
    for got, want in zip(found, expected, strict=True):
        np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(ops.unique([3, 1], size=3, fill_value=9), [1, 3, 9])


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="linear"):
        ops.quantile([1.0], 0.5, method="linaer")


def test_rearrange_splits_moves_and_joins_axes():
    x = np.arange(24).reshape(2, 12)
    expected = x.reshape(2, 3, 4).transpose(0, 2, 1).reshape(8, 3)
    np.testing.assert_array_equal(ops.rearrange(x, "b (h w) -> (b w) h", h=3), expected)
    with pytest.raises(ValueError, match="same names"):
        ops.rearrange(x, "a b -> a c")
    with pytest.raises(ValueError, match="product is 12"):
        ops.rearrange(x, "b (h w) -> b h w", h=5)
