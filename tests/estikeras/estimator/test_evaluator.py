"""train_and_evaluate with an Estimator that only counts: what is handed on, who evaluates."""

import json
from pathlib import Path

import pytest

import strategies
from estikeras import estimator
from estikeras.estimator import evaluator as evaluator_module
from estikeras.estimator import training as training_module
from estikeras.op_errors import NotFoundError
from strategies.errors import StartError


def model_fn(features, mode):
    """Never called here."""


def input_fn():
    """Never called here."""


def eval_input_fn():
    """Never called here."""


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
    counting, hook, listener = (
        Counting(tmp_path),
        estimator.SessionRunHook(),
        estimator.CheckpointSaverListener(),
    )
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
