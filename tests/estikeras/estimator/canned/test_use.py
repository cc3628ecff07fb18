"""What is given to canned estimators: optimizers, data, further metrics; and what they refuse."""

import operator

import numpy as np
import pytest

import estikeras as tf

ROWS = 12
FEATURES = {
    "age": np.linspace(-1, 1, ROWS, dtype="float32").reshape(-1, 1),
    "word": np.array(["a", "b", "c"] * 4),
}
LABELS = (FEATURES["age"] > 0.1).astype("int64")


def age():
    return tf.feature_column.numeric_column("age")


def word():
    return tf.feature_column.categorical_column_with_vocabulary_list("word", ["a", "b", "c"])


def data(features=FEATURES, labels=LABELS, batch=ROWS):
    pair = features if labels is None else (features, labels)
    return lambda: tf.data.Dataset.from_tensor_slices(pair).batch(batch)


def learned(estimator, name="dnn/logits/bias"):
    """A weight after two trainings of one step."""
    for _ in range(2):
        estimator.train(data(), steps=1)
    return estimator.get_variable_value(name)


def test_optimizers_may_be_given_by_name_as_objects_and_by_functions(tmp_path):
    weights = []
    for index, optimizer in enumerate(
        ["SGD", tf.keras.optimizers.SGD(), lambda: tf.keras.optimizers.SGD()]
    ):
        config = tf.estimator.RunConfig(tf_random_seed=3)
        estimator = tf.estimator.DNNClassifier(
            [2], [age()], str(tmp_path / str(index)), optimizer=optimizer, config=config
        )
        weights.append(learned(estimator))
    np.testing.assert_array_equal(weights[0], weights[1])
    np.testing.assert_array_equal(weights[0], weights[2])


def test_schedules_count_the_global_step(tmp_path):
    schedule = tf.keras.optimizers.schedules.PiecewiseConstantDecay([1], [1.0, 0.0])
    optimizer = tf.keras.optimizers.SGD(schedule)
    estimator = tf.estimator.BaselineRegressor(str(tmp_path), optimizer=optimizer)
    bias = learned(estimator, "baseline/bias")
    estimator.train(data(), steps=1)
    assert estimator.get_variable_value("global_step") == 3
    np.testing.assert_array_equal(estimator.get_variable_value("baseline/bias"), bias)


@pytest.mark.parametrize("kind", ["optimizers", "optimizers.legacy"])
def test_the_rate_of_an_optimizer_may_be_a_tensor(kind, tmp_path):
    def optimizer():
        step = tf.compat.v1.train.get_global_step()
        rate = tf.compat.v1.train.piecewise_constant(step, [0], [1.0, 0.0])
        return operator.attrgetter(kind)(tf.keras).SGD(rate)

    estimator = tf.estimator.BaselineRegressor(str(tmp_path), optimizer=optimizer)
    biases = [learned(estimator, "baseline/bias") for _ in range(2)]
    assert biases[0] == biases[1] != 0


def test_a_baseline_learns_the_frequency_of_a_class(tmp_path):
    estimator = tf.estimator.BaselineClassifier(str(tmp_path))
    estimator.train(lambda: data()().repeat(), steps=400)
    predicted = next(iter(estimator.predict(data(labels=None))))
    assert predicted["probabilities"][1] == pytest.approx(LABELS.mean(), abs=1e-3)
    metrics = estimator.evaluate(data())
    assert metrics["accuracy"] == metrics["accuracy_baseline"] == pytest.approx(1 - LABELS.mean())


def test_hooks_fetch_what_a_network_computes_by_the_names_of_the_reference(tmp_path):
    names = ["dnn/logits/BiasAdd:0", "head/predictions/probabilities", "head/predictions/class_ids"]
    fetched = []

    class Fetches(tf.estimator.SessionRunHook):
        def before_run(self, run_context):
            return tf.estimator.SessionRunArgs(names)

        def after_run(self, run_context, run_values):
            fetched.append(run_values.results)

    estimator = tf.estimator.DNNClassifier([2], [age()], str(tmp_path))
    estimator.train(data(), hooks=[Fetches()])
    ((logits, probabilities, ids),) = fetched
    np.testing.assert_allclose(probabilities[:, 1], 1 / (1 + np.exp(-logits[:, 0])), rtol=1e-5)
    np.testing.assert_array_equal(ids, logits[:, 0] > 0)


NETWORKS = {
    "dnn": lambda folder, rate: tf.estimator.DNNRegressor([2], [age()], folder, dropout=rate),
    "rnn": lambda folder, rate: tf.estimator.experimental.RNNEstimator(
        tf.estimator.RegressionHead(),
        [tf.feature_column.sequence_numeric_column("age")],
        rnn_cell_fn=lambda: tf.keras.layers.GRUCell(2, dropout=rate or 0.0),
        model_dir=folder,
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_dropout_adds_nothing_to_checkpoints(name, tmp_path):
    def sequences():
        return {"age": tf.sparse.from_dense(FEATURES["age"] + 2)}, LABELS

    names = []
    for rate in (None, 0.5):
        estimator = NETWORKS[name](str(tmp_path / f"{name}-{rate}"), rate)
        estimator.train(sequences if name == "rnn" else data(), steps=1)
        names.append(estimator.get_variable_names())
    assert names[0] == names[1]
    assert not any("seed" in each for each in names[0])


def test_a_warm_start_may_add_dropout(tmp_path):
    old = tf.estimator.DNNRegressor([2], [age()], str(tmp_path / "old"))
    old.train(data(), steps=1)
    settings = tf.estimator.WarmStartSettings(old.model_dir, [".*"])
    new = tf.estimator.DNNRegressor(
        [2], [age()], str(tmp_path / "new"), dropout=0.5, warm_start_from=settings
    )
    new.train(data(), steps=1)
    assert new.get_variable_value("global_step") == 2


def test_a_network_without_hidden_layers_is_linear(tmp_path):
    estimator = tf.estimator.DNNRegressor([], [age()], str(tmp_path))
    estimator.train(data(), steps=1)
    names = [name for name in estimator.get_variable_names() if name.startswith("dnn/")]
    assert names == ["dnn/logits/bias", "dnn/logits/kernel"]


def test_sizes_of_layers_may_be_the_digits_of_a_command_line(tmp_path):
    network = tf.estimator.DNNRegressor(["5", "3"], [age()], str(tmp_path))
    network.train(data(), steps=1)
    assert network.get_variable_value("dnn/hiddenlayer_1/kernel").shape == (5, 3)


def test_metrics_are_added(tmp_path):
    estimator = tf.estimator.LinearRegressor([age()], str(tmp_path))
    estimator.train(data(), steps=1)

    def metrics(labels, predictions, features):
        error = tf.keras.metrics.MeanAbsoluteError()
        error.update_state(labels, predictions["predictions"], sample_weight=features["age"] ** 2)
        return {"error": error}

    extended = tf.estimator.add_metrics(estimator, metrics)
    measured = extended.evaluate(data(batch=5))
    predicted = [row["predictions"] for row in estimator.predict(data(labels=None))]
    weights = FEATURES["age"] ** 2
    expected = np.sum(np.abs(LABELS - predicted) * weights) / weights.sum()
    assert measured["error"] == pytest.approx(expected, rel=1e-5)
    assert set(measured) == {*estimator.evaluate(data()), "error"}
    with pytest.raises(ValueError, match=r"metric_fn.*'logits'"):
        tf.estimator.add_metrics(estimator, lambda logits: {})


def test_examples_are_parsed_as_classifiers_and_regressors_need_them():
    fixed, variable = tf.io.FixedLenFeature, tf.io.VarLenFeature
    columns = [age(), word()]
    features = {"age": fixed((1,), "float32"), "word": variable("string")}
    spec = tf.estimator.classifier_parse_example_spec(columns, "y", "string", "no", "w")
    assert spec == {**features, "y": fixed((1,), "string", "no"), "w": fixed((1,), "float32")}
    spec = tf.estimator.regressor_parse_example_spec(columns, "y", label_dimension=2)
    assert spec == {**features, "y": fixed((2,), "float32")}
    with pytest.raises(ValueError, match=r"`label_key`.*'age'"):
        tf.estimator.regressor_parse_example_spec(columns, "age")
    with pytest.raises(ValueError, match=r"`weight_column`.*'word'"):
        tf.estimator.classifier_parse_example_spec(columns, "y", weight_column="word")


def dual(name="word", **options):
    return tf.estimator.experimental.LinearSDCA(name, **options)


REFUSED = {
    "dual ascent for three classes": (
        lambda: tf.estimator.LinearClassifier([age()], n_classes=3, optimizer=dual()),
        "`optimizer`: expected two classes, or one number",
    ),
    "dual ascent for counts": (
        lambda: tf.estimator.LinearEstimator(
            tf.estimator.PoissonRegressionHead(), [age()], optimizer=dual()
        ),
        "`optimizer`: expected two classes, or one number",
    ),
    "dual ascent with means of categories": (
        lambda: tf.estimator.LinearRegressor([word()], optimizer=dual(), sparse_combiner="mean"),
        "`sparse_combiner`: expected 'sum', for LinearSDCA",
    ),
    "dual ascent without regularization": (
        lambda: dual(symmetric_l2_regularization=0.0),
        "`symmetric_l2_regularization`: expected a number above 0",
    ),
    "dual ascent without names of examples": (
        lambda: tf.estimator.LinearRegressor([age()], optimizer=dual("name")).train(data()),
        "'name' is not in features dictionary",
    ),
    "one class": (
        lambda: tf.estimator.DNNClassifier([2], [age()], n_classes=1),
        "`n_classes`: expected an int, 2 or more, got 1",
    ),
    "one class in version 1": (
        lambda: tf.compat.v1.estimator.LinearClassifier([age()], n_classes=1),
        "`n_classes`: expected an int, 2 or more, got 1",
    ),
    "part of a class": (
        lambda: tf.estimator.BaselineClassifier(n_classes=2.5),
        "`n_classes`: expected an int, 2 or more, got 2.5",
    ),
    "one size": (
        lambda: tf.estimator.DNNRegressor(4, [age()]),
        r"`hidden_units`: expected a list of ints.*got 4. One layer is `hidden_units=\[4\]`",
    ),
    "one size in version 1": (
        lambda: tf.compat.v1.estimator.DNNRegressor(4, [age()]),
        "`hidden_units`: expected a list of ints",
    ),
    "sizes that are no ints": (
        lambda: tf.estimator.DNNRegressor([4.5], [age()]),
        r"`hidden_units`: expected a list of ints.*got \[4.5\]",
    ),
    "a layer of nothing": (
        lambda: tf.estimator.DNNLinearCombinedRegressor(
            dnn_feature_columns=[age()], dnn_hidden_units=[4, 0]
        ),
        r"`dnn_hidden_units`: expected a list of ints above 0.*got \[4, 0\]",
    ),
    "an optimizer of another name": (
        lambda: tf.estimator.DNNClassifier([2], [age()], optimizer="adam").train(data()),
        r"`optimizer`: expected one of \['Adagrad', .*got 'adam'",
    ),
    "no optimizer": (
        lambda: tf.estimator.LinearRegressor([age()], optimizer=3).train(data()),
        "`optimizer`: expected a `keras.optimizers.Optimizer`, a function.*got 3",
    ),
    "features that are no dict": (
        lambda: tf.estimator.DNNClassifier([2], [age()]).train(data(FEATURES["age"])),
        "`features`: expected a dict from names to tensors",
    ),
    "features that lack one": (
        lambda: tf.estimator.LinearClassifier([age()]).train(data({"word": FEATURES["word"]})),
        "'age' is not in features dictionary. Its keys are: 'word'",
    ),
    "no labels": (
        lambda: tf.estimator.BaselineClassifier().train(data(labels=None)),
        "`labels`: expected a tensor, got None",
    ),
    "labels out of range": (
        lambda: tf.estimator.BaselineClassifier().train(data(labels=LABELS - 1)),
        "got -1, expected 0 <= index < 2.*labels",
    ),
    "a label that is not in the vocabulary": (
        lambda: tf.estimator.BaselineClassifier(label_vocabulary=["a", "b"]).train(
            data(labels=FEATURES["word"])
        ),
        "got -1, expected 0 <= index < 2.*labels",
    ),
    "a categorical column for a network": (
        lambda: tf.estimator.DNNClassifier([2], [word()]).train(data()),
        "embedding_column or an indicator_column",
    ),
    "no columns": (
        lambda: tf.estimator.DNNLinearCombinedRegressor(),
        "`linear_feature_columns` and `dnn_feature_columns`: expected columns",
    ),
    "a network without layers": (
        lambda: tf.estimator.DNNLinearCombinedRegressor(dnn_feature_columns=[age()]),
        "`dnn_hidden_units`: expected the sizes",
    ),
    "cells and a function of cells": (
        lambda: tf.estimator.experimental.RNNClassifier([], units=2, rnn_cell_fn=list),
        "`rnn_cell_fn`: expected none of both",
    ),
    "steps for a head of single labels": (
        lambda: tf.estimator.experimental.RNNEstimator(
            tf.estimator.RegressionHead(), [], units=2, return_sequences=True
        ),
        "`head`: expected the head of `RNNClassifier`",
    ),
}


def test_dual_ascent_needs_strings_as_names_of_examples():
    with pytest.raises(TypeError, match=r"features\['age'\].*strings, the names of the examples"):
        tf.estimator.LinearRegressor([age()], optimizer=dual("age")).train(data())


@pytest.mark.parametrize("name", REFUSED)
def test_canned_estimators_refuse(name):
    call, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        call()
