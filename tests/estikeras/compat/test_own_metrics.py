"""Metrics that a model function makes of variables of its own."""

import pytest

import estikeras.compat.v1 as tf


def test_what_an_assignment_gives_is_computed_with():
    """A metric of one's own, as counts that are divided: by what they are, and as updated."""

    def model_fn(features, labels, mode):
        with tf.variable_scope("counts"):
            local = [tf.GraphKeys.LOCAL_VARIABLES]
            zeros = tf.zeros_initializer()
            counts = tf.get_variable("n", [2], initializer=zeros, collections=local)
        right = tf.cast(tf.equal(features["x"], labels), tf.float32)
        added = tf.assign_add(counts, tf.stack([tf.reduce_sum(right), tf.reduce_sum(1.0 - right)]))
        assert (added.shape, added.dtype, added.get_shape().as_list()) == ((2,), tf.float32, [2])
        share = (counts[0] / tf.reduce_sum(counts), 1.0 - added[1] / tf.reduce_sum(added * 1.0))
        nothing = tf.group(added)
        assert not hasattr(nothing, "shape")
        return tf.estimator.EstimatorSpec(
            mode, loss=tf.reduce_mean(right), eval_metric_ops={"share": share}
        )

    data = ({"x": [1, 2, 3, 4, 5]}, [1, 2, 0, 4, 0])
    result = tf.estimator.Estimator(model_fn).evaluate(
        lambda: tf.data.Dataset.from_tensor_slices(data).batch(2)
    )
    assert result["share"] == pytest.approx(3 / 5)
