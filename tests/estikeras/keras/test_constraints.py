"""Constraints, by value and config, against the real Keras."""

import pytest

from estikeras import keras
from tests.support.arrays import assert_close, random_array
from tests.support.oracle import real_keras

pytestmark = pytest.mark.oracle
ROWS = [
    ("MaxNorm", {"max_value": 0.5}),
    ("MaxNorm", {"max_value": 1, "axis": [0, 1]}),
    ("NonNeg", {}),
    ("UnitNorm", {"axis": 1}),
    ("MinMaxNorm", {"min_value": 0.9, "max_value": 1.1, "rate": 0.5}),
]


@pytest.mark.parametrize(("name", "kwargs"), ROWS)
def test_as_the_reference(name, kwargs):
    ours, real = (getattr(k.constraints, name)(**kwargs) for k in (keras, real_keras()))
    w = random_array((4, 3))
    assert_close(ours(keras.Variable(w)), real(real_keras().ops.convert_to_tensor(w)))
    got = keras.constraints.serialize(ours)
    assert got == real_keras().constraints.serialize(real)
    assert keras.constraints.deserialize(got).get_config() == ours.get_config()


@pytest.mark.parametrize("name", ["max_norm", "NonNeg", "unit_norm", "MinMaxNorm"])
def test_get(name):
    assert isinstance(keras.constraints.get(name), keras.constraints.Constraint)


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(ValueError, match="max_norm"):
        keras.constraints.get("maxnorm")
