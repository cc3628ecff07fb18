"""The guides to premade estimators: flowers told apart, and passengers that survive."""

import numpy as np
import pytest

import estikeras as tf
from tests.estikeras.estimator.guides import tables

SPECIES = ["Setosa", "Versicolor", "Virginica"]


@pytest.fixture(scope="module")
def flowers(tmp_path_factory):
    """A classifier of flowers, trained."""
    features, labels = tables.iris()
    estimator = tf.estimator.DNNClassifier(
        feature_columns=[tf.feature_column.numeric_column(key=key) for key in features],
        hidden_units=[30, 10],
        n_classes=3,
        optimizer=lambda: tf.keras.optimizers.Adagrad(0.1),
        model_dir=tmp_path_factory.mktemp("flowers"),
        config=tf.estimator.RunConfig(tf_random_seed=1),
    )
    estimator.train(tables.batches(features, labels, 64, None, shuffle=0), steps=1000)
    return estimator


def test_flowers_are_told_apart(flowers):
    results = flowers.evaluate(input_fn=tables.batches(*tables.iris(), size=64))
    assert set(results) == {"accuracy", "average_loss", "loss", "global_step"}
    assert results["accuracy"] > 0.9
    assert results["global_step"] == 1000


def test_kinds_of_new_flowers_are_predicted(flowers):
    expected = ["Setosa", "Versicolor", "Virginica"]
    new = {
        "sepal_length": [5.1, 5.9, 6.9],
        "sepal_width": [3.3, 3.0, 3.1],
        "petal_length": [1.7, 4.2, 5.4],
        "petal_width": [0.5, 1.5, 2.1],
    }
    predictions = flowers.predict(
        input_fn=lambda: tf.data.Dataset.from_tensor_slices(dict(new)).batch(2)
    )
    found = []
    for prediction in predictions:
        kind = prediction["class_ids"][0]
        assert prediction["probabilities"][kind] == prediction["probabilities"].max()
        assert prediction["classes"] == [str(kind).encode()]
        found.append(SPECIES[kind])
    assert found == expected


CATEGORIES = ["sex", "n_siblings_spouses", "parch", "class", "deck", "embark_town", "alone"]
NUMBERS = ["age", "fare"]


def columns(table):
    """A column for each of the table's."""
    by_list = tf.feature_column.categorical_column_with_vocabulary_list
    found = [by_list(name, sorted(set(table[name]))) for name in CATEGORIES]
    return found + [tf.feature_column.numeric_column(name, dtype=tf.float32) for name in NUMBERS]


def passengers(extra, model_dir):
    """A linear classifier of passengers, trained."""
    features, labels = tables.titanic("train")
    config = tf.estimator.RunConfig(tf_random_seed=2)
    estimator = tf.estimator.LinearClassifier(
        columns(features) + extra, model_dir=model_dir, config=config
    )
    return estimator.train(tables.batches(features, labels, repeat=10, shuffle=3))


@pytest.fixture(scope="module")
def crossing(tmp_path_factory):
    """One that knows ages of men and women."""
    crossed = tf.feature_column.crossed_column(["age", "sex"], hash_bucket_size=100)
    return passengers([crossed], tmp_path_factory.mktemp("crossing"))


def test_passengers_that_survive_are_told(tmp_path, crossing):
    evaluated = tables.batches(*tables.titanic("eval"), size=64)
    plain = passengers([], tmp_path).evaluate(evaluated)
    crossed = crossing.evaluate(evaluated)
    names = "accuracy accuracy_baseline auc auc_precision_recall average_loss global_step"
    assert set(plain) == {
        *names.split(),
        "label/mean",
        "loss",
        "precision",
        "prediction/mean",
        "recall",
    }
    for results in (plain, crossed):
        assert results["accuracy"] > 0.7
        assert results["auc"] > 0.8
    assert plain["label/mean"] == pytest.approx(tables.titanic("eval")[1].mean())


def test_a_served_classifier_answers_as_the_estimator(crossing, tmp_path):
    features = {name: values[:20] for name, values in tables.titanic("eval")[0].items()}
    receiver_fn = tf.estimator.export.build_raw_serving_input_receiver_fn(
        {
            name: tf.compat.v1.placeholder_with_default(values[:1], [None], name)
            for name, values in features.items()
        }
    )
    path = crossing.export_saved_model(str(tmp_path), receiver_fn)
    served = tf.saved_model.load(path.decode()).signatures["predict"]
    answers = served(**{name: tf.constant(values) for name, values in features.items()})
    predictions = crossing.predict(tables.batches(features))
    expected = np.array([one["probabilities"] for one in predictions])
    np.testing.assert_allclose(answers["probabilities"], expected, rtol=1e-5)


def test_a_classifier_of_examples_answers_as_the_estimator(tmp_path):
    features, labels = tables.titanic("train")
    known = columns(features)
    features = {name: values[:20] for name, values in features.items()}
    estimator = tf.estimator.LinearClassifier(known, model_dir=tmp_path / "model")
    estimator.train(tables.batches(features, labels[:20]), steps=1)
    receiver_fn = tf.estimator.export.build_parsing_serving_input_receiver_fn(
        tf.feature_column.make_parse_example_spec(known)
    )
    path = estimator.export_saved_model(str(tmp_path), receiver_fn)
    served = tf.saved_model.load(path.decode()).signatures["predict"]
    answers = served(examples=tf.constant([example(features, i) for i in range(20)]))
    expected = np.array([p["probabilities"] for p in estimator.predict(tables.batches(features))])
    np.testing.assert_allclose(answers["probabilities"], expected, rtol=1e-5)


def example(features, i):
    """A row as a serialized `tf.train.Example`."""
    kinds = {"i": ("int64_list", tf.train.Int64List), "f": ("float_list", tf.train.FloatList)}
    found = {}
    for name, values in features.items():
        kind, make = kinds.get(values.dtype.kind, ("bytes_list", tf.train.BytesList))
        value = values[i].encode() if kind == "bytes_list" else values[i]
        found[name] = tf.train.Feature(**{kind: make(value=[value])})
    return tf.train.Example(features=tf.train.Features(feature=found)).SerializeToString()
