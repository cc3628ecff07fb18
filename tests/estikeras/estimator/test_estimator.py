"""Estimators as a whole: what their methods give, and what they leave in the folder."""

import functools
import logging
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras.formats import events

V1 = tf.compat.v1
MODES = tf.estimator.ModeKeys
X = np.linspace(-1, 1, 10, dtype="float32").reshape(10, 1)
Y = 3 * X[:, 0] + 1


def model_fn(features, labels, mode, params):
    """A line."""
    slope = V1.get_variable("slope", [], initializer=V1.ones_initializer())
    offset = V1.get_variable("offset", [], initializer=V1.zeros_initializer())
    y = slope * features[:, 0] + offset
    predictions = {"y": y, "row": features}
    if mode == MODES.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions)
    loss = tf.reduce_mean((y - labels) ** 2)
    train_op = V1.train.GradientDescentOptimizer(params["rate"]).minimize(
        loss, V1.train.get_or_create_global_step()
    )
    errors = {"error": V1.metrics.mean_absolute_error(labels, y)}
    return tf.estimator.EstimatorSpec(mode, predictions, loss, train_op, errors)


def batches(size=5, repeat=None, labels=True):
    """An input function."""
    parts = (X, Y) if labels else X
    return lambda: tf.data.Dataset.from_tensor_slices(parts).repeat(repeat).batch(size)


def line(model_dir, rate=0.3, **config):
    """An Estimator of a line."""
    config = tf.estimator.RunConfig(str(model_dir), **config)
    return tf.estimator.Estimator(model_fn, params={"rate": rate}, config=config)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One that has checkpoints of the steps 1, 10, 20 and 25."""
    estimator = line(tmp_path_factory.mktemp("line"), 0.1, save_checkpoints_steps=10)
    return estimator.train(batches(), steps=25)


def loss_of(slope, offset, rows=slice(None)):
    """The mean squared error of a line."""
    return np.mean((slope * X[rows, 0] + offset - Y[rows]) ** 2)


def test_a_step_is_one_of_gradient_descent(tmp_path):
    estimator = line(tmp_path).train(batches(10), steps=1)
    slope = 1 + 0.3 * np.mean(2 * (Y - X[:, 0]) * X[:, 0])
    offset = 0.3 * np.mean(2 * (Y - X[:, 0]))
    assert estimator.get_variable_value("slope") == pytest.approx(slope, rel=1e-5)
    assert estimator.get_variable_value("offset") == pytest.approx(offset, rel=1e-5)


FRACTIONS = {  # of steps, as `epochs * rows / batch_size` gives them, and what 2.15 does
    "steps": ({"steps": 7.2}, {"save_checkpoints_steps": 2.5}, 8),
    "max_steps": (
        {"max_steps": np.float64(6.5)},
        {"save_summary_steps": 2.5, "log_step_count_steps": 2.5},
        7,
    ),
    "a hook's steps": ({"hooks": [tf.estimator.StopAtStepHook(num_steps=4.5)]}, {}, 5),
    "a hook's last step": ({"hooks": [tf.estimator.StopAtStepHook(last_step=3.5)]}, {}, 4),
}


@pytest.mark.parametrize("name", FRACTIONS)
def test_a_fraction_of_a_step_is_done_as_a_whole_one(name, tmp_path):
    arguments, config, expected = FRACTIONS[name]
    estimator = line(str(tmp_path), **config).train(batches(), **arguments)
    assert estimator.get_variable_value("global_step") == expected
    assert estimator.evaluate(batches(), steps=1.5)["global_step"] == expected


def test_variables_are_those_of_the_last_checkpoint(trained):
    assert trained.get_variable_names() == ["global_step", "offset", "slope"]
    assert trained.get_variable_value("global_step") == 25
    assert trained.latest_checkpoint() == str(Path(trained.model_dir, "model.ckpt-25"))
    assert trained.get_variable_value("slope") == pytest.approx(2.9, abs=0.5)
    with pytest.raises(tf.errors.NotFoundError, match="slop"):
        trained.get_variable_value("slop")


def test_the_folder_has_what_the_reference_leaves_there(trained):
    files = {path.name for path in Path(trained.model_dir).iterdir() if path.is_file()}
    events = {name for name in files if name.startswith("events.out.tfevents.")}
    assert len(events) == 1
    data = {f"model.ckpt-{step}" for step in (0, 10, 20, 25)}
    endings = ("index", "data-00000-of-00001", "meta")
    there = {name for name in files - events if not name.endswith(".meta")}
    assert there <= {"checkpoint", "graph.pbtxt"} | {f"{d}.{e}" for d in data for e in endings}
    assert {f"{d}.index" for d in data} <= there


def test_evaluation_is_of_all_batches_and_each_counts_as_one(trained):
    slope, offset = (trained.get_variable_value(name) for name in ("slope", "offset"))
    results = trained.evaluate(batches(4, 1))
    losses = [loss_of(slope, offset, slice(k, k + 4)) for k in (0, 4, 8)]
    assert results["loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    error = np.mean(np.abs(slope * X[:, 0] + offset - Y))
    assert results["error"] == pytest.approx(error, rel=1e-4)
    assert {type(value) for value in results.values()} == {np.float32, np.int64}


def test_an_evaluation_may_be_of_a_part_of_the_data_and_of_another_checkpoint(trained):
    path = str(Path(trained.model_dir, "model.ckpt-10"))
    results = trained.evaluate(batches(), steps=1, checkpoint_path=path, name="first")
    slope, offset = (tf.train.load_variable(path, name) for name in ("slope", "offset"))
    assert results["global_step"] == 10
    assert results["loss"] == pytest.approx(loss_of(slope, offset, slice(5)), rel=1e-4)
    assert trained.eval_dir("first") == str(Path(trained.model_dir, "eval_first"))
    assert list(Path(trained.eval_dir("first")).glob("events.out.tfevents.*"))
    assert trained.eval_dir() == str(Path(trained.model_dir, "eval"))


def test_predictions_come_one_by_one_as_they_are_asked_for(trained):
    taken = []

    def counted(x, y):
        return x, y

    class Counts(tf.estimator.SessionRunHook):
        def after_run(self, run_context, run_values):
            taken.append(run_context.session)

    predictions = trained.predict(batches(4).__call__, hooks=[Counts()])
    assert not taken
    first = next(predictions)
    assert len(taken) == 1
    np.testing.assert_array_equal(first["row"], X[0])
    assert first["y"].shape == ()
    for _ in range(4):
        next(predictions)
    assert len(taken) == 2
    predictions.close()


def test_predictions_may_come_in_batches_and_only_some(trained):
    found = list(trained.predict(batches(4, 1), "y", yield_single_examples=False))
    assert [list(one) for one in found] == [["y"]] * 3
    assert [len(one["y"]) for one in found] == [4, 4, 2]
    single = [one["y"] for one in trained.predict(batches(4, 1, labels=False), ["y", "z"])]
    np.testing.assert_allclose(np.concatenate([one["y"] for one in found]), single, rtol=1e-6)


def test_predictions_may_be_one_tensor_and_of_another_checkpoint(trained):
    def only_y(features, mode):
        slope = V1.get_variable("slope", [])
        return tf.estimator.EstimatorSpec(mode, slope * features[:, 0])

    estimator = tf.estimator.Estimator(only_y, trained.model_dir)
    path = Path(trained.model_dir, "model.ckpt-0")
    found = list(estimator.predict(batches(4, 1, labels=False), checkpoint_path=path))
    np.testing.assert_allclose(found, X[:, 0], rtol=1e-6)
    with pytest.raises(ValueError, match="predict_keys"):
        next(estimator.predict(batches(4, 1, labels=False), predict_keys=["y"]))


def test_trainings_add_up_and_max_steps_are_of_all(tmp_path, caplog):
    estimator = line(tmp_path)
    estimator.train(batches(), steps=3)
    estimator.train(batches(), steps=3)
    estimator.train(batches(), max_steps=8)
    assert estimator.get_variable_value("global_step") == 8
    with caplog.at_level(logging.INFO, "estikeras"):
        assert estimator.train(batches(), max_steps=8) is estimator
    assert "Skipping training since max_steps has already saved." in caplog.messages
    estimator.train(batches(5, 2))  # as long as there are data
    assert estimator.get_variable_value("global_step") == 12


def test_the_log_says_why_a_model_function_is_called_again(tmp_path, caplog):
    with caplog.at_level(logging.INFO, "estikeras"):
        line(tmp_path).train(batches(4, 1))
    calls = [text for text in caplog.messages if text.startswith("Calling model_fn")]
    assert calls == [
        "Calling model_fn.",
        "Calling model_fn again, for a batch of another size.",
    ]


def test_a_training_in_parts_is_the_whole_one(tmp_path):
    for name, parts in (("whole", [9]), ("parts", [1, 3, 5])):
        estimator = line(tmp_path / name)
        for steps in parts:
            estimator.train(batches(10), steps=steps)
    whole = tf.train.load_variable(str(tmp_path / "whole"), "slope")
    assert estimator.get_variable_value("slope") == pytest.approx(whole, rel=1e-6)


def test_a_seed_gives_the_same_training_again(tmp_path):
    def random(features, labels, mode):
        net = tf.keras.layers.Dense(3)(tf.keras.layers.Dropout(0.5)(features, training=True))
        loss = tf.reduce_mean(net**2) + tf.reduce_mean(tf.random.normal([4]))
        step = V1.train.AdamOptimizer().minimize(loss, V1.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step)

    kernels = {}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        config = tf.estimator.RunConfig(str(tmp_path / name), tf_random_seed=seed)
        estimator = tf.estimator.Estimator(random, config=config)
        estimator.train(lambda: batches()().shuffle(10), steps=4)
        kernels[name] = estimator.get_variable_value("dense/kernel")
    np.testing.assert_array_equal(kernels["a"], kernels["b"])
    assert np.abs(kernels["a"] - kernels["c"]).max() > 1e-3


def test_what_an_estimator_has_been_given_cannot_be_changed_from_outside(tmp_path):
    params = {"rate": 0.1, "more": [1]}
    config = tf.estimator.RunConfig(str(tmp_path), save_summary_steps=7)
    estimator = tf.estimator.Estimator(model_fn, config=config, params=params)
    params["rate"] = 0.2
    estimator.params["more"].append(2)
    assert estimator.params == {"rate": 0.1, "more": [1]}
    assert estimator.config is not config
    assert estimator.config.save_summary_steps == 7
    assert estimator.model_dir == str(tmp_path)


def test_results_that_are_arrays_are_summaries_too(tmp_path):
    def with_arrays(features, labels, mode):
        metrics = {"recalls": tf.compat.v1.metrics.recall_at_thresholds([1, 1], [0.2, 0.7], [0.5])}
        step = tf.compat.v1.train.get_or_create_global_step()
        train_op = tf.compat.v1.assign_add(step, 1)
        return tf.estimator.EstimatorSpec(mode, None, 0.0 * labels, train_op, metrics)

    estimator = tf.estimator.Estimator(with_arrays, tmp_path)
    data = tf.data.Dataset.from_tensors(([1.0], 1.0))
    found = estimator.train(lambda: data, steps=1).evaluate(lambda: data)
    np.testing.assert_allclose(found["recalls"], [0.5])
    (path,) = Path(estimator.eval_dir()).glob("events.out.tfevents.*")
    assert [tag for step, tag, *_ in events.read(path) if tag == "recalls"] == ["recalls"]


class Rates:
    """Parameters that are no dict."""

    def __init__(self, rate):
        self.rate = rate


def test_params_may_be_any_object_of_which_functions_get_copies(tmp_path):
    given, seen = Rates(0.1), []

    def with_rates(features, labels, mode, params):
        seen.append(params)
        return model_fn(features, labels, mode, {"rate": params.rate})

    tf.estimator.Estimator(with_rates, tmp_path, params=given).train(batches(), steps=1)
    assert [each.rate for each in seen] == [0.1]
    assert seen[0] is not given


def with_more(features, labels, mode, **kwargs):
    """One that takes anything."""
    return model_fn(features, labels, mode, {"rate": 0.1})


class Callable:
    """A model function that is an object."""

    def __call__(self, features, labels, mode, config):
        assert config.model_dir
        return model_fn(features, labels, mode, {"rate": 0.1})

    def method(self, features, labels, mode):
        """One that is a method."""
        return model_fn(features, labels, mode, {"rate": 0.1})


@pytest.mark.parametrize(
    "function",
    [
        Callable(),
        Callable().method,
        functools.partial(model_fn, params={"rate": 0.1}),
        functools.partial(functools.partial(model_fn, mode="train"), params={"rate": 0.1}),
        with_more,
    ],
    ids=["object", "method", "partial", "partials", "with more"],
)
def test_a_model_function_may_be_anything_that_can_be_called(function, tmp_path):
    estimator = tf.estimator.Estimator(function, tmp_path).train(batches(), steps=1)
    assert estimator.get_variable_value("global_step") == 1
    spec = estimator.model_fn
    assert callable(spec)


def test_an_input_function_is_told_what_it_asks_for(tmp_path):
    told = {}

    def input_fn(mode, params, config):
        told[mode] = (params["rate"], config.model_dir)
        return batches(5, 1)()

    estimator = line(tmp_path).train(input_fn)
    estimator.evaluate(input_fn)
    next(estimator.predict(functools.partial(input_fn, params={"rate": 1.0})))
    assert told["infer"] == (1.0, str(tmp_path))
    next(estimator.predict(input_fn))
    folder = str(tmp_path)
    assert told == dict.fromkeys(("train", "eval", "infer"), (0.3, folder))


def test_listeners_are_told_of_checkpoints(tmp_path):
    events = []

    class Listener(tf.estimator.CheckpointSaverListener):
        def begin(self):
            events.append("begin")

        def after_save(self, session, global_step_value):
            events.append(int(global_step_value))

        def end(self, session, global_step_value):
            events.append("end")

    estimator = line(tmp_path, save_checkpoints_steps=2)
    estimator.train(batches(), steps=3, saving_listeners=[Listener()])
    assert events == ["begin", 0, 2, 3, "end"]


def test_hooks_of_the_model_function_are_called_in_its_modes(tmp_path):
    seen = []

    class Sees(tf.estimator.SessionRunHook):
        def __init__(self, name):
            self.name = name

        def end(self, session):
            seen.append(self.name)

    def hooked(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        return spec._replace(
            training_hooks=[Sees("training")],
            training_chief_hooks=[Sees("chief")],
            evaluation_hooks=[Sees("evaluation")],
            prediction_hooks=[Sees("prediction")],
        )

    estimator = tf.estimator.Estimator(hooked, tmp_path, params={"rate": 0.1})
    estimator.train(batches(), steps=1, hooks=[Sees("mine")])
    estimator.evaluate(batches(), steps=1)
    list(estimator.predict(batches(5, 1)))
    assert sorted(seen[:3]) == ["chief", "mine", "training"]
    assert seen[3:] == ["evaluation", "prediction"]


def test_without_a_folder_there_is_a_temporary_one(caplog, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    estimator = tf.estimator.Estimator(model_fn)
    assert Path(estimator.model_dir).parent == tmp_path
    assert f"Using temporary folder as model directory: {estimator.model_dir}" in caplog.text


def test_a_model_that_is_not_trained_predicts_with_its_first_values(tmp_path, caplog):
    with caplog.at_level(logging.INFO, "estikeras"):
        found = [one["y"] for one in line(tmp_path).predict(batches(5, 1))]
    np.testing.assert_allclose(found, X[:, 0])
    assert "running initialization to predict" in caplog.text


def test_predicting_leaves_scopes_and_seeds_of_its_caller_alone(trained):
    strategy = tf.distribute.OneDeviceStrategy()
    with strategy.scope():
        predictions = trained.predict(batches(labels=False))
        next(predictions)
        assert tf.distribute.get_strategy() is strategy
    predictions.close()
    assert not tf.distribute.has_strategy()


def test_a_seed_of_an_estimator_is_its_own(tmp_path):
    def drawn(trains):
        tf.random.set_seed(7)
        np.random.seed(7)
        if trains:
            line(tmp_path / "seeded", tf_random_seed=3).train(batches(), steps=1)
        return tf.random.uniform([3]).numpy(), np.random.rand()

    for without, after in zip(drawn(False), drawn(True), strict=True):
        np.testing.assert_array_equal(after, without)


def test_a_hook_ends_the_training_by_stop_iteration(tmp_path):
    class Ends(tf.estimator.SessionRunHook):
        ended = False

        def after_run(self, run_context, run_values):
            raise StopIteration

        def end(self, session):
            self.ended = True

    estimator, hook = line(tmp_path), Ends()
    estimator.train(batches(repeat=None), hooks=[hook])
    assert hook.ended
    assert estimator.get_variable_value("global_step") == 1


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"steps": "3"}, TypeError, "`steps`.*a number"),
        ({"steps": float("inf")}, TypeError, "`steps`.*a number"),
        ({"max_steps": 0}, ValueError, "`max_steps`.*above 0"),
        ({"hooks": tf.estimator.StopAtStepHook(1)}, TypeError, "`hooks`.*a list of"),
    ],
    ids=["text", "infinity", "none", "one hook"],
)
def test_steps_are_a_number_and_hooks_a_list(arguments, error, match, tmp_path):
    with pytest.raises(error, match=match):
        line(tmp_path).train(batches(), **arguments)
