"""One-hot and multi-hot vectors against the real Keras."""

import numpy as np
import pytest

from estikeras import ops
from tests.support.op_oracle import case, oracle_checks

ROWS = np.array([[0, 3, -1], [2, 2, 7]], "int32")

CASES = [
    case("one_hot", ROWS, 4),
    case("one_hot", ROWS, 4, axis=0),
    case("one_hot", ROWS.astype("int64"), 4, axis=1),
    case("one_hot", ROWS.astype("uint8") % 4, 4),
    case("multi_hot", ROWS, 4),
    case("multi_hot", ROWS[0], 4),
    case("multi_hot", ROWS, num_classes=9),
]

test_op = oracle_checks(CASES)


def test_one_hot_takes_a_dtype():
    assert ops.one_hot(ROWS, 4, dtype="int8").dtype == "int8"


def test_multi_hot_needs_the_number_of_classes():
    with pytest.raises(ValueError, match="num_classes"):
        ops.multi_hot(ROWS)
