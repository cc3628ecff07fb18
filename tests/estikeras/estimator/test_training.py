"""train_and_evaluate: what is called when, in one process and apart, and after interrupts."""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
import strategies
from estikeras import compat, estimator
from estikeras.estimator import evaluator as evaluator_module
from estikeras.estimator import training as training_module
from estikeras.op_errors import NotFoundError
from strategies.errors import StartError

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


# With an Estimator that only counts


class Counting(estimator.Estimator):
    """Saves a checkpoint at each of some steps; evaluations find what was saved last."""

    def __init__(self, folder, steps=(0, 10, 20), **config):
        super().__init__(model_fn, folder, estimator.RunConfig(**config))
        self.steps, self.calls, self.saved = steps, [], None

    def train(self, input_fn, hooks=None, steps=None, max_steps=None, saving_listeners=None):
        """Tell listeners of checkpoints."""
        self.calls.append(("train", input_fn, list(hooks), max_steps, len(saving_listeners)))
        for listener in saving_listeners:
            listener.begin()
        for step in self.steps:
            self.saved = f"model.ckpt-{step}"
            for listener in saving_listeners:
                listener.after_save(None, step)
        for listener in saving_listeners:
            listener.end(None, self.steps[-1])

    def latest_checkpoint(self):
        """What was saved last."""
        return self.saved

    def evaluate(self, input_fn, steps=None, hooks=None, checkpoint_path=None, name=None):
        """The step."""
        self.calls.append(("evaluate", input_fn, steps, list(hooks), checkpoint_path, name))
        return {"loss": 1.0, "global_step": int(checkpoint_path.rpartition("-")[2])}


def run(counting, max_steps=20, **spec):
    return estimator.train_and_evaluate(
        counting,
        estimator.TrainSpec(input_fn, max_steps),
        estimator.EvalSpec(eval_input_fn, **spec),
    )


def evaluated(counting):
    return [call[4] for call in counting.calls if call[0] == "evaluate"]


def test_specs_are_handed_on(tmp_path):
    counting, hook, listener = Counting(tmp_path), estimator.SessionRunHook(), Listener([])
    train_spec = estimator.TrainSpec(input_fn, 20, [hook], [listener])
    eval_spec = estimator.EvalSpec(eval_input_fn, 7, "mine", [hook], throttle_secs=0)
    estimator.train_and_evaluate(counting, train_spec, eval_spec)
    assert counting.calls == [
        ("train", input_fn, [hook], 20, 2),
        ("evaluate", eval_input_fn, 7, [hook], "model.ckpt-10", "mine"),
        ("evaluate", eval_input_fn, 7, [hook], "model.ckpt-20", "mine"),
    ]


def test_a_checkpoint_that_does_not_come_is_an_error(tmp_path):
    counting = Counting(tmp_path)
    counting.latest_checkpoint = lambda: "model.ckpt-3"
    with pytest.raises(RuntimeError, match=r"There was no new checkpoint .* step 20"):
        run(counting, throttle_secs=0)
    counting.latest_checkpoint = lambda: None
    with pytest.raises(RuntimeError, match="There was no new checkpoint"):
        run(counting)


@pytest.mark.parametrize(
    ("metrics", "error"), [(None, TypeError), ({}, ValueError), ({"loss": 1.0}, ValueError)]
)
def test_an_evaluation_gives_metrics_and_the_step(metrics, error, tmp_path):
    counting = Counting(tmp_path)
    counting.evaluate = lambda **arguments: metrics
    with pytest.raises(error, match=r"Estimator\.evaluate"):
        run(counting)


# Evaluators, and other tasks of TF_CONFIG

CLUSTER = {"chief": ["a:1"], "worker": ["b:1"]}


@pytest.fixture
def task(monkeypatch):
    """Says in TF_CONFIG which task this process is."""

    def say(kind, index=0, **cluster):
        config = {"cluster": cluster or CLUSTER, "task": {"type": kind, "index": index}}
        monkeypatch.setenv("TF_CONFIG", json.dumps(config))

    return say


@pytest.fixture
def clock(monkeypatch):
    """Time that passes in naps only, which are noted and may do something."""

    class Clock:
        naps, now, meanwhile = [], 0.0, staticmethod(lambda: None)

        def sleep(self, seconds):
            self.naps.append(seconds)
            self.now += seconds
            self.meanwhile()

        def monotonic(self):
            return self.now

    clock = Clock()
    clock.naps = []
    for module in (training_module, evaluator_module):
        monkeypatch.setattr(module, "time", clock)
    return clock


def test_an_evaluator_evaluates_what_comes_until_the_end(tmp_path, task, clock, caplog):
    task("evaluator")
    counting, events = Counting(tmp_path), []
    coming = iter([None, "model.ckpt-0", "model.ckpt-0", "model.ckpt-10", "model.ckpt-20"])

    def next_checkpoint():
        counting.saved = next(coming)

    clock.meanwhile = next_checkpoint
    assert run(counting, start_delay_secs=30, throttle_secs=5, exporters=Noting(events)) is None
    assert evaluated(counting) == ["model.ckpt-0", "model.ckpt-10", "model.ckpt-20"]
    assert clock.naps == [30, 5, 5, 5, 5]
    assert events == [("export", 0, False), ("export", 10, False), ("export", 20, True)]
    warnings = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert [text[:25] for text in warnings[-2:]] == [
        "Estimator is not trained ",
        "No new checkpoint ready f",
    ]


def test_an_evaluator_that_never_waits_says_so_and_lets_others_work(tmp_path, task, clock, caplog):
    task("evaluator")
    counting = Counting(tmp_path)
    clock.meanwhile = lambda: setattr(counting, "saved", "model.ckpt-20")
    run(counting, start_delay_secs=0, throttle_secs=0)
    assert "throttle_secs is set as 0" in caplog.text
    assert evaluated(counting) == ["model.ckpt-20"]


def test_a_checkpoint_that_is_removed_meanwhile_is_passed_over(tmp_path, task, clock, caplog):
    task("evaluator")
    counting = Counting(tmp_path)
    counting.saved, evaluate = "model.ckpt-3", counting.evaluate

    def evaluate_too_late(**arguments):
        if arguments["checkpoint_path"] == "model.ckpt-3":
            counting.saved = "model.ckpt-20"
            raise NotFoundError(message="model.ckpt-3")
        return evaluate(**arguments)

    counting.evaluate = evaluate_too_late
    run(counting, start_delay_secs=0)
    assert evaluated(counting) == ["model.ckpt-20"]
    assert "Raise `keep_checkpoint_max`" in caplog.text


def test_there_is_one_evaluator(tmp_path, task):
    task("evaluator", 1)
    with pytest.raises(ValueError, match="there can only be one `evaluator` task"):
        run(Counting(tmp_path))


def test_the_chief_of_a_cluster_only_trains(tmp_path, task):
    task("chief", chief=["a:1"])
    counting = Counting(tmp_path)
    assert run(counting) is None
    assert counting.calls == [("train", input_fn, [], 20, 0)]


def test_the_master_of_a_cluster_evaluates_too(tmp_path, task):
    task("master", master=["a:1"])
    counting = Counting(tmp_path)
    assert run(counting, throttle_secs=0)[0]["global_step"] == 20
    assert evaluated(counting) == ["model.ckpt-10", "model.ckpt-20"]


def test_ranks_that_nobody_started_are_an_error(tmp_path, task):
    task("worker")
    with pytest.raises(StartError, match="estikeras run -n 2 --hosts a,b"):
        run(Counting(tmp_path))
    task("ps", chief=["a:1"], ps=["b:1"])
    with pytest.raises(NotImplementedError, match="MultiWorkerMirroredStrategy"):
        run(Counting(tmp_path))


def test_a_strategy_of_one_replica_changes_nothing(tmp_path):
    both = {"train_distribute": strategies.OneDeviceStrategy()}
    both["eval_distribute"] = strategies.OneDeviceStrategy()
    counting = Counting(tmp_path, **both)
    assert run(counting, throttle_secs=0)[0]["global_step"] == 20
    assert evaluated(counting) == ["model.ckpt-10", "model.ckpt-20"]


# Specs


def test_defaults_of_specs_are_the_reference_s():
    assert estimator.TrainSpec(input_fn) == (input_fn, None, (), ())
    assert estimator.EvalSpec(input_fn) == (input_fn, 100, None, (), (), 120, 600)


def test_one_exporter_needs_no_list():
    exporter = Noting([])
    assert estimator.EvalSpec(input_fn, exporters=exporter).exporters == (exporter,)
    assert estimator.EvalSpec(input_fn, exporters=iter([exporter])).exporters == (exporter,)


class Named(Noting):
    """An exporter of another name."""

    def __init__(self, name):
        super().__init__([])
        self.given = name

    @property
    def name(self):
        """What was given."""
        return self.given


WRONG = {
    "max_steps": ("TrainSpec", {"max_steps": 0}, ValueError, "Must specify max_steps > 0"),
    "hooks": ("TrainSpec", {"hooks": [print]}, TypeError, "must be `SessionRunHook` instances"),
    "listeners": (
        "TrainSpec",
        {"saving_listeners": [print]},
        TypeError,
        "must be `CheckpointSaverListener` instances",
    ),
    "train data": ("TrainSpec", {"input_fn": 1}, TypeError, "`input_fn` must be callable"),
    "eval data": ("EvalSpec", {"input_fn": 1}, TypeError, "`input_fn` must be callable"),
    "steps": ("EvalSpec", {"steps": 0}, ValueError, "Must specify steps > 0"),
    "name": ("EvalSpec", {"name": 1}, TypeError, "`name` must be string"),
    "eval hooks": ("EvalSpec", {"hooks": [print]}, TypeError, "must be `SessionRunHook`"),
    "delay": ("EvalSpec", {"start_delay_secs": -1}, ValueError, "start_delay_secs >= 0"),
    "throttle": ("EvalSpec", {"throttle_secs": -1}, ValueError, "throttle_secs >= 0"),
    "exporter": ("EvalSpec", {"exporters": [print]}, TypeError, "must be an Exporter, an iter"),
    "exporters": ("EvalSpec", {"exporters": 1}, TypeError, "must be an Exporter, an iterable"),
    "no name": ("EvalSpec", {"exporters": Named("")}, ValueError, "a name for each"),
    "odd name": ("EvalSpec", {"exporters": Named(1)}, ValueError, "a name for each"),
    "same name": (
        "EvalSpec",
        {"exporters": [Named("a"), Named("a")]},
        ValueError,
        "must have unique names",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_spec_is_an_error(name):
    kind, arguments, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        getattr(estimator, kind)(**{"input_fn": input_fn, **arguments})


@pytest.mark.parametrize("place", range(3))
def test_each_argument_has_its_kind(place, tmp_path):
    arguments = [
        Counting(tmp_path),
        estimator.TrainSpec(input_fn),
        estimator.EvalSpec(eval_input_fn),
    ]
    name = ("estimator", "train_spec", "eval_spec")[place]
    arguments[place] = None
    with pytest.raises(TypeError, match=f"`{name}`: expected a tf.estimator"):
        estimator.train_and_evaluate(*arguments)
