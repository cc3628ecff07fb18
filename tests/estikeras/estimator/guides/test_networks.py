"""Model functions of tutorials: digits, texts, forgeries, several answers from one network."""

import numpy as np
import pytest

import estikeras as tf
from tests.estikeras.estimator.guides import tables

V1 = tf.compat.v1
RANDOM = np.random.default_rng(7)
MODES = tf.estimator.ModeKeys


def digits(features, labels, mode):
    """The convolutional network of the tutorial to layers."""
    x = tf.reshape(features["x"], [-1, 28, 28, 1])
    x = V1.layers.conv2d(x, 4, kernel_size=[5, 5], padding="same", activation=tf.nn.relu)
    x = V1.layers.max_pooling2d(x, pool_size=[2, 2], strides=2)
    x = V1.layers.conv2d(x, filters=8, kernel_size=[5, 5], padding="same", activation=tf.nn.relu)
    x = V1.layers.max_pooling2d(inputs=x, pool_size=[2, 2], strides=2)
    x = V1.layers.dense(inputs=tf.reshape(x, [-1, 7 * 7 * 8]), units=32, activation=tf.nn.relu)
    x = V1.layers.dropout(inputs=x, rate=0.4, training=mode == MODES.TRAIN)
    logits = V1.layers.dense(inputs=x, units=10)
    predictions = {
        "classes": tf.argmax(input=logits, axis=1),
        "probabilities": tf.nn.softmax(logits, name="softmax_tensor"),
    }
    if mode == MODES.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions)
    loss = V1.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    if mode == MODES.TRAIN:
        optimizer = V1.train.GradientDescentOptimizer(learning_rate=0.1)
        train_op = optimizer.minimize(loss=loss, global_step=V1.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)
    accuracy = V1.metrics.accuracy(labels=labels, predictions=predictions["classes"])
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, eval_metric_ops={"accuracy": accuracy})


def test_digits_are_read(tmp_path):
    shapes = RANDOM.random((10, 784))
    labels = np.tile(np.arange(10), 5).astype("int32")
    images = (shapes[labels] + 0.1 * RANDOM.random((50, 784))).astype("float32")
    classifier = tf.estimator.Estimator(digits, tmp_path)
    data = V1.estimator.inputs.numpy_input_fn(
        x={"x": images}, y=labels, batch_size=25, num_epochs=None, shuffle=True
    )
    log = V1.train.LoggingTensorHook(tensors={"probabilities": "softmax_tensor"}, every_n_iter=50)
    classifier.train(input_fn=data, steps=60, hooks=[log])
    once = V1.estimator.inputs.numpy_input_fn(
        x={"x": images}, y=labels, batch_size=20, num_epochs=1, shuffle=False
    )
    assert classifier.evaluate(input_fn=once)["accuracy"] > 0.9
    kinds = [one["classes"] for one in classifier.predict(once)]
    assert np.mean(kinds == labels) > 0.9
    with pytest.raises(ValueError, match=r"Expected at least one of \['classes', 'prob"):
        next(classifier.predict(once, predict_keys="logits"))
    assert set(next(classifier.predict(once, "classes"))) == {"classes"}


def texts(features, labels, mode, params):
    """Words looked up, read one after the other, and judged by a head."""
    table = V1.get_variable("words", [params["vocabulary"], 6])
    x = tf.nn.embedding_lookup(table, features["words"])
    mask = tf.sequence_mask(features["length"], maxlen=x.shape[1])
    last = tf.keras.layers.GRU(8)(x, mask=mask)
    logits = tf.keras.layers.Dense(1)(last)
    head = tf.estimator.BinaryClassHead()
    optimizer = tf.keras.optimizers.Adam(0.05)
    optimizer.iterations = V1.train.get_or_create_global_step()
    return head.create_estimator_spec(
        features=features,
        mode=mode,
        logits=logits,
        labels=labels,
        optimizer=optimizer,
        trainable_variables=V1.trainable_variables(),
    )


def sentences(length):
    """Sentences of a length are good if they end well."""
    words = RANDOM.integers(1, 9, (24, length))
    lengths = RANDOM.integers(1, length + 1, 24)
    last = words[np.arange(24), lengths - 1]
    return {"words": words, "length": lengths}, (last > 4).astype("int64")


def test_sentences_of_several_lengths_are_judged(tmp_path):
    groups = [sentences(3), sentences(5)]

    def input_fn():
        parts = [tables.batches(*group, size=24)() for group in groups]
        return parts[0].concatenate(parts[1]).repeat(40)

    judge = tf.estimator.Estimator(texts, tmp_path, params={"vocabulary": 9})
    judge.train(input_fn)
    assert judge.get_variable_value("global_step") == 80
    assert judge.evaluate(input_fn, steps=2)["accuracy"] > 0.9


def forgeries(features, labels, mode, params):
    """A forger and a judge, who learn in turns or at once."""
    noise = tf.random.normal([32, 2])
    with V1.variable_scope("forger"):
        forged = V1.layers.dense(noise, 1, name="out")

    def judge(x):
        with V1.variable_scope("judge", reuse=V1.AUTO_REUSE):
            return V1.layers.dense(V1.layers.dense(x, 8, tf.nn.relu, name="a"), 1, name="b")

    if mode == MODES.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"forged": forged})
    entropy = V1.losses.sigmoid_cross_entropy
    real, fake = judge(features), judge(forged)
    of_judge = entropy(tf.ones_like(real), real) + entropy(tf.zeros_like(fake), fake)
    of_forger = entropy(tf.ones_like(fake), fake)
    step = V1.train.get_global_step()
    steps = []
    for scope, loss, rate in (("judge", of_judge, 0.02), ("forger", of_forger, 0.02)):
        variables = V1.get_collection(V1.GraphKeys.TRAINABLE_VARIABLES, scope=scope)
        optimizer = V1.train.AdamOptimizer(rate, beta1=0.5)
        with V1.control_dependencies(steps if params["turns"] else []):
            steps.append(optimizer.minimize(loss, var_list=variables, name=f"train_{scope}"))
    with V1.control_dependencies(steps):
        train_op = V1.assign_add(step, 1)
    forged_mean = V1.metrics.mean(forged)
    return tf.estimator.EstimatorSpec(
        mode, loss=of_judge, train_op=train_op, eval_metric_ops={"forged": forged_mean}
    )


@pytest.mark.parametrize("turns", [False, True], ids=["at once", "in turns"])
def test_forgeries_become_like_what_is_real(turns, tmp_path):
    config = tf.estimator.RunConfig(tf_random_seed=5)
    artist = tf.estimator.Estimator(forgeries, tmp_path, config, params={"turns": turns})
    real = (3.0 + 0.5 * RANDOM.normal(size=(32, 1))).astype("float32")
    artist.train(tables.batches(real, repeat=None), steps=400)
    assert artist.evaluate(tables.batches(real))["forged"] == pytest.approx(3.0, abs=1.0)
    assert {"judge/a/kernel/Adam", "forger/out/kernel/Adam_1"} <= set(artist.get_variable_names())
    assert len(list(artist.predict(tables.batches(real)))) == 32


def several(features, labels, mode):
    """Two answers by one network."""
    heads = tf.estimator.MultiHead(
        [
            tf.estimator.MultiClassHead(3, name="species"),
            tf.estimator.RegressionHead(name="width"),
        ],
        head_weights=[1.0, 0.5],
    )
    net = tf.keras.Sequential([tf.keras.layers.Dense(16, "relu"), tf.keras.layers.Dense(4)])
    out = net(features["x"])
    return heads.create_estimator_spec(
        features,
        mode,
        logits={"species": out[:, :3], "width": out[:, 3:]},
        labels=labels,
        trainable_variables=net.trainable_variables,
        train_op_fn=lambda loss: V1.train.AdamOptimizer(0.02).minimize(
            loss, global_step=V1.train.get_global_step()
        ),
    )


def test_one_network_gives_several_answers(tmp_path):
    table, species = tables.iris()
    x = np.stack([table[name] for name in ("sepal_length", "sepal_width", "petal_length")], 1)
    labels = {"species": species[:, None], "width": table["petal_width"][:, None]}
    net = tf.estimator.Estimator(several, tmp_path)
    net.train(tables.batches({"x": x}, labels, 50, None), steps=150)
    results = net.evaluate(tables.batches({"x": x}, labels, 50))
    assert results["accuracy/species"] > 0.9
    assert results["average_loss/width"] < 0.2
    first = next(net.predict(tables.batches({"x": x})))
    assert first[("species", "class_ids")] == [0]


def by_hand(features, labels, mode):
    """Variables that begin with tensors, as the first tutorials have them."""
    weights = V1.Variable(V1.truncated_normal([4, 3], stddev=0.1), name="weights")
    twice = V1.Variable(2.0 * weights.initialized_value(), trainable=False, name="twice")
    bias = V1.Variable(tf.constant(0.1, shape=[3]), name="bias")
    logits = tf.matmul(features, weights) + bias
    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(labels, 3), logits=logits)
    ) + 0.0 * tf.reduce_sum(twice)
    train_op = V1.train.AdamOptimizer(0.0).minimize(loss, V1.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def test_variables_begin_with_tensors(tmp_path):
    table, species = tables.iris()
    x = np.stack(list(table.values()), 1)
    est = tf.estimator.Estimator(by_hand, tmp_path).train(tables.batches(x, species, 60))
    weights = est.get_variable_value("weights")
    assert 0.01 < weights.std() < 0.1
    np.testing.assert_allclose(est.get_variable_value("twice"), 2 * weights, rtol=1e-6)
    np.testing.assert_allclose(est.get_variable_value("bias"), [0.1] * 3)


def measured(features, labels, mode):
    """Metrics of one's own, made of variables and of other metrics."""
    weight = V1.get_variable("weight", [], initializer=V1.zeros_initializer())
    predictions = weight + features[:, 0]
    loss = tf.reduce_mean(tf.square(predictions - labels))
    total = V1.get_variable(
        "total",
        initializer=0.0,
        trainable=False,
        collections=[V1.GraphKeys.LOCAL_VARIABLES],
    )
    by_hand = (total / 2.0, V1.assign_add(total, tf.reduce_sum(features)))
    mean, update = V1.metrics.mean(features)
    square = (tf.square(mean), update)
    return tf.estimator.EstimatorSpec(
        mode,
        loss=loss,
        train_op=V1.train.MomentumOptimizer(0.1, 0.9).minimize(
            loss, V1.train.get_or_create_global_step()
        ),
        eval_metric_ops={"by_hand": by_hand, "square": square},
    )


def test_metrics_are_pairs_of_value_and_update(tmp_path):
    x = np.arange(6, dtype="float32").reshape(6, 1)
    est = tf.estimator.Estimator(measured, tmp_path)
    est.train(tables.batches(x, x[:, 0] + 1, 4))
    results = est.evaluate(tables.batches(x, x[:, 0] + 1, 4))
    assert results["by_hand"] == pytest.approx(7.5)
    assert results["square"] == pytest.approx(6.25)
    assert est.get_variable_names() == ["global_step", "weight", "weight/Momentum"]


@pytest.mark.parametrize("namespace", [tf, V1], ids=["tf", "compat.v1"])
def test_what_tensorflow_1_contributed_is_told_what_takes_its_place(namespace):
    with pytest.raises(AttributeError, match=r"Use `keras\.layers`"):
        namespace.contrib.layers.fully_connected  # noqa: B018
