"""Guides to what surrounds a model function: hooks, early stops, exporters, inputs, warm starts."""

import logging
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from tests.estikeras.estimator.guides import tables

V1 = tf.compat.v1
CARS, MILES = tables.cars()


def linear(features, labels, mode, params):
    """How far a car goes, by a line."""
    kernel = V1.get_variable("kernel", [3, 1], initializer=V1.zeros_initializer())
    bias = V1.get_variable("bias", [1], initializer=V1.constant_initializer(20.0))
    miles = tf.squeeze(tf.matmul(tf.cast(features["x"], tf.float32), kernel) + bias, axis=-1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        output = tf.estimator.export.PredictOutput({"miles": miles})
        return tf.estimator.EstimatorSpec(
            mode, predictions={"miles": miles}, export_outputs={"serving_default": output}
        )
    loss = V1.losses.mean_squared_error(labels, miles)
    V1.summary.scalar("error", tf.sqrt(loss))
    error = V1.metrics.mean_absolute_error(labels, miles)
    hooks = [V1.train.LoggingTensorHook({"squares": loss, "first": "miles_of_first"}, 25)]
    tf.identity(miles[0], name="miles_of_first")
    train_op = V1.train.GradientDescentOptimizer(params.get("rate", 0.05)).minimize(
        loss, V1.train.get_global_step()
    )
    return tf.estimator.EstimatorSpec(
        mode,
        loss=loss,
        train_op=train_op,
        training_hooks=hooks,
        eval_metric_ops={"mean_absolute_error": error},
    )


def estimator(model_dir, **config):
    """An estimator of miles."""
    config = tf.estimator.RunConfig(str(model_dir), **config)
    return tf.estimator.Estimator(linear, config=config, params={"rate": 0.1})


def cars(repeat=None):
    """An input function over all cars."""
    return tables.batches({"x": CARS}, MILES, 64, repeat)


def of_iterator():
    """Tensors of an iterator of TensorFlow 1."""
    return V1.data.make_one_shot_iterator(cars()()).get_next()


def of_method():
    """Likewise, from the Dataset's own method."""
    features, labels = cars()().make_one_shot_iterator().get_next()
    return {"x": features["x"]}, labels


def of_tensors():
    """All cars in every step."""
    return {"x": tf.constant(CARS)}, tf.constant(MILES)


INPUTS = {
    "dataset": cars(),
    "iterator": of_iterator,
    "method": of_method,
    "tensors": of_tensors,
    "numpy": V1.estimator.inputs.numpy_input_fn(
        {"x": CARS}, MILES, batch_size=64, num_epochs=None, shuffle=True
    ),
}


@pytest.mark.parametrize("name", INPUTS)
def test_inputs_come_in_many_ways(name, tmp_path):
    est = estimator(tmp_path).train(INPUTS[name], steps=150)
    best = np.linalg.lstsq(np.c_[CARS, np.ones(len(CARS))], MILES, rcond=None)[0]
    np.testing.assert_allclose(est.get_variable_value("kernel")[:, 0], best[:3], atol=1.0)
    results = est.evaluate(INPUTS[name], steps=3)
    assert results["mean_absolute_error"] < 4
    predictions = est.predict(INPUTS[name])
    assert next(predictions)["miles"].shape == ()
    predictions.close()


def test_values_are_logged_by_name(tmp_path, caplog):
    with caplog.at_level(logging.INFO, "estikeras"):
        estimator(tmp_path, log_step_count_steps=20).train(cars(), steps=51)
    lines = [line for line in caplog.messages if line.startswith("first = ")]
    assert len(lines) == 3
    assert ", squares = " in lines[0]
    assert any(line.startswith("loss = ") and ", step = 40 (" in line for line in caplog.messages)
    assert any(line.startswith("Loss for final step: ") for line in caplog.messages)


def test_a_training_without_progress_ends_early(tmp_path):
    est = estimator(tmp_path, save_checkpoints_steps=20)
    hook = tf.estimator.experimental.stop_if_no_decrease_hook(
        est, "loss", max_steps_without_decrease=60, run_every_secs=None, run_every_steps=20
    )
    results, _ = tf.estimator.train_and_evaluate(
        est,
        tf.estimator.TrainSpec(cars(), max_steps=2000, hooks=[hook]),
        tf.estimator.EvalSpec(cars(1), steps=None, start_delay_secs=0, throttle_secs=0),
    )
    assert results["global_step"] < 2000


def receiver_fn():
    """Takes rows of three numbers."""
    x = V1.placeholder(tf.float32, [None, 3], name="x")
    return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})


def test_training_evaluation_and_exports_alternate(tmp_path):
    est = estimator(tmp_path, save_checkpoints_steps=50)
    exporters = [
        tf.estimator.BestExporter("best", receiver_fn, exports_to_keep=1),
        tf.estimator.FinalExporter("final", receiver_fn),
    ]
    results, exported = tf.estimator.train_and_evaluate(
        est,
        tf.estimator.TrainSpec(cars(), max_steps=100),
        tf.estimator.EvalSpec(cars(1), steps=None, exporters=exporters, throttle_secs=0),
    )
    assert results["global_step"] == 100
    assert len(exported) == 2
    final = tf.saved_model.load(exported[1]).signatures["serving_default"]
    expected = [p["miles"] for p in est.predict(tables.batches({"x": CARS[:7]}))]
    np.testing.assert_allclose(final(tf.constant(CARS[:7]))["miles"], expected, rtol=1e-5)
    assert any(Path(tmp_path).glob("eval/events.out.tfevents.*"))
    again = tf.estimator.train_and_evaluate(
        estimator(tmp_path),
        tf.estimator.TrainSpec(cars(), max_steps=100),
        tf.estimator.EvalSpec(cars(1), steps=None, throttle_secs=0),
    )
    assert est.get_variable_value("global_step") == 100, again


OPTIMIZERS = {
    "name": "Adagrad",
    "keras": lambda: tf.keras.optimizers.Adam(0.01),
    "keras 2": lambda: tf.keras.optimizers.legacy.Ftrl(0.1, l1_regularization_strength=0.01),
    "schedule": lambda: tf.keras.optimizers.SGD(
        tf.keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_premade_estimators_take_optimizers_of_all_generations(name, tmp_path):
    optimizer = OPTIMIZERS[name]
    est = tf.estimator.DNNRegressor(
        [4],
        [tf.feature_column.numeric_column("x", shape=(3,))],
        model_dir=tmp_path,
        optimizer=optimizer,
    )
    est.train(cars(), steps=1)
    before = est.evaluate(cars(1))["average_loss"]
    est.train(cars(), steps=20)
    assert est.evaluate(cars(1))["average_loss"] < before


def test_a_training_begins_where_another_ended(tmp_path):
    first = estimator(tmp_path / "first").train(cars(), steps=30)
    warm = tf.estimator.WarmStartSettings(str(tmp_path / "first"), vars_to_warm_start="ker.*")
    second = tf.estimator.Estimator(
        linear, tmp_path / "second", params={"rate": 1e-9}, warm_start_from=warm
    )
    second.train(cars(), steps=1)
    kernel = second.get_variable_value("kernel")
    np.testing.assert_allclose(kernel, first.get_variable_value("kernel"), rtol=1e-5)
    np.testing.assert_allclose(second.get_variable_value("bias"), [20.0], rtol=1e-5)
    assert second.get_variable_value("global_step") == 1
