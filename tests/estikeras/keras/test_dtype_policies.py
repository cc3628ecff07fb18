"""Dtype policies: what they say, how they are named, and maps of them."""

import numpy as np
import pytest

from estikeras import keras
from estikeras.keras import dtype_policies
from tests.support.oracle import real_keras


@pytest.fixture(autouse=True)
def _global_policy_is_put_back():
    yield
    keras.config.set_dtype_policy(None)


@pytest.mark.parametrize(
    ("name", "compute", "variable"),
    [
        ("float32", "float32", "float32"),
        ("mixed_float16", "float16", "float32"),
        ("mixed_bfloat16", "bfloat16", "float32"),
        ("bfloat16", "bfloat16", "bfloat16"),
        ("int32", "int32", "int32"),
    ],
)
def test_a_name_says_both_dtypes(name, compute, variable):
    policy = dtype_policies.get(name)
    assert (policy.compute_dtype, policy.variable_dtype) == (compute, variable)
    assert dtype_policies.deserialize(dtype_policies.serialize(policy)) == policy


@pytest.mark.parametrize("bad", ["float33", 3, "mixed_float32"])
def test_a_name_that_is_no_policy_is_refused(bad):
    with pytest.raises(ValueError, match="dtype"):
        keras.layers.Dense(2, dtype=bad)


def test_the_global_policy_is_that_of_new_layers():
    keras.config.set_dtype_policy("mixed_float16")
    layer = keras.layers.Dense(2)
    assert layer(np.ones((1, 3), "float32")).dtype == "float16"
    assert layer.kernel.dtype == "float32"
    assert keras.config.dtype_policy().name == "mixed_float16"


def _map(policies):
    made = policies.DTypePolicyMap("float32")
    made["a/b"] = "mixed_float16"
    made["block.*/dense"] = "bfloat16"
    return [
        made["a/b"].name,
        made["block_3/dense"].name,
        made["other"].name,
        len(made),
        sorted(made),
        made.get_config(),
        policies.serialize(made),
        policies.deserialize(policies.serialize(made)).get_config(),
    ]


@pytest.mark.oracle
def test_a_map_is_as_in_keras():
    assert _map(dtype_policies) == _map(real_keras().dtype_policies)


def test_a_map_does_not_take_a_key_twice():
    made = dtype_policies.DTypePolicyMap()
    made["a"] = "float16"
    with pytest.raises(ValueError, match="no policy yet"):
        made["a"] = "float32"
