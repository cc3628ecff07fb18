import numpy as np
import pytest

from estikeras import errors, ops
from estikeras.engine.function import function
from tests.support.ops import case, op_checks

INT = np.int32
ODD = np.float32([3, np.nan, 1, 2, 1])

CASES = [
    case("take", (3, 4), INT([[0, -1], [2, 2]]), axis=1),
    case("take", (3, 4), INT([0, 5])),
    case("take", (3, 4), 1, axis=0),
    case("take_along_axis", (3, 4), INT([[0, -1], [2, 2], [1, 1]]), axis=1),
    case("take_along_axis", (3, 4), INT([0, 11]), axis=None),
    case("slice", (3, 4), [1, 0], [2, 3]),
    case("slice_update", (3, 4), [1, 0], (2, 3)),
    case("scatter", INT([[0], [2], [0]]), (3, 2), [4, 2]),
    case("scatter_update", (3, 2), INT([[0, 1], [2, 0]]), (2,)),
    case("scatter_update", (3, 2), INT([[0], [2], [0]]), (3, 2), reduction="add"),
    *[case("scatter_update", (3, 2), INT([[0], [2]]), (2, 2), reduction=r) for r in ("max", "min")],
    case("scatter_update", (3, 2), INT([[0], [2]]), (2, 2), reduction="mul", gradient=False),
    case("unravel_index", INT([5, 11, 0]), [3, 4]),
    case("sort", (3, 4), axis=0, over=("float32", "int32")),
    case("sort", ODD, gradient=False),
    case("argsort", (3, 4)),
    case("argsort", (3, 4), axis=None),
    case("top_k", (3, 4), 2, over=("float32", "int32")),
    case("top_k", np.float32([1, 3, 3, 2]), 3),
    case("in_top_k", INT([0, 2, 1]), (3, 4), 2, gradient=False),
    case("searchsorted", np.float32([0, 1, 2]), (2, 2), gradient=False),
    case("searchsorted", np.float32([0, 1, 2]), np.float32([1, 2]), side="right", gradient=False),
    case("digitize", (2, 3), np.float32([-0.5, 0, 0.5]), gradient=False),
    *[
        case(f"segment_{n}", (4, 2), INT([0, 2, 0, 1]), num_segments=3)
        for n in ("sum", "max", "min")
    ],
    case("segment_sum", (4, 2), INT([0, 5, -1, 1]), num_segments=3),
    case("segment_prod", (4,), INT([0, 2, 0, 1]), num_segments=3, gradient=False),
    case("bincount", INT([1, 1, 4]), minlength=3, traced=False, symbolic=False),
    case("bincount", INT([[1, 1], [0, 1]]), traced=False, symbolic=False),
    case("histogram", (20,), bins=4, traced=False, symbolic=False, gradient=False),
    case("histogram", (20,), bins=4, range=(-0.5, 0.5), symbolic=False, gradient=False),
    case("unique", INT([3, 1, 3]), traced=False, symbolic=False),
]

test_op = op_checks(CASES)

KEYS = [
    1,
    -1,
    np.s_[1:],
    np.s_[::-1],
    np.s_[3:0:-2, ..., None],
    np.s_[..., 1],
    np.s_[None, :, 0, None],
    np.s_[10:, 0],
    INT([2, 0]),
    [0, 1],
    np.s_[:, INT([1, -1])],
    (INT([0, 1]), INT([1, 2])),
    np.s_[INT([0, 1]), :, INT([1, 0])],
    np.s_[:, INT([[0], [1]]), INT([1, 0])],
    np.s_[0, INT([1, 0])],
    np.s_[1:3, None, INT([1, 0]), 0],
]
ARRAY = np.arange(24.0, dtype="float32").reshape(4, 3, 2)


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_subscripts_are_numpys(key):
    expected = ARRAY[tuple(key) if isinstance(key, tuple) else key]
    np.testing.assert_array_equal(ops.convert_to_tensor(ARRAY)[key], expected)
    traced = function(lambda x: x[key])(ops.convert_to_tensor(ARRAY))
    np.testing.assert_array_equal(traced, expected)


def test_masks_pick_elements():
    x = ops.convert_to_tensor(ARRAY)
    np.testing.assert_array_equal(x[x > 7], ARRAY[ARRAY > 7])
    mask = np.array([True, False, True, False])
    np.testing.assert_array_equal(x[mask, 0], ARRAY[mask, 0])


def test_a_traced_scalar_is_an_index():
    got = function(lambda x, i: x[i, :, -1])(
        ops.convert_to_tensor(ARRAY), ops.convert_to_tensor(-2)
    )
    np.testing.assert_array_equal(got, ARRAY[-2, :, -1])


def test_a_tensor_iterates_over_its_rows():
    assert [float(row) for row in ops.arange(3)] == [0, 1, 2]


@pytest.mark.parametrize("key", [4, -5, (0, 0, 2), (0, 0, 0, 0)])
def test_subscripts_out_of_range_are_refused(key):
    with pytest.raises(IndexError, match=r"out of range|Too many"):
        ops.convert_to_tensor(ARRAY)[key]


@pytest.mark.parametrize(
    "call",
    [
        lambda: ops.take(ARRAY, INT([4]), axis=0),
        lambda: ops.take_along_axis(ARRAY[:, 0], INT([[0], [1], [2], [2]]), axis=1),
        lambda: ops.scatter(INT([[4]]), np.ones(1), (4,)),
        lambda: ops.scatter_update(np.ones(2), INT([[2]]), np.ones(1)),
    ],
)
def test_indices_out_of_range_are_named(call):
    with pytest.raises(errors.InvalidArgumentError, match="indices from 0 to"):
        call()
