"""Activation functions by name against the real Keras, and their names in configs."""

import numpy as np
import pytest

from estikeras import keras, ops
from tests.support.op_oracle import case, oracle_checks
from tests.support.oracle import real_keras

A = keras.activations
SPACE = {"space": "activations", "low": -5, "high": 5}
NAMES = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_sigmoid",
    "hard_silu",
    "linear",
    "mish",
    "relu",
    "softmax",
    "tanh",
]

CASES = [
    *(case(name, (3, 4), **SPACE) for name in NAMES),
    case("relu", (3, 4), negative_slope=0.1, **SPACE),
    case("relu", (3, 4), max_value=2.0, **SPACE),
    case("relu", (3, 4), negative_slope=0.1, max_value=2.0, threshold=0.5, **SPACE),
    case("relu", (3, 4), max_value=6.0, **SPACE),
    case("gelu", (3, 4), approximate=True, **SPACE),
    case("threshold", (3, 4), 0.5, -1.0, **SPACE),
]

test_op = oracle_checks(CASES)


@pytest.mark.oracle
def test_every_activation_has_the_name_it_has_in_the_real_keras():
    theirs = real_keras().activations
    for name in dir(theirs):
        if not name.startswith("_") and name not in ("get", "serialize", "deserialize"):
            assert A.serialize(getattr(A, name)) == theirs.serialize(getattr(theirs, name))
            assert A.get(name) is getattr(A, name)


def test_get_takes_none_functions_and_configs():
    assert A.get(None) is A.linear
    assert A.get(ops.relu) is ops.relu
    assert A.serialize(ops.relu) == "relu"
    assert A.deserialize("relu") is A.relu


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(ValueError, match="softmax"):
        A.get("sofmax")
    with pytest.raises(ValueError, match="`activation`"):
        A.get(3)


def test_a_registered_function_goes_through_its_config():
    @keras.saving.register_keras_serializable("tests")
    def twice(x):
        return 2 * x

    config = A.serialize(twice)
    assert A.deserialize(config) is twice
    np.testing.assert_array_equal(A.get(config)(np.ones(2)), [2, 2])
