import numpy as np
import pytest

from estikeras.primitives import indexing
from tests.support.primitives import primitive_checks, row

PLACES = np.array([[0, 1], [2, 0]], "int32")
REPEATED = np.array([[1, 1], [2, 0], [1, 1]], "int32")
INDICES = np.array([[2, 0], [2, 1]], "int32")

ROWS = [
    row("take", [(2, 3, 2), INDICES], axis=1),
    row("take", [(3, 2), np.array(1, "int32")], axis=0),
    row("take_add", [(2, 2, 2, 3), INDICES], axis=1, size=3),
    row("take_along_axis", [(2, 3), INDICES], axis=1),
    row("along_axis_add", [(2, 2), INDICES], axis=1, size=3),
    row("gather_nd", [(3, 2, 4), PLACES]),
    row("gather_nd", [(3, 2), PLACES[:, :1]]),
    row("scatter_nd", [REPEATED, (3, 4)], shape=(3, 2, 4)),
    row("scatter_update", [(3, 2), PLACES, (2,)], reduction=None),
    row("scatter_update", [(3, 2), REPEATED, (3,)], reduction="add"),
    *[row("scatter_update", [(3, 2), PLACES, (2,)], reduction=r) for r in ("max", "min", "mul")],
    row("dynamic_slice", [(3, 4), np.array([1, 2], "int32")], shape=(2, 2)),
    row("dynamic_slice", [(3, 4), np.array([9, -9], "int32")], shape=(2, 2)),
    row("dynamic_update", [(3, 4), np.array([1, 2], "int32"), (2, 2)]),
    row("argsort", [(2, 5)], axis=1, descending=False, order=0),
    row("argsort", [(2, 5)], axis=0, descending=True, order=0),
    row("searchsorted", [np.float32([0, 1, 2]), (2, 2)], side="right", order=0),
]

test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize("index", [3, -1])
def test_an_index_out_of_range_is_named_with_its_limit(index):
    with pytest.raises(ValueError, match=f"from 0 to 2, got {index}"):
        indexing.take(np.ones(3), np.int32([0, index]), axis=0)


def test_descending_order_keeps_equal_elements_in_place_and_puts_nan_first():
    x = np.float32([1, np.nan, 2, 1])
    order = indexing.argsort(x, axis=0, descending=True)
    np.testing.assert_array_equal(order.value, [1, 2, 0, 3])
