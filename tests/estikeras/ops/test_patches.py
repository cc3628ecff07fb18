"""Unfolding, folding and blocks of pixels against the real Keras."""

import pytest

from estikeras import ops
from tests.support.arrays import random_array
from tests.support.op_oracle import case, oracle_checks

CASES = [
    case("unfold", (2, 3, 5, 6), 2),
    case("unfold", (1, 2, 5, 6), kernel_size=(2, 3), dilation=(2, 1), padding=1, stride=(1, 2)),
    case("fold", (2, 12, 20), output_size=(5, 6), kernel_size=2),
    case("fold", (1, 4, 9), output_size=4, kernel_size=2, stride=2, padding=1),
    case("depth_to_space", (2, 3, 2, 8), 2),
    case("depth_to_space", (2, 8, 3, 2), 2, data_format="channels_first"),
    case("space_to_depth", (2, 4, 6, 3), 2),
    case("space_to_depth", (2, 3, 4, 6), 2, data_format="channels_first"),
]

test_op = oracle_checks(CASES)


def test_a_window_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="fits"):
        ops.unfold(random_array((1, 1, 2, 2)), 3)
