"""Connectionist temporal classification: gradients, shapes of the decoders, lengths of nothing."""

import numpy as np

from estikeras.primitives import ctc
from tests.support.primitives import primitive_checks, row

LABELS = np.array([[1, 1, 2], [3, 2, 0]], "int32")
SIZES, TIMES = np.array([3, 2], "int32"), np.array([6, 4], "int32")

ROWS = [
    row("ctc_loss", [(2, 6, 4), LABELS, SIZES, TIMES], blank=0, order=1),
    row("ctc_loss", [(2, 6, 5), LABELS, SIZES, TIMES], blank=4, order=1),
    row("ctc_loss_gradient", [(2,), (2, 6, 4), LABELS, SIZES, TIMES], blank=0, order=0),
    row("ctc_greedy_decode", [(2, 6, 4), TIMES], blank=0, merge_repeated=True, order=0),
    row("ctc_beam_search", [(2, 6, 4), TIMES], blank=0, beam_width=5, top_paths=2, order=0),
]

test_primitive = primitive_checks(ROWS)


def test_no_labels_cost_the_blanks():
    logits = np.log(np.full((1, 3, 2), 0.5, "float32"))
    none = np.zeros((1, 0), "int32")
    loss = ctc.ctc_loss(logits, none, np.array([0], "int32"), np.array([3], "int32"), blank=0)
    np.testing.assert_allclose(loss.numpy(), [3 * np.log(2)], rtol=1e-6)
