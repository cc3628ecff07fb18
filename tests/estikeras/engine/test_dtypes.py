"""Dtypes: their names, and promotion as the real Keras has it."""

import copy
import itertools
import pickle

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
        (str, "string"),
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


@pytest.mark.parametrize(
    ("dtype", "size", "least", "most"),
    [
        (tf.int8, 1, -128, 127),
        (tf.uint16, 2, 0, 65535),
        (tf.float16, 2, -65504, 65504),
        (tf.float32, 4, np.finfo("float32").min, np.finfo("float32").max),
        (tf.bfloat16, 2, -(2.0**127) * (2 - 2**-7), 2.0**127 * (2 - 2**-7)),
    ],
)
def test_a_dtype_knows_its_size_and_limits(dtype, size, least, most):
    assert (dtype.size, dtype.min, dtype.max) == (size, least, most)


def test_only_numbers_have_limits():
    with pytest.raises(TypeError, match="only numbers"):
        _ = tf.string.max


def test_there_is_one_object_of_each_dtype():
    tensors = [
        tf.constant([1.0]),
        tf.reduce_sum([1.0]),
        tf.Variable([1.0]),
        tf.TensorSpec((), float),
    ]
    traced = []
    tf.function(lambda x: traced.append(x + 1) or x)(tensors[0])
    for thing in (*tensors, *traced):
        assert thing.dtype is tf.float32 is tf.as_dtype("float32") is tf.DType(np.float32)
    assert (tensors[0] > 0).dtype is tf.bool
    assert pickle.loads(pickle.dumps(tf.int8)) is copy.deepcopy(tf.int8) is tf.int8


def test_complex_dtypes_name_the_dtype_of_their_parts():
    assert tf.complex64.real_dtype is tf.float32 and tf.complex128.is_complex
