"""train_and_evaluate: what is called when, in one process and apart, and after interrupts."""

from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras import compat, estimator

V1 = compat.v1
X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = 2 * X.sum(1, keepdims=True)


def model_fn(features, labels, mode):
    """Three weights, which learn to double."""
    weights = V1.get_variable("w", [3, 1], initializer=V1.ones_initializer())
    y = tf.matmul(features["x"], weights)
    if mode == estimator.ModeKeys.PREDICT:
        served = estimator.export.PredictOutput({"y": y})
        return estimator.EstimatorSpec(
            mode, predictions={"y": y}, export_outputs={"serving_default": served}
        )
    loss = tf.reduce_mean((y - labels) ** 2)
    step = V1.train.get_or_create_global_step()
    train_op = V1.train.GradientDescentOptimizer(0.1).minimize(loss, step)
    return estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def input_fn():
    """Batches without end, which begin anew with every training."""
    return eval_input_fn().repeat()


def eval_input_fn():
    """Five batches."""
    return tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).batch(8)


def serving_input_receiver_fn():
    """Takes rows of three numbers."""
    make = estimator.export.build_raw_serving_input_receiver_fn
    return make({"x": tf.constant(X[:1])})()


class Noting(estimator.Exporter):
    """An exporter that writes down what it is called with."""

    name = "mine"

    def __init__(self, events):
        self.events = events

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        """Note the checkpoint, and whether it is the last one."""
        assert export_path == str(Path(estimator.model_dir, "export", "mine"))
        step = int(checkpoint_path.rpartition("-")[2])
        assert eval_result["global_step"] == step
        self.events.append(("export", step, is_the_final_export))
        return f"export of {step}"


class Listener(estimator.CheckpointSaverListener):
    """Writes down what it is told."""

    def __init__(self, events):
        self.events = events

    def after_save(self, session, global_step_value):
        """Note the step."""
        self.events.append(("save", int(global_step_value)))

    def end(self, session, global_step_value):
        """Note the step."""
        self.events.append(("end", int(global_step_value)))


class Raises(estimator.SessionRunHook):
    """Raises an error after some steps."""

    def __init__(self, error, steps):
        self.error, self.steps = error, steps

    def after_run(self, run_context, run_values):
        """Count."""
        self.steps -= 1
        if not self.steps:
            raise self.error


# One after the other in one model_dir: throttle_secs, max_steps, steps until Ctrl-C, steps between
# checkpoints, and what TensorFlow's train_and_evaluate calls and returns then.
STORY = [
    (0, 25, 13, 10, [("save", 0), ("save", 10), ("export", 10, False)], KeyboardInterrupt),
    (
        0,
        25,
        None,
        10,
        [
            ("save", 10),
            ("save", 20),
            ("export", 20, False),
            ("save", 25),
            ("export", 25, True),
            ("end", 25),
        ],
        (25, ["export of 25"]),
    ),
    (0, 25, None, 10, [], None),
    (
        600,
        45,
        None,
        10,
        [
            ("save", 25),
            ("save", 35),
            ("export", 35, False),
            ("save", 45),
            ("end", 45),
            ("export", 45, True),
        ],
        (45, ["export of 45"]),
    ),
    (
        0,
        None,
        12,
        5,
        [
            ("save", 45),
            ("save", 50),
            ("export", 50, False),
            ("save", 55),
            ("export", 55, False),
        ],
        KeyboardInterrupt,
    ),
]


def test_calls_come_as_in_the_reference_also_after_interrupts(tmp_path):
    for throttle_secs, max_steps, steps, cadence, calls, result in STORY:
        events = []
        config = estimator.RunConfig(save_checkpoints_steps=cadence)
        hooks = [Raises(KeyboardInterrupt(), steps)] if steps else []
        arguments = (
            estimator.Estimator(model_fn, tmp_path, config),
            estimator.TrainSpec(input_fn, max_steps, hooks, [Listener(events)]),
            estimator.EvalSpec(
                eval_input_fn, throttle_secs=throttle_secs, exporters=Noting(events)
            ),
        )
        if result is KeyboardInterrupt:
            with pytest.raises(KeyboardInterrupt):
                estimator.train_and_evaluate(*arguments)
        else:
            metrics, exports = estimator.train_and_evaluate(*arguments)
            found = None if metrics is None else (metrics["global_step"], exports)
            assert found == result
        assert events == calls


@pytest.mark.parametrize("steps", [1, 10, 11, 24])
def test_a_training_that_was_killed_comes_to_the_same_end(steps, tmp_path):
    def train(folder, hooks=()):
        config = estimator.RunConfig(save_checkpoints_steps=10)
        mine = estimator.Estimator(model_fn, tmp_path / folder, config)
        result = estimator.train_and_evaluate(
            mine,
            estimator.TrainSpec(once_input_fn(mine), 25, hooks),
            estimator.EvalSpec(eval_input_fn),
        )
        return mine.get_variable_value("w"), result

    def once_input_fn(mine):
        """Batches that go on where the last checkpoint was."""
        latest = mine.latest_checkpoint()
        done = int(latest.rpartition("-")[2]) if latest else 0
        return lambda: input_fn().skip(done)

    whole, expected = train("whole")
    with pytest.raises(MemoryError):
        train("killed", [Raises(MemoryError(), steps)])
    weights, result = train("killed")
    np.testing.assert_array_equal(weights, whole)
    assert result == expected


def test_exporters_write_saved_models(tmp_path):
    exporters = [
        estimator.LatestExporter("latest", serving_input_receiver_fn, exports_to_keep=1),
        estimator.BestExporter("best", serving_input_receiver_fn),
        estimator.FinalExporter("final", serving_input_receiver_fn),
    ]
    metrics, exports = estimator.train_and_evaluate(
        estimator.Estimator(model_fn, tmp_path, estimator.RunConfig(save_checkpoints_steps=3)),
        estimator.TrainSpec(input_fn, 6),
        estimator.EvalSpec(eval_input_fn, throttle_secs=0, exporters=exporters),
    )
    assert metrics["global_step"] == 6
    written = [len(list((tmp_path / "export" / exporter.name).iterdir())) for exporter in exporters]
    assert written == [1, 2, 1]
    for export in exports:
        folder = Path(export.decode() if isinstance(export, bytes) else export)
        assert (folder / "saved_model.pb").is_file()


def test_the_saver_of_a_model_function_keeps_checkpoints_of_earlier_trainings(tmp_path):
    def model_fn(features, labels, mode):
        step = V1.assign_add(V1.train.get_or_create_global_step(), 1)
        scaffold = V1.train.Scaffold(saver=V1.train.Saver(max_to_keep=3))
        loss = tf.reduce_mean(features)
        return estimator.EstimatorSpec(mode, loss=loss, train_op=step, scaffold=scaffold)

    config = estimator.RunConfig(str(tmp_path), save_checkpoints_steps=5)
    trained = estimator.Estimator(model_fn, config=config)
    for _ in range(2):
        trained.train(lambda: tf.data.Dataset.from_tensors([1.0]).repeat(), steps=10)
    kept = tf.train.get_checkpoint_state(str(tmp_path)).all_model_checkpoint_paths
    assert [path.rpartition("-")[2] for path in kept] == ["10", "15", "20"]
    assert len(list(tmp_path.glob("*.index"))) == 3
