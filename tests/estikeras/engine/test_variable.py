"""Variables: their names, values, assignments, and what their readers keep."""

import copy
import pickle

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras, ops


def test_a_variable_acts_as_a_tensor():
    v = tf.Variable(np.float32([1.0, 2.0, 3.0]))
    assert (v + 1).numpy().tolist() == [2.0, 3.0, 4.0] and (2 / v).numpy()[1] == 1.0
    assert v[1:].numpy().tolist() == [2.0, 3.0] and len(v) == 3 and float(ops.sum(v)) == 6.0


def test_initializers_get_shape_and_dtype():
    v = keras.Variable(lambda shape, dtype: np.full(shape, 7, dtype), shape=(2,), dtype="float64")
    assert v.numpy().tolist() == [7.0, 7.0] and v.dtype == "float64"


def test_scopes_make_the_path():
    with keras.name_scope("outer"), keras.name_scope("inner"):
        assert tf.Variable(0.0, name="v").path == "outer/inner/v"


def test_assignments_cast_and_check():
    v = tf.Variable(np.float32([1.0, 2.0]))
    v.assign(np.array([3, 4]))
    v.assign_add([1.0, 1.0])
    v.assign_sub([0.5, 0.5])
    assert v.numpy().tolist() == [3.5, 4.5] and v.dtype == "float32"
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)|\(2,\).*\(3,\)"):
        v.assign(np.zeros(3))
    assert v.numpy().tolist() == [3.5, 4.5]


@pytest.mark.parametrize(
    "read",
    [lambda v: v.value, lambda v: ops.reshape(v, (2, 1)), lambda v: v[:], lambda v: v.numpy()],
)
def test_what_was_read_stays_when_the_variable_changes(read):
    v = tf.Variable(np.float32([1.0, 2.0]))
    before = read(v)
    v.assign([9.0, 9.0])
    assert np.ravel(np.asarray(before)).tolist() == [1.0, 2.0]
    tf.function(lambda: v.assign([5.0, 5.0]).value)()
    assert np.ravel(np.asarray(before)).tolist() == [1.0, 2.0]


def test_the_callers_array_stays_the_callers():
    array = np.float32([1.0, 2.0])
    v, t = tf.Variable(array), ops.convert_to_tensor(array)
    array[0] = 9
    assert v.numpy().tolist() == [1.0, 2.0] and t.numpy().tolist() == [1.0, 2.0]


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_copies_have_memory_of_their_own(twin_of):
    v = tf.Variable(np.float32([1.0]), name="v")
    twin = twin_of(v)
    v.assign([2.0])
    assert twin.numpy().tolist() == [1.0] and twin.name == "v"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"initializer": lambda shape, dtype: 0}, "shape"),
        ({"initializer": 0.0, "name": "a/b"}, "name"),
        ({"initializer": 0.0, "aggregation": "median"}, "aggregation"),
        ({"initializer": np.zeros(3), "shape": (2,)}, "initializer"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        keras.Variable(**arguments)


@pytest.mark.parametrize("sign", [1, -1])
def test_adding_and_subtracting_keep_the_precision_of_the_variable(sign):
    variable = tf.Variable(1.0, dtype="float64")
    if sign > 0:
        variable.assign_add(0.1)
    else:
        variable.assign_sub(-0.1)
    assert float(variable) == 1.1
