"""Strings to bins by the public names."""

import numpy as np
import pytest

import estikeras as tf

STRINGS = [["Hello", "TensorFlow"], ["2.x", ""]]


def test_bins_keep_the_shape_and_are_int64():
    bins = tf.strings.to_hash_bucket_fast(STRINGS, 3)
    assert (bins.shape, bins.dtype) == ((2, 2), "int64")
    # Of the documentation of the function.
    assert tf.strings.to_hash_bucket_fast(["Hello", "TensorFlow", "2.x"], 3).tolist() == [0, 2, 2]
    assert tf.strings.to_hash_bucket_strong(["Hello", "TF"], 3, [1, 2]).tolist() == [2, 0]


def test_the_three_hashes_differ():
    names = ("to_hash_bucket", "to_hash_bucket_fast")
    bins = [getattr(tf.strings, name)(STRINGS, 2**40).numpy().tolist() for name in names]
    bins.append(tf.strings.to_hash_bucket_strong(STRINGS, 2**40, [3, 4]).numpy().tolist())
    assert bins[0] != bins[1] != bins[2] != bins[0]


@pytest.mark.parametrize("name", ["to_hash_bucket", "to_hash_bucket_fast"])
@pytest.mark.parametrize("buckets", [0, -1, 2.5])
def test_a_wrong_number_of_bins_is_refused(name, buckets):
    with pytest.raises(ValueError, match="num_buckets"):
        getattr(tf.strings, name)(STRINGS, buckets)


def test_numbers_are_refused():
    with pytest.raises(TypeError, match="strings"):
        tf.strings.to_hash_bucket_fast(np.array([1, 2]), 3)


@pytest.mark.parametrize("key", [None, 3, [1], [1, 2, 3]])
def test_a_key_of_other_than_two_numbers_is_refused(key):
    with pytest.raises(ValueError, match="key"):
        tf.strings.to_hash_bucket_strong(STRINGS, 3, key)
