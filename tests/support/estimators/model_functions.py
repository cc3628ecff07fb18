"""Model functions with Keras layers, which an Estimator trains, stops and goes on to train."""

import numpy as np

STEPS = (5, 3)  # of one training after the other
_random = np.random.RandomState(11)
ROWS = 12
DATA = {
    "rows": _random.normal(size=(ROWS, 4)).astype("float32"),
    "images": _random.normal(size=(ROWS, 6, 6, 2)).astype("float32"),
    "words": _random.randint(0, 7, (ROWS, 5)).astype("int64"),
}
LABELS = _random.randint(0, 3, ROWS).astype("int64")


def first_values(shape, dtype=None, **_):
    """An initializer of values that differ."""
    return (0.5 * np.sin(np.arange(np.prod(shape)) + 1.0)).reshape(shape).astype("float32")


def _layer(kind, *args, **options):
    return kind(*args, kernel_initializer=first_values, **options)


def _spec(tf, mode, labels, logits, more=0.0, step_of=None):
    """A specification with losses and metrics of Keras."""
    if mode == "infer":
        return tf.estimator.EstimatorSpec(mode, predictions={"logits": logits})
    entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
    loss = tf.reduce_mean(entropy(labels, logits)) + more
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    accuracy.update_state(labels, logits)
    mean = tf.compat.v1.metrics.mean(logits)
    train_op = step_of(loss) if mode == "train" else None
    metrics = {"accuracy": accuracy, "mean": mean}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def keras(tf, features, labels, mode):
    """Averages, penalties and an optimizer of Keras that counts the global step."""
    layers = tf.keras.layers
    net = tf.keras.Sequential(
        [
            _layer(layers.Dense, 6, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(momentum=0.8),
            _layer(layers.Dense, 3, activity_regularizer="l1"),
        ]
    )
    logits = net(features["rows"], training=mode == "train")

    def step_of(loss):
        optimizer = tf.keras.optimizers.legacy.Adam(0.05)
        optimizer.iterations = tf.compat.v1.train.get_or_create_global_step()
        minimize = optimizer.get_updates(loss, net.trainable_variables)[0]
        return tf.group(minimize, *net.updates)

    return _spec(tf, mode, labels, logits, tf.add_n(net.losses), step_of)


def both(tf, features, labels, mode):
    """A convolutional network of Keras, and an optimizer of TensorFlow 1."""
    layers = tf.keras.layers
    x = _layer(layers.Conv2D, 4, 3, activation="elu", name="conv")(features["images"])
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    logits = _layer(layers.Dense, 3, name="out")(x)
    v1 = tf.compat.v1

    def step_of(loss):
        rate = v1.train.exponential_decay(0.1, v1.train.get_global_step(), 2, 0.5)
        optimizer = v1.train.MomentumOptimizer(rate, 0.9)
        return optimizer.minimize(loss, global_step=v1.train.get_global_step())

    return _spec(tf, mode, labels, logits, 0.0, step_of)


def tape(tf, features, labels, mode):
    """A recurrent network whose gradients a tape gives."""
    layers = tf.keras.layers
    table = layers.Embedding(7, 3, embeddings_initializer=first_values)
    recurrent = _layer(layers.GRU, 4, recurrent_initializer=first_values)
    out = _layer(layers.Dense, 3)
    with tf.GradientTape() as tape:
        logits = out(recurrent(table(features["words"])))
        if mode != "infer":
            entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(entropy)
    variables = [
        *table.trainable_variables,
        *recurrent.trainable_variables,
        *out.trainable_variables,
    ]

    def step_of(_):
        optimizer = tf.keras.optimizers.legacy.SGD(0.2, momentum=0.9, nesterov=True)
        optimizer.iterations = tf.compat.v1.train.get_or_create_global_step()
        gradients = tape.gradient(loss, variables)
        clipped, _ = tf.clip_by_global_norm(
            [tf.convert_to_tensor(gradient) for gradient in gradients], 0.5
        )
        return optimizer.apply_gradients(zip(clipped, variables))  # noqa: B905

    return _spec(tf, mode, labels, logits, 0.0, step_of)


def turns(tf, features, labels, mode):
    """Two parts, trained one after the other in each step."""
    v1 = tf.compat.v1
    with v1.variable_scope("first"):
        x = v1.layers.dense(features["rows"], 5, tf.nn.tanh, kernel_initializer=v1_values(tf))
    with v1.variable_scope("second"):
        logits = v1.layers.dense(x, 3, kernel_initializer=v1_values(tf))

    def step_of(loss):
        before = []
        for scope, optimizer in (
            ("first", v1.train.AdamOptimizer(0.05)),
            ("second", v1.train.RMSPropOptimizer(0.02)),
        ):
            variables = v1.get_collection(v1.GraphKeys.TRAINABLE_VARIABLES, scope)
            with v1.control_dependencies(before):
                before = [optimizer.minimize(loss, var_list=variables)]
        with v1.control_dependencies(before):
            return v1.assign_add(v1.train.get_global_step(), 1)

    return _spec(tf, mode, labels, logits, 0.0, step_of)


def v1_values(tf):
    """As `first_values`."""
    return lambda shape, dtype=None, **_: tf.constant(first_values([int(n) for n in shape]))


MODEL_FNS = {"keras": keras, "both": both, "tape": tape, "turns": turns}


def outcome(name, tf, folder):
    """What a model function's Estimator gives: the loss of each step, metrics, predictions, and
    the sums of the variables by name.
    """

    class Losses(tf.estimator.SessionRunHook):
        """Collects the losses."""

        def __init__(self):
            self.found = []

        def begin(self):
            """Find the loss."""
            graph = tf.compat.v1.get_default_graph()
            self._loss = graph.get_collection(tf.compat.v1.GraphKeys.LOSSES)[-1]

        def before_run(self, run_context):
            """Ask for the loss."""
            return tf.estimator.SessionRunArgs(self._loss)

        def after_run(self, run_context, run_values):
            """Keep it."""
            self.found.append(float(run_values.results))

    def model_fn(features, labels, mode):
        return MODEL_FNS[name](tf, features, labels, mode)

    def input_fn():
        return tf.data.Dataset.from_tensor_slices((DATA, LABELS)).repeat().batch(8)

    config = tf.estimator.RunConfig(str(folder), log_step_count_steps=None)
    losses = Losses()
    for steps in STEPS:
        estimator = tf.estimator.Estimator(model_fn, config=config)
        estimator.train(input_fn, hooks=[losses], steps=steps)
    metrics = estimator.evaluate(input_fn, steps=3)
    predictions = estimator.predict(input_fn)
    first = [next(predictions)["logits"].tolist() for _ in range(2)]
    predictions.close()
    names = estimator.get_variable_names()
    return {
        "losses": losses.found,
        "metrics": {key: float(value) for key, value in sorted(metrics.items())},
        "predictions": first,
        "sums": {key: float(np.sum(estimator.get_variable_value(key))) for key in sorted(names)},
    }
