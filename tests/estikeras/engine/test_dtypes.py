"""Dtypes: their names, and promotion as the real Keras has it."""

import itertools

import numpy as np
import pytest

import estikeras as tf
from estikeras.engine import dtypes
from tests.support.oracle import real_keras

NAMES = ("bool", *dtypes.INTS, *dtypes.FLOATS)
# On jax, the real one halves 64-bit types; on TensorFlow, as ours, it does not.
HALVED = {"int64": "int32", "uint64": "uint32", "float64": "float32"}


@pytest.mark.oracle
def test_every_pair_promotes_as_in_the_real_keras():
    theirs = real_keras().backend.result_type
    for pair in itertools.product((*NAMES, int, float), repeat=2):
        ours = dtypes.result_type(*pair)
        assert HALVED.get(ours, ours) == theirs(*pair), pair


@pytest.mark.oracle
def test_triples_promote_as_in_the_real_keras():
    theirs = real_keras().backend.result_type
    for triple in itertools.combinations((*NAMES, int, float), 3):
        ours = dtypes.result_type(*triple)
        assert HALVED.get(ours, ours) == theirs(*triple), triple


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (None, "float32"),
        (float, "float32"),
        (int, "int32"),
        (bool, "bool"),
        (np.float64, "float64"),
        (np.dtype("int16"), "int16"),
        ("half", "float16"),
        (tf.bfloat16, "bfloat16"),
    ],
)
def test_dtypes_are_known_in_every_form(given, name):
    assert dtypes.standardize(given) == name


def test_an_unknown_dtype_names_the_nearest():
    with pytest.raises(ValueError, match="float32"):
        dtypes.standardize("flaot32")


def test_a_dtype_is_its_name_and_knows_what_it_is():
    assert tf.float32 == "float32" and tf.float32.is_floating and not tf.float32.is_integer
    assert tf.int64.as_numpy_dtype is np.int64 and tf.bool.is_bool
