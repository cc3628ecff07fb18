"""A model function of TensorFlow 1 whose training one begins and the other goes on with."""

import numpy as np

BEGUN, MORE = 12, 8
_random = np.random.RandomState(7)
IMAGES = _random.rand(64, 6, 6, 1).astype("float32")
WORDS = _random.randint(0, 9, (64, 4)).astype("int64")
LABELS = (IMAGES.mean((1, 2, 3)) * 100).astype("int64") % 3


def estimator(tf, folder):
    """The Estimator.

    Args:
        tf: TensorFlow or estikeras.
        folder: its model_dir.
    """
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        training = mode == v1.estimator.ModeKeys.TRAIN
        x = v1.layers.conv2d(features["images"], 4, 3, padding="same", use_bias=False)
        x = v1.layers.batch_normalization(x, training=training, momentum=0.9)
        x = v1.layers.flatten(v1.layers.max_pooling2d(v1.nn.relu(x), 2, 2))
        table = v1.get_variable("table", [9, 3])
        words = v1.reduce_mean(v1.nn.embedding_lookup(table, features["words"]), 1)
        with v1.variable_scope("head"):
            x = v1.layers.dense(v1.concat([x, words], 1), 5, v1.nn.relu)
            logits = v1.layers.dense(x, 3, name="logits")
        loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
        step = v1.train.get_or_create_global_step()
        rate = v1.train.exponential_decay(0.01, step, 10, 0.9)
        with v1.control_dependencies(v1.get_collection(v1.GraphKeys.UPDATE_OPS)):
            train = v1.train.AdamOptimizer(rate).minimize(loss, step)
        with v1.control_dependencies([train]):
            averages = v1.train.ExponentialMovingAverage(0.9)
            train = averages.apply(v1.trainable_variables())
        metrics = {
            "accuracy": v1.metrics.accuracy(labels, v1.argmax(logits, 1)),
            "auc": v1.metrics.auc(v1.equal(labels, 1), v1.nn.softmax(logits)[:, 1]),
        }
        return v1.estimator.EstimatorSpec(mode, loss=loss, train_op=train, eval_metric_ops=metrics)

    return v1.estimator.Estimator(model_fn, str(folder))


def outcome(tf, made, steps):
    """Train for some steps; the metrics then, and the variables' names with sums of their values.

    Args:
        tf: TensorFlow or estikeras.
        made: the Estimator.
        steps: how many; 0 for none.
    """

    def data():
        features = {"images": IMAGES, "words": WORDS}
        return tf.data.Dataset.from_tensor_slices((features, LABELS)).batch(16)

    if steps:
        made.train(lambda: data().repeat(), steps=steps)
    metrics = {name: float(value) for name, value in made.evaluate(data).items()}
    names = made.get_variable_names()
    sums = {name: float(np.abs(made.get_variable_value(name)).sum()) for name in names}
    return {"metrics": metrics, "sums": sums}
