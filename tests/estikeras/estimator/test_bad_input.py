"""Model functions and calls that are wrong are told: which argument, what came, what to do."""

import tempfile

import numpy as np
import pytest

import estikeras as tf
from tests.estikeras.estimator.faults import (
    SPEC,
    V1,
    X,
    Y,
    check,
    dataset,
    net,
    right,
    step_of,
)


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch):
    """Folders that nobody names are those of the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def train(model_fn=right, input_fn=None, folder=None, params=None, **options):
    estimator = tf.estimator.Estimator(model_fn, folder, params=params)
    return estimator.train(input_fn or dataset(), **{"steps": 2, **options})


def evaluate(model_fn=right, input_fn=None, **options):
    return tf.estimator.Estimator(model_fn).evaluate(input_fn or dataset(), **options)


def predict(model_fn=right, input_fn=None, **options):
    return list(tf.estimator.Estimator(model_fn).predict(input_fn or dataset(), **options))


def returning(make):
    """A model function that returns what is made of the mode and a loss."""
    return lambda features, labels, mode: make(mode, tf.reduce_mean(net(features)))


def nan(features, labels, mode):
    loss = tf.reduce_mean(net(features)) * np.float32("nan")
    return SPEC(mode, loss=loss, train_op=step_of(loss))


class Outside:
    """A tensor that another call of the model function made."""

    def __init__(self):
        self.kept = None

    def __call__(self, features, labels, mode):
        loss = tf.reduce_mean(net(features))
        self.kept = loss if self.kept is None else self.kept
        return SPEC(mode, loss=self.kept, train_op=step_of(loss))


def varying(features, labels, mode):
    """A variable as large as the batch."""
    weight = V1.get_variable("weight", [features.shape[0], 1])
    loss = tf.reduce_sum(features * weight)
    return SPEC(mode, loss=loss, train_op=step_of(loss))


def unmet(features, labels, mode):
    """A loss that no variable has a part in."""
    loss = tf.reduce_mean(features)
    return SPEC(mode, loss=loss, train_op=step_of(loss))


def masked(features, labels, mode):
    """A number of rows that depends on values."""
    loss = tf.reduce_mean(tf.boolean_mask(net(features), labels > 0))
    return SPEC(mode, loss=loss, train_op=step_of(loss))


def begun_with_data(features, labels, mode):
    """A variable that begins with a batch."""
    loss = tf.reduce_sum(V1.Variable(features[0]))
    return SPEC(mode, loss=loss, train_op=step_of(loss))


def no_update(features, labels, mode):
    loss = tf.reduce_mean(net(features))
    return SPEC(mode, loss=loss, eval_metric_ops={"mean": tf.keras.metrics.Mean()})


MODEL_FNS = {
    "none": (
        lambda: train(returning(lambda m, x: None)),
        ValueError,
        ("should return an EstimatorSpec, got NoneType",),
    ),
    "a tensor": (
        lambda: train(returning(lambda m, x: x)),
        ValueError,
        ("should return an EstimatorSpec",),
    ),
    "no loss": (
        lambda: train(returning(lambda m, x: SPEC(m))),
        ValueError,
        ("Missing loss", "'train'"),
    ),
    "no train_op": (
        lambda: train(returning(lambda m, x: SPEC(m, loss=x))),
        ValueError,
        ("Missing train_op",),
    ),
    "no predictions": (
        lambda: predict(returning(lambda m, x: SPEC(m, loss=x))),
        ValueError,
        ("Missing predictions",),
    ),
    "losses": (
        lambda: train(returning(lambda m, x: SPEC(m, loss=tf.stack([x, x]), train_op=x))),
        ValueError,
        ("`loss`", "(2,)", "mean"),
    ),
    "a loss of numpy": (
        lambda: train(returning(lambda m, x: SPEC(m, loss=1.0, train_op=x))),
        TypeError,
        ("`loss`", "1.0 of type float"),
    ),
    "a function as train_op": (
        lambda: train(returning(lambda m, x: SPEC(m, loss=x, train_op=lambda: x))),
        TypeError,
        ("`train_op`", "minimize"),
    ),
    "another mode": (
        lambda: evaluate(returning(lambda m, x: SPEC("infer", predictions=x))),
        ValueError,
        ("'eval'", "'infer'"),
    ),
    "no mode": (
        lambda: evaluate(returning(lambda m, x: SPEC("test", loss=x))),
        ValueError,
        ("`mode`", "'test'"),
    ),
    "a list as metrics": (
        lambda: evaluate(returning(lambda m, x: SPEC(m, loss=x, eval_metric_ops=[x]))),
        TypeError,
        ("`eval_metric_ops`", "dict"),
    ),
    "a value as metric": (
        lambda: evaluate(returning(lambda m, x: SPEC(m, loss=x, eval_metric_ops={"a": x}))),
        TypeError,
        ("eval_metric_ops['a']", "pair"),
    ),
    "a metric without update": (
        lambda: evaluate(no_update),
        ValueError,
        ("eval_metric_ops['mean']", "update_state"),
    ),
    "a function as hook": (
        lambda: train(returning(lambda m, x: SPEC(m, loss=x, train_op=x, training_hooks=[print]))),
        TypeError,
        ("`training_hooks`", "SessionRunHook"),
    ),
    "a dict as scaffold": (
        lambda: train(returning(lambda m, x: SPEC(m, loss=x, train_op=x, scaffold={}))),
        TypeError,
        ("`scaffold`",),
    ),
    "a tensor of before": (
        lambda: (lambda f: [evaluate(f), evaluate(f)])(Outside()),
        ValueError,
        ("loss was made in another call",),
    ),
    "no labels taken": (
        lambda: train(lambda features: None),
        ValueError,
        ("does not take labels",),
    ),
    "other arguments": (
        lambda: train(lambda features, label: None),
        ValueError,
        ("`model_fn`", "['label']", "labels"),
    ),
    "no features": (lambda: train(lambda x, y: None), ValueError, ("`model_fn`", "`features`")),
    "no params taken": (
        lambda: train(right, params={"a": 1}),
        ValueError,
        ("`model_fn`", "argument `params`"),
    ),
    "nothing to call": (lambda: train("right"), TypeError, ("`model_fn`", "function")),
    "a variable as large as the batch": (
        lambda: train(varying, steps=3),
        ValueError,
        ("weight", "(2, 1)", "(4, 1)"),
    ),
    "a loss without variables": (lambda: train(unmet), ValueError, ("", "variable")),
    "a mask that picks rows": (
        lambda: train(masked),
        TypeError,
        ("mask", "`tf.reduce_sum(tf.where"),
    ),
    "a variable of data": (lambda: train(begun_with_data), ValueError, ("first value", "batch")),
    "nan": (lambda: train(nan), tf.estimator.NanLossDuringTrainingError, ("NaN loss",)),
}

CALLS = {
    "steps twice": (lambda: train(max_steps=3), ValueError, ("`steps` or `max_steps`",)),
    "no steps": (lambda: train(steps=0), ValueError, ("`steps`", "0")),
    "fewer steps": (lambda: train(steps=None, max_steps=-1), ValueError, ("`max_steps`", "-1")),
    "no steps of evaluation": (lambda: evaluate(steps=0), ValueError, ("`steps`", "0")),
    "a function as hook": (
        lambda: train(hooks=[print]),
        TypeError,
        ("`hooks`", "print", "SessionRunHook"),
    ),
    "a class as hook": (
        lambda: predict(hooks=[tf.estimator.StopAtStepHook]),
        TypeError,
        ("`hooks`", "SessionRunHook"),
    ),
    "unknown predictions": (
        lambda: predict(predict_keys=["classes"]),
        ValueError,
        ("['logits', 'twice']", "['classes']"),
    ),
    "a dataset": (lambda: train(input_fn=dataset()()), TypeError, ("`input_fn`", "function")),
    "three parts": (
        lambda: train(input_fn=lambda: (X, X, X)),
        ValueError,
        ("(features, labels)", "3 parts"),
    ),
    "three parts of a dataset": (
        lambda: train(input_fn=lambda: tf.data.Dataset.from_tensors((X, X, X))),
        ValueError,
        ("(features, labels)", "3 parts"),
    ),
    "nothing to evaluate": (
        lambda: evaluate(input_fn=dataset(X[:0], Y[:0])),
        ValueError,
        ("input_fn gave no batch",),
    ),
    "a path as config": (
        lambda: tf.estimator.Estimator(right, config="/tmp"),
        TypeError,
        ("`config`", "RunConfig"),
    ),
    "two folders": (
        lambda: tf.estimator.Estimator(right, "a", tf.estimator.RunConfig("b")),
        ValueError,
        ("`model_dir`", "'a'", "'b'"),
    ),
    "no checkpoint": (
        lambda: evaluate(checkpoint_path="/nowhere/model.ckpt-1"),
        Exception,
        ("/nowhere/model.ckpt-1",),
    ),
    "never trained": (
        lambda: tf.estimator.Estimator(right).get_variable_names(),
        ValueError,
        ("Could not find trained model",),
    ),
    "unknown hook tensors": (
        lambda: train(hooks=[V1.train.LoggingTensorHook(["nope"], 1)]),
        Exception,
        ("nope",),
    ),
}


@pytest.mark.parametrize("name", MODEL_FNS)
def test_a_model_function_is_told_its_fault(name):
    check(*MODEL_FNS[name])


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_told_its_fault(name):
    check(*CALLS[name])


@pytest.mark.parametrize(
    ("namespace", "name", "words"),
    [
        (V1, "placeholdr", ("Did you mean 'placeholder'",)),
        (V1.layers, "danse", ("Did you mean 'dense'",)),
        (V1.train, "SyncReplicasOptimizer", ("SyncReplicasOptimizer", "not supported")),
        (V1.estimator, "DNNClasifier", ("Did you mean 'DNNClassifier'",)),
        (tf.estimator, "BoostedTreesClassifier", ("not supported",)),
        (tf.estimator.experimental, "KMeans", ("not supported",)),
        (V1, "tpu", ("not supported", "CPUs")),
        (tf, "Session", ("not supported", "Estimator")),
        (tf, "placeholder", ("TensorFlow 1's", "`compat.v1.placeholder`")),
        (tf, "flags", ("TensorFlow 1's", "`compat.v1.flags`")),
        (tf.train, "AdamOptimizer", ("`compat.v1.train.AdamOptimizer`",)),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
def test_names_that_are_not_there_are_told(namespace, name, words):
    check(lambda: getattr(namespace, name), AttributeError, words)
