"""A model function without fault, its data, and what an error must say."""

import numpy as np
import pytest

import estikeras as tf

V1 = tf.compat.v1
MODES = tf.estimator.ModeKeys
SPEC = tf.estimator.EstimatorSpec
X = np.arange(12, dtype="float32").reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2])


def dataset(features=X, labels=Y, size=4):
    parts = features if labels is None else (features, labels)
    return lambda: tf.data.Dataset.from_tensor_slices(parts).batch(size)


def net(features, units=3, name="logits"):
    return V1.layers.dense(features, units, name=name)


def right(features, labels, mode):
    """A model function without fault."""
    logits = net(features)
    if mode == MODES.PREDICT:
        return SPEC(mode, predictions={"logits": logits, "twice": 2 * logits})
    loss = V1.losses.sparse_softmax_cross_entropy(labels, logits)
    return SPEC(mode, loss=loss, train_op=step_of(loss))


def step_of(loss):
    return V1.train.GradientDescentOptimizer(0.1).minimize(loss, V1.train.get_global_step())


def check(call, error, words):
    with pytest.raises(error) as raised:
        call()
    missing = [word for word in words if word not in str(raised.value)]
    assert not missing, f"{missing} not in: {raised.value}"
