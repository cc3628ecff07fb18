"""What has as many entries as values say is no part of a model function; the errors say what is."""

import numpy as np
import pytest

import estikeras as tf

v1 = tf.compat.v1
X = np.float32([[0.5, 2.0], [3.0, np.inf], [1.5, 4.0]])
MASK = np.array([True, False, True])


def slope_of_loop(x):
    """The gradient of a loop whose end depends on values."""
    (total,) = tf.while_loop(lambda y: tf.reduce_sum(y) < 100, lambda y: [2 * y], [x])
    return v1.gradients(total, x)[0]


def outcome(loss_of):
    """The loss that a model function makes of rows, their masks and labels."""

    def model_fn(features, labels, mode):
        loss = loss_of(features["x"], features["mask"], labels)
        return tf.estimator.EstimatorSpec(mode, loss=loss)

    features = {"x": X, "mask": MASK}
    estimator = tf.estimator.Estimator(model_fn)
    return estimator.evaluate(
        lambda: tf.data.Dataset.from_tensor_slices((features, [1, 0, 0])).batch(3)
    )["loss"]


@pytest.mark.parametrize(
    ("loss_of", "words"),
    [
        (lambda x, mask, y: tf.boolean_mask(x, mask), "`boolean_mask`.*`weights="),
        (lambda x, mask, y: v1.boolean_mask(x, mask), "`boolean_mask`.*`dataset.filter`"),
        (lambda x, mask, y: x[mask], r"`x\[mask\]`.*divide_no_nan"),
        (lambda x, mask, y: tf.where(mask), r"`where\(condition\)`.*count_nonzero"),
        (lambda x, mask, y: v1.where(mask), r"`where\(condition\)`.*count_nonzero"),
        (lambda x, mask, y: tf.unique(y), "`unique`.*unsorted_segment_sum"),
        (lambda x, mask, y: tf.dynamic_partition(x, y, 2), r"`dynamic_partition`.*tf\.equal"),
        (lambda x, mask, y: tf.sequence_mask(y[0]), r"`maxlen`.*x\.shape\[1\]"),
        (lambda x, mask, y: slope_of_loop(x), "`maximum_iterations`"),
        (lambda x, mask, y: x if x[0, 0] > 0 else y, r"place of Python's `if`.*tf\.cond"),
    ],
)
def test_errors_say_what_to_write(loss_of, words):
    with pytest.raises(TypeError, match=words):
        outcome(loss_of)


@pytest.mark.parametrize(
    ("masked", "instead"),
    [
        (
            lambda x, m, y: tf.reduce_sum(tf.boolean_mask(x, m)),
            lambda x, m, y: tf.reduce_sum(tf.where(m[:, None], x, 0)),
        ),
        (
            lambda x, m, y: tf.reduce_mean(tf.boolean_mask(x[:, 0], m)),
            lambda x, m, y: tf.math.divide_no_nan(
                tf.reduce_sum(tf.where(m, x[:, 0], 0)), tf.reduce_sum(tf.cast(m, x.dtype))
            ),
        ),
        (
            lambda x, m, y: v1.losses.sparse_softmax_cross_entropy(
                tf.boolean_mask(y, m), tf.boolean_mask(x[:, :1] * [1.0, -1.0], m)
            ),
            lambda x, m, y: v1.losses.sparse_softmax_cross_entropy(
                y, x[:, :1] * [1.0, -1.0], weights=tf.cast(m, tf.float32)
            ),
        ),
        (
            lambda x, m, y: tf.cast(tf.shape(tf.where(m))[0], tf.float32),
            lambda x, m, y: tf.cast(tf.math.count_nonzero(m), tf.float32),
        ),
        (
            lambda x, m, y: tf.cast(tf.where(m)[0, 0], tf.float32),
            lambda x, m, y: tf.cast(tf.argmax(tf.cast(m, tf.int32), 0), tf.float32),
        ),
    ],
)
def test_what_they_say_gives_the_same(masked, instead):
    known = masked(tf.constant(X), tf.constant(MASK), tf.constant([1, 0, 0]))
    assert outcome(instead) == pytest.approx(float(known), rel=1e-6)
