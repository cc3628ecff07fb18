"""The merging layers in the harness."""

import numpy as np
import pytest

from estikeras import keras
from estikeras.keras.layers import (
    Add,
    Average,
    Concatenate,
    Dot,
    Masking,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from tests.support.layers import case, layer_checks

PAIR = [(2, 3), (2, 3)]
CASES = [
    case(Add, {}, PAIR),
    case(Add, {}, [(2, 3, 4), (2, 1, 4), (2, 3, 1)]),
    case(Add, {}, [(2, 3), (2, 4, 3)]),
    case(Add, {}, PAIR, dtype="float16"),
    case(Subtract, {}, PAIR),
    case(Multiply, {}, [(2, 3), (2, 3), (2, 3)]),
    case(Average, {}, [(2, 3), (2, 3), (2, 3)]),
    case(Maximum, {}, PAIR),
    case(Minimum, {}, PAIR),
    case(Concatenate, {}, [(2, 3), (2, 4)]),
    case(Concatenate, {"axis": 1}, [(2, 3, 4), (2, 1, 4)]),
    case(Dot, {"axes": 1}, PAIR),
    case(Dot, {"axes": (1, 2)}, [(2, 3, 4), (2, 5, 3)]),
    case(Dot, {"axes": -1, "normalize": True}, [(2, 3, 4), (2, 5, 4)]),
]
test_layer = layer_checks(CASES)
ONES = np.ones((1, 2, 3), "float32")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Add()(ONES), "list"),
        (lambda: Add()([ONES, np.ones((1, 3, 3))]), "broadcast"),
        (lambda: Add()([ONES, np.ones((4, 2, 3))]), "batch"),
        (lambda: Subtract()([ONES, ONES, ONES]), "exactly 2"),
        (lambda: Concatenate()([ONES, np.ones((1, 3, 3))]), "axis"),
        (lambda: Concatenate()([ONES, np.ones((1, 3))]), "rank"),
        (lambda: Dot(1)([ONES, np.ones((1, 3, 3))]), "axis 1"),
    ],
)
def test_inputs_that_do_not_go_together_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_masks_are_united():
    a, b = Masking()(np.array([[[0.0, 0], [1, 2]]])), Masking()(np.array([[[1.0, 0], [0, 0]]]))
    assert Add()([a, b])._keras_mask.numpy().tolist() == [[True, True]]
    assert Concatenate(axis=1)([a, b])._keras_mask.numpy().tolist() == [[False, True, True, False]]
    assert getattr(Add()([a, np.ones((1, 2, 2))]), "_keras_mask", None) is None


def test_functional_forms_make_layers():
    x = keras.Input((3,))
    for merge in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"):
        assert getattr(keras.layers, merge)([x, x])._keras_history.operation.name.startswith(merge)
    assert keras.layers.dot([x, x], axes=1).shape == (None, 1)
