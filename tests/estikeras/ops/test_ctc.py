"""Connectionist temporal classification against the real Keras."""

import numpy as np
import pytest

from estikeras import ops
from tests.support.op_oracle import case, oracle_checks

TARGET = np.array([[1, 1, 2], [3, 2, 0], [1, 0, 0]], "int32")
SIZES = np.array([3, 2, 1], "int32")
TIMES = np.array([7, 5, 4], "int32")

CASES = [
    case("ctc_loss", TARGET, (3, 7, 5), SIZES, TIMES),
    case("ctc_loss", TARGET, (3, 7, 5), SIZES, TIMES, mask_index=4),
    case("ctc_loss", TARGET, (3, 7, 5), SIZES, TIMES, dtype="float16", order=0, tolerance=1e-3),
    case("ctc_decode", (3, 7, 5), TIMES, order=0, low=-3, high=3),
    case("ctc_decode", (3, 7, 5), TIMES, merge_repeated=False, order=0, low=-3, high=3),
    case("ctc_decode", (3, 7, 5), TIMES, mask_index=None, order=0, low=-3, high=3),
    case(
        "ctc_decode",
        (3, 7, 5),
        TIMES,
        strategy="beam_search",
        beam_width=50,
        top_paths=2,
        order=0,
        low=-3,
        high=3,
    ),
]

test_op = oracle_checks(CASES)


def test_labels_that_cannot_be_spelled_cost_infinitely_much():
    loss = ops.ctc_loss([[1, 1, 1]], np.zeros((1, 3, 3), "float32"), [3], [3])
    assert np.isinf(loss.numpy()).all()


def test_a_label_without_a_class_is_refused():
    with pytest.raises(ValueError, match="from 0 to 2, got 7"):
        ops.ctc_loss([[7]], np.zeros((1, 3, 3), "float32"), [1], [3])


def test_an_unknown_strategy_is_refused():
    with pytest.raises(ValueError, match="beam_search"):
        ops.ctc_decode(np.zeros((1, 3, 3), "float32"), [3], strategy="best")
