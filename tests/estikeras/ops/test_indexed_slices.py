"""Rows of a table stand for the whole of it."""

import numpy as np
import pytest

import estikeras as tf

ROWS = tf.IndexedSlices([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [2, 0, 2], (3, 2))
WHOLE = np.float32([[3, 4], [0, 0], [6, 8]])


def test_rows_become_a_tensor():
    assert (ROWS.shape, ROWS.dtype) == ((3, 2), "float32")
    np.testing.assert_array_equal(tf.convert_to_tensor(ROWS), WHOLE)
    np.testing.assert_array_equal(tf.reduce_sum(ROWS, axis=0), WHOLE.sum(0))
    some = tf.IndexedSlices(ROWS.values, ROWS.indices)
    assert some.shape == (None, 2)
    with pytest.raises(ValueError, match="`dense_shape`"):
        tf.convert_to_tensor(some)


@pytest.mark.parametrize("kind", ["keras", "version 1"])
def test_optimizers_take_rows_and_gradients_are_tensors(kind):
    table = tf.Variable(np.zeros((3, 2), "float32"))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.nn.embedding_lookup(table, [0, 2]))
    assert not isinstance(tape.gradient(loss, table), tf.IndexedSlices)
    optimizers = tf.keras.optimizers, tf.compat.v1.train
    make = optimizers[0].SGD if kind == "keras" else optimizers[1].GradientDescentOptimizer
    make(1.0).apply_gradients([(ROWS, table)])
    np.testing.assert_array_equal(table, -WHOLE)
