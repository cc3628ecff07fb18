"""Attention and AdditiveAttention against the real Keras and numeric gradients."""

import numpy as np
import pytest

from estikeras.keras.layers import AdditiveAttention, Attention
from tests.support.layers import case, layer_checks

PAIR = [(2, 4, 3), (2, 5, 3)]
SELF = [(2, 4, 3), (2, 4, 3)]
TRIPLE = [(2, 4, 3), (2, 5, 6), (2, 5, 3)]
CASES = [
    case(Attention, {}, PAIR),
    case(Attention, {"use_scale": True}, TRIPLE),
    case(Attention, {"score_mode": "concat"}, PAIR),
    case(Attention, {"score_mode": "concat", "use_scale": True}, PAIR),
    case(Attention, {}, PAIR, call={"use_causal_mask": True}),
    case(Attention, {"dropout": 0.5, "seed": 1}, PAIR, random=True),
    case(Attention, {}, SELF, mask=True),
    case(Attention, {}, SELF, mask=True, call={"use_causal_mask": True}),
    case(Attention, {}, PAIR, dtype="float16"),
    case(AdditiveAttention, {}, PAIR),
    case(AdditiveAttention, {"use_scale": False}, TRIPLE),
    case(AdditiveAttention, {"dropout": 0.2}, SELF, random=True, mask=True),
]
test_layer = layer_checks(CASES)


def test_scores_are_returned_and_sum_to_one():
    query, value = (np.random.default_rng(i).normal(size=s) for i, s in enumerate(PAIR))
    output, scores = Attention()([query, value], return_attention_scores=True)
    np.testing.assert_allclose(scores.numpy().sum(-1), 1, rtol=1e-5)
    np.testing.assert_allclose(output.numpy(), scores.numpy() @ value, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("inputs", "mask"),
    [
        (np.ones((2, 4, 3)), None),
        ([np.ones((2, 4, 3))], None),
        ([np.ones((2, 4, 3))] * 2, np.ones((2, 4), bool)),
        ([np.ones((2, 4, 3))] * 2, [np.ones((2, 4), bool)]),
    ],
)
def test_inputs_and_masks_are_lists(inputs, mask):
    with pytest.raises(ValueError, match="list"):
        Attention()(inputs, mask=mask)


def test_unknown_score_mode_is_refused():
    with pytest.raises(ValueError, match="score_mode"):
        Attention(score_mode="product")
