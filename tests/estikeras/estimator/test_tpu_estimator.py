"""TPUEstimator on processors: what it tells functions, and that it trains as an Estimator does."""

import logging

import numpy as np
import pytest

import estikeras
import estikeras.compat.v1 as tf

tpu = tf.estimator.tpu
X = np.linspace(-1, 1, 24, dtype="float32")[:, None]
Y = 3 * X + 1


def input_fn(params):
    data = tf.data.Dataset.from_tensor_slices(({"x": X}, Y))
    return data.repeat(2).batch(params["batch_size"])


def metric_fn(labels, predictions):
    return {"far": tf.metrics.mean_absolute_error(labels, predictions)}


def model_fn(features, labels, mode, params, config):
    w = tf.get_variable("w", [1, 1], initializer=tf.zeros_initializer())
    b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
    y = tf.matmul(features["x"], w) + b
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tpu.TPUEstimatorSpec(mode, {"y": y, "size": tf.fill(tf.shape(y), params["use_tpu"])})
    loss = tf.losses.mean_squared_error(labels, y)
    step = tf.train.get_or_create_global_step()
    seen = tf.get_variable("seen", [], tf.int32, tf.zeros_initializer(), trainable=False)
    host_call = (lambda n: tf.assign_add(seen, tf.reduce_sum(n)), [tf.constant([2])])
    return tpu.TPUEstimatorSpec(
        mode=mode,
        loss=loss,
        train_op=tf.train.GradientDescentOptimizer(params["rate"]).minimize(loss, step),
        eval_metrics=(metric_fn, {"labels": labels, "predictions": y}),
        host_call=host_call if mode == tf.estimator.ModeKeys.TRAIN else None,
        scaffold_fn=tf.train.Scaffold,
    )


def make(**options):
    given = {
        "use_tpu": False,
        "train_batch_size": 8,
        "eval_batch_size": 12,
        "predict_batch_size": 5,
    }
    config = tpu.RunConfig(tpu.TPUConfig(100, num_shards=8), log_step_count_steps=2)
    return tpu.TPUEstimator(model_fn, config=config, params={"rate": 0.1}, **{**given, **options})


def test_it_trains_evaluates_and_predicts_with_the_sizes_that_were_given(caplog):
    with caplog.at_level(logging.INFO, "estikeras"):
        estimator = make().train(input_fn)
    assert estimator.get_variable_value("global_step") == 6
    assert estimator.get_variable_value("seen") == 12
    assert "Running train on CPU" in caplog.messages
    assert any(message.startswith("examples/sec: ") for message in caplog.messages)
    w = b = 0.0
    for step in range(6):
        x, y = (each[np.arange(8 * step, 8 * step + 8) % 24] for each in (X, Y))
        far = x * w + b - y
        w, b = w - 0.2 * (far * x).mean(), b - 0.2 * far.mean()
    assert estimator.get_variable_value("w").item() == pytest.approx(w, rel=1e-5)
    result = estimator.evaluate(input_fn)
    assert result["far"] == pytest.approx(abs(X * w + b - Y).mean(), rel=1e-5)
    predictions = list(estimator.predict(input_fn, yield_single_examples=False))
    assert [len(each["y"]) for each in predictions] == [5] * 9 + [3]
    assert not predictions[0]["size"].any()


def test_an_estimator_takes_its_specs_too():
    params = {"rate": 0.1, "batch_size": 8, "use_tpu": False}
    plain = tf.estimator.Estimator(model_fn, params=params).train(input_fn)
    same = make().train(input_fn)
    assert plain.get_variable_value("w") == same.get_variable_value("w")


def test_what_is_exported_knows_no_size_of_a_batch(tmp_path):
    estimator = make().train(input_fn, steps=1)
    receiver = tf.estimator.export.ServingInputReceiver

    def serve():
        x = tf.placeholder(tf.float32, [None, 1], "x")
        return receiver({"x": x}, {"x": x})

    served = estikeras.saved_model.load(estimator.export_saved_model(tmp_path, serve))
    given = served.signatures["serving_default"](x=estikeras.constant(X))
    np.testing.assert_allclose(given["y"], [each["y"] for each in _predicted(estimator)], rtol=1e-5)


def _predicted(estimator):
    predictions = estimator.predict(input_fn)
    return [next(predictions) for _ in X]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"use_tpu": True}, NotImplementedError, "use_tpu=False"),
        ({"export_to_cpu": False}, NotImplementedError, "export_to_cpu"),
        ({"embedding_config_spec": object()}, NotImplementedError, "embedding_column"),
        ({"train_batch_size": 0}, ValueError, "train_batch_size.*at least 1"),
    ],
)
def test_what_only_tpus_do_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        make(**options)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: tpu.TPUConfig(0), ValueError, "iterations_per_loop.*at least 1"),
        (lambda: tpu.TPUConfig("10x"), ValueError, "iterations_per_loop"),
        (lambda: tpu.TPUConfig(num_shards=0), ValueError, "num_shards"),
        (lambda: tpu.TPUConfig(num_cores_per_replica=3), ValueError, "num_cores_per_replica"),
        (
            lambda: tpu.TPUConfig(eval_training_input_configuration=tpu.InputPipelineConfig.SLICED),
            NotImplementedError,
            "PER_HOST_V1",
        ),
        (lambda: tpu.RunConfig(master="grpc://host"), NotImplementedError, "`master`"),
        (lambda: tpu.RunConfig(object()), TypeError, "tpu_config.*TPUConfig"),
        (
            lambda: tpu.TPUEstimator(model_fn, config=tf.estimator.RunConfig(), use_tpu=False),
            TypeError,
            "config.*tpu.RunConfig",
        ),
        (
            lambda: tpu.TPUEstimator(
                model_fn, config=tpu.RunConfig(), use_tpu=False, params={"batch_size": 3}
            ),
            ValueError,
            "params.*no 'batch_size'",
        ),
        (
            lambda: tpu.TPUEstimator(
                lambda features, labels: None, config=tpu.RunConfig(), use_tpu=False
            ),
            ValueError,
            "model_fn.*`params`",
        ),
        (lambda: tpu.TPUEstimatorSpec("eval", eval_metrics=metric_fn), TypeError, "eval_metrics"),
    ],
)
def test_wrong_arguments_say_what_was_expected(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_input_functions_must_take_the_size():
    with pytest.raises(ValueError, match=r"input_fn.*`params`"):
        make().train(lambda: input_fn({"batch_size": 4}))


def test_a_config_can_be_replaced():
    config = tpu.RunConfig(tpu.TPUConfig("5m"), model_dir="here")
    assert config.replace(save_summary_steps=7).tpu_config.iterations_per_loop == "5m"
    other = config.replace(tpu_config=tpu.TPUConfig(per_host_input_for_training=False))
    assert other.tpu_config.per_host_input_for_training == tpu.InputPipelineConfig.PER_SHARD_V1
    assert (other.model_dir, other.cluster) == ("here", None)
