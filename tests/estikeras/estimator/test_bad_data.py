"""Features and labels that do not fit are told."""

import tempfile

import numpy as np
import pytest

import estikeras as tf
from tests.estikeras.estimator.faults import SPEC, V1, X, Y, check, dataset, net, step_of


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch):
    """Folders that nobody names are those of the test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


COLUMNS = [tf.feature_column.numeric_column("age"), tf.feature_column.numeric_column("height")]
PEOPLE = {"age": X[:, 0], "height": X[:, 1]}


def classifier(n_classes=3, columns=COLUMNS, **options):
    return tf.estimator.DNNClassifier([2], columns, n_classes=n_classes, **options)


def wrong(labels=Y, features=PEOPLE, make=classifier, call="train"):
    """A call of an estimator, with data that do not fit it."""
    return lambda: getattr(make(), call)(dataset(features, labels))


def judged(loss):
    """A training whose loss is computed by the labels."""

    def model_fn(features, labels, mode):
        value = tf.reduce_mean(loss(labels, net(features)))
        return SPEC(mode, loss=value, train_op=step_of(value))

    return lambda: tf.estimator.Estimator(model_fn).train(dataset(X, Y + 1))


WORD = tf.feature_column.categorical_column_with_identity("word", 3)
DATA = {
    "a label too many": (wrong(Y + 1), ValueError, ("labels", "3")),
    "a label too many to evaluate": (wrong(Y + 1, call="evaluate"), ValueError, ("labels", "3")),
    "a label below": (wrong(Y - 1), ValueError, ("labels", "-1")),
    "a label of two classes": (wrong(make=lambda: classifier(2)), ValueError, ("labels", "2")),
    "labels that are words": (wrong(Y.astype(str)), ValueError, ("labels", "label_vocabulary")),
    "words that are not known": (
        wrong(Y.astype(str), make=lambda: classifier(label_vocabulary=["0", "1", "3"])),
        ValueError,
        ("labels", "-1"),
    ),
    "two labels": (wrong(np.stack([Y, Y], 1)), ValueError, ("labels", "2")),
    "a dict of labels": (wrong({"a": Y}), TypeError, ("labels", "'a'", "MultiHead")),
    "no labels": (wrong(None), ValueError, ("labels", "input_fn")),
    "no labels to evaluate": (wrong(None, call="evaluate"), ValueError, ("labels", "input_fn")),
    "a missing feature": (
        wrong(features={"age": Y, "width": Y}),
        ValueError,
        ("'height'", "'age'", "'width'"),
    ),
    "features that are no dict": (wrong(features=X), ValueError, ("features", "dict")),
    "features of words": (
        wrong(features={**PEOPLE, "age": Y.astype(str)}),
        ValueError,
        ("'age'", "string"),
    ),
    "features of another width": (
        wrong(features={**PEOPLE, "age": X}),
        ValueError,
        ("'age'", "(4, 2)"),
    ),
    "features of a scalar": (
        lambda: classifier().train(lambda: ({"age": 1.0, "height": 2.0}, [0])),
        ValueError,
        ("age",),
    ),
    "a category too many": (
        wrong(
            features={"word": Y + 1},
            make=lambda: tf.estimator.LinearClassifier([WORD], n_classes=3),
        ),
        ValueError,
        ("embedding", "got 3"),
    ),
    "v1 entropy": (
        judged(lambda y, z: V1.losses.sparse_softmax_cross_entropy(y, z)),
        tf.errors.InvalidArgumentError,
        ("labels", "3"),
    ),
    "keras entropy": (
        judged(tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
        tf.errors.InvalidArgumentError,
        ("3",),
    ),
}


@pytest.mark.parametrize("name", DATA)
def test_data_are_told_their_fault(name):
    check(*DATA[name])
