"""The guide to migration: model functions in the words of TensorFlow 1, of Keras, and of both."""

import numpy as np
import pytest

import estikeras as tf
from tests.estikeras.estimator.guides import tables

V1 = tf.compat.v1
ROWS = np.random.default_rng(3).normal(size=(32, 4)).astype("float32")
KINDS = (ROWS.sum(1) > 0).astype("int32")
TARGETS = (ROWS @ [[1.0], [2.0], [-1.0], [0.5]]).astype("float32")


def in_the_words_of_tensorflow_1(features, labels, mode):
    """Layers, losses, metrics and an optimizer of `tf.compat.v1`."""
    hidden = V1.layers.dense(features, 8, activation=tf.nn.relu)
    logits = V1.layers.dense(hidden, 2)
    if mode == V1.estimator.ModeKeys.PREDICT:
        return V1.estimator.EstimatorSpec(mode, predictions={"logits": logits})
    loss = V1.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    if mode == V1.estimator.ModeKeys.EVAL:
        accuracy = V1.metrics.accuracy(labels=labels, predictions=tf.argmax(logits, 1))
        return V1.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": accuracy})
    optimizer = V1.train.AdagradOptimizer(0.1)
    train_op = optimizer.minimize(loss, global_step=V1.train.get_global_step())
    return V1.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def model():
    """Layers with averages, dropout and penalties."""
    return tf.keras.Sequential(
        [
            tf.keras.layers.Dense(8, activation="relu", kernel_regularizer="l2"),
            tf.keras.layers.BatchNormalization(),
            tf.keras.layers.Dropout(0.1),
            tf.keras.layers.Dense(2, activity_regularizer="l1"),
        ]
    )


def in_the_words_of_both(features, labels, mode):
    """Keras layers, and an optimizer and metrics of `tf.compat.v1`."""
    net = model()
    training = mode == tf.estimator.ModeKeys.TRAIN
    logits = net(features, training=training)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"logits": logits})
    losses = net.get_losses_for(None) + net.get_losses_for(features)
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction=tf.keras.losses.Reduction.SUM
    )
    loss = loss_fn(labels, logits) / 32 + tf.math.add_n(losses)
    classes = tf.math.argmax(logits, axis=1)
    accuracy = V1.metrics.accuracy(labels=labels, predictions=classes, name="acc_op")
    updates = net.get_updates_for(None) + net.get_updates_for(features)
    train_op = None
    if training:
        optimizer = V1.train.AdamOptimizer(0.05)
        minimize = optimizer.minimize(
            loss, var_list=net.trainable_variables, global_step=V1.train.get_or_create_global_step()
        )
        train_op = tf.group(minimize, updates)
    return tf.estimator.EstimatorSpec(
        mode, loss=loss, train_op=train_op, eval_metric_ops={"accuracy": accuracy}
    )


def in_the_words_of_keras(features, labels, mode, params):
    """Keras layers, loss, metric and optimizer, which counts the global step."""
    net = model()
    training = mode == tf.estimator.ModeKeys.TRAIN
    logits = net(features, training=training)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"logits": logits})
    losses = net.get_losses_for(None) + net.get_losses_for(features)
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = loss_fn(labels, logits) + tf.math.add_n(losses)
    accuracy = tf.keras.metrics.Accuracy(name="acc_obj")
    accuracy.update_state(y_true=labels, y_pred=tf.math.argmax(logits, axis=1))
    train_op = None
    if training:
        optimizer = params["optimizer"]()
        optimizer.iterations = V1.train.get_or_create_global_step()
        updates = net.get_updates_for(None) + net.get_updates_for(features)
        minimize = optimizer.get_updates(loss, net.trainable_variables)[0]
        train_op = tf.group(minimize, *updates, *net.updates)
    return tf.estimator.EstimatorSpec(
        mode, loss=loss, train_op=train_op, eval_metric_ops={"accuracy": accuracy}
    )


def with_a_tape(features, labels, mode, params):
    """Gradients of a tape, applied by a Keras optimizer."""
    net = model()
    with tf.GradientTape() as tape:
        logits = net(features, training=mode == tf.estimator.ModeKeys.TRAIN)
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        )
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
    accuracy.update_state(labels, logits)
    train_op = None
    if mode == tf.estimator.ModeKeys.TRAIN:
        optimizer = params["optimizer"]()
        optimizer.iterations = V1.train.get_or_create_global_step()
        gradients = tape.gradient(loss, net.trainable_variables)
        train_op = optimizer.apply_gradients(zip(gradients, net.trainable_variables, strict=True))
    return tf.estimator.EstimatorSpec(
        mode, loss=loss, train_op=train_op, eval_metric_ops={"accuracy": accuracy}
    )


KERAS = {"optimizer": lambda: tf.keras.optimizers.Adam(0.05)}
LEGACY = {"optimizer": lambda: tf.keras.optimizers.legacy.Adam(0.05)}
MODEL_FNS = {
    "tensorflow 1": (in_the_words_of_tensorflow_1, None),
    "both": (in_the_words_of_both, None),
    "keras": (in_the_words_of_keras, KERAS),
    "keras 2": (in_the_words_of_keras, LEGACY),
    "tape": (with_a_tape, KERAS),
}


@pytest.mark.parametrize("name", MODEL_FNS)
def test_model_functions_of_all_generations_learn(name, tmp_path):
    model_fn, params = MODEL_FNS[name]
    estimator = tf.estimator.Estimator(model_fn, tmp_path, params=params)
    data = tables.batches(ROWS, KINDS, repeat=None)
    estimator.train(data, steps=60)
    estimator.train(data, max_steps=80)
    results = estimator.evaluate(data, steps=1)
    assert results["global_step"] == 80
    assert results["accuracy"] > 0.9
