"""Regularizers, by value and config, against the real Keras."""

import numpy as np
import pytest

from estikeras import keras
from tests.support.arrays import assert_close, random_array
from tests.support.oracle import real_keras

pytestmark = pytest.mark.oracle
ROWS = [
    ("L1", {"l1": 0.5}),
    ("L2", {"l2": 0.25}),
    ("L1L2", {"l1": 0.5, "l2": 0.25}),
    ("L1L2", {}),
    ("OrthogonalRegularizer", {"factor": 0.5}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]


@pytest.mark.parametrize(("name", "kwargs"), ROWS)
def test_as_the_reference(name, kwargs):
    ours, real = (getattr(k.regularizers, name)(**kwargs) for k in (keras, real_keras()))
    x = random_array((4, 3))
    assert_close(ours(keras.ops.convert_to_tensor(x)), real(real_keras().ops.convert_to_tensor(x)))
    got = keras.regularizers.serialize(ours)
    assert got == real_keras().regularizers.serialize(real)
    assert keras.regularizers.deserialize(got).get_config() == ours.get_config()


@pytest.mark.parametrize("name", ["l1", "L2", "l1l2", "l1_l2", "orthogonal_regularizer"])
def test_get(name):
    assert isinstance(keras.regularizers.get(name), keras.regularizers.Regularizer)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: keras.regularizers.get("l3"), "l1|l2"),
        (lambda: keras.regularizers.L2(-1.0), "l2"),
        (lambda: keras.regularizers.L1(float("nan")), "l1"),
        (lambda: keras.regularizers.OrthogonalRegularizer(mode="x"), "mode"),
        (lambda: keras.regularizers.OrthogonalRegularizer()(np.zeros(3)), "rows"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call()
