"""Tables; what they give is compared with TensorFlow in `test_io_calls.py`."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import errors, lookup


def table(**arguments):
    entries = lookup.KeyValueTensorInitializer(["a", "b"], [1.5, 2.5])
    return lookup.StaticHashTable(entries, 0.0, **arguments)


def test_tables_work_in_functions_and_pipelines():
    vocabulary = lookup.StaticVocabularyTable(
        lookup.KeyValueTensorInitializer(["a", "b"], [0, 1], value_dtype="int64"), 1
    )
    words = tf.data.Dataset.from_tensor_slices(["a", "b", "c", "a"])
    numbers = table()
    mapped = words.map(lambda word: (numbers.lookup(word), vocabulary.lookup(word))).batch(4)
    values, places = next(iter(mapped))
    assert values.tolist() == [1.5, 2.5, 0.0, 1.5]
    assert places.tolist() == [0, 1, 2, 0]

    @tf.function
    def double(keys):
        return lookup.StaticHashTable(
            lookup.KeyValueTensorInitializer(np.int64([5, 6]), np.int64([1, 2])), 0
        ).lookup(keys)

    assert double(np.int64([6, 7])).tolist() == [2, 0]


def test_tables_know_their_kind():
    assert (table().key_dtype, table().value_dtype) == ("string", "float32")
    assert table(name="t").name == "t"
    assert table().lookup(tf.constant([], "string")).shape == (0,)


def test_what_is_wrong_is_named(tmp_path):
    with pytest.raises(errors.NotFoundError, match="nowhere: there is no such file"):
        lookup.TextFileInitializer("nowhere", "string", -2, "int64", -1)
    (tmp_path / "f").write_text("a\nb\n")
    with pytest.raises(errors.InvalidArgumentError, match=r"f: line 0 has 1 columns; column 1"):
        lookup.TextFileInitializer(str(tmp_path / "f"), "string", 0, "int64", 1)
    with pytest.raises(errors.FailedPreconditionError, match=r"b'a' has two values: 1 and 2"):
        lookup.StaticHashTable(lookup.KeyValueTensorInitializer(["a", "a"], [1, 2]), 0)
    with pytest.raises(ValueError, match="`num_oov_buckets`"):
        lookup.StaticVocabularyTable(None, 0, "string")
    with pytest.raises(TypeError, match=r"`keys`.*complex128"):
        lookup.KeyValueTensorInitializer([1j], [1])
