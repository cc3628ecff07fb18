"""Initializers under TensorFlow 2's own names; the facts are TensorFlow 2.15's."""

import numpy as np
import pytest

import estikeras as tf


def test_constants_fill_a_shape_or_have_its_size():
    assert tf.zeros_initializer()((2,)).numpy().tolist() == [0, 0]
    assert tf.ones_initializer()((2,), dtype="int32").numpy().tolist() == [1, 1]
    assert tf.constant_initializer([1, 2, 3, 4])((2, 2)).numpy().tolist() == [[1, 2], [3, 4]]
    assert tf.constant_initializer([7.0])((2,)).numpy().tolist() == [7, 7]
    assert tf.constant_initializer(3)((2,)).dtype == "int32"
    with pytest.raises(ValueError, match=r"value.*1 or 2 elements.*\(3,\)"):
        tf.constant_initializer([1, 2, 3])((2,))
    with pytest.raises(NotImplementedError, match="support_partition"):
        tf.constant_initializer(3, support_partition=True)


@pytest.mark.parametrize(
    ("name", "spread", "limit"),
    [("random_normal_initializer", 0.05, 0.4), ("random_uniform_initializer", 0.0289, 0.05)],
)
def test_random_values_are_others_at_every_call_but_with_a_seed(name, spread, limit):
    make = getattr(tf, name)
    unseeded, seeded = make(), make(seed=3)
    first, second = unseeded((50, 50)).numpy(), unseeded([50, 50]).numpy()
    assert not np.array_equal(first, second)
    assert first.std() == pytest.approx(spread, rel=0.1)
    assert abs(first).max() <= limit
    np.testing.assert_array_equal(seeded((4,)), seeded((4,)))
    assert not np.array_equal(seeded((4,)), make(seed=4)((4,)))


def test_layers_are_saved_with_them():
    made = {
        "kernel_initializer": tf.random_normal_initializer(stddev=0.5, seed=1),
        "bias_initializer": tf.constant_initializer(0.5),
    }
    layer = tf.keras.layers.Dense(2, **made)
    loaded = tf.keras.layers.deserialize(tf.keras.layers.serialize(layer))
    for one in (layer, loaded):
        one.build((None, 3))
    for a, b in zip(layer.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_variables_of_model_functions_begin_with_them():
    w = tf.compat.v1.get_variable("w", [2, 2], initializer=tf.constant_initializer(2.0))
    assert w.numpy().tolist() == [[2, 2], [2, 2]]
    assert tf.compat.v1.ones_initializer is not tf.ones_initializer
    assert tf.compat.v2.ones_initializer is tf.ones_initializer


def test_functions_are_called_as_tensorflow_1_calls_them():
    asked = []

    def rows(shape, dtype, partition_info):
        asked.append((shape, dtype, partition_info))
        return np.zeros([shape[0], *shape[1:]])

    v1 = tf.compat.v1
    assert v1.get_variable("table", (3, 2), initializer=rows).dtype is tf.float32
    assert asked == [([3, 2], "float32", None)] and asked[0][1] is tf.float32
    given = v1.get_variable("given", initializer=lambda: np.arange(3))
    assert given.numpy().tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=r"shape.*'unknown'"):
        v1.get_variable("unknown", initializer=rows)


def test_classes_are_drawn_by_the_older_name_too():
    drawn = tf.compat.v1.multinomial([[0.0, 9.0], [9.0, 0.0]], 50, 3, output_dtype="int32")
    assert drawn.dtype is tf.int32 and drawn.shape == (2, 50)
    assert drawn.numpy().mean(1).round().tolist() == [1, 0]
