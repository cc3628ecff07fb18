"""Hooks that stop, feed, wait, and compute at the end."""

import threading
import time

import numpy as np
import pytest

from estikeras import compat, data, errors, estimator, ops
from tests.estikeras.estimator.hooks.trainings import BATCHES, V1, Seen, lines, listening, train


@pytest.mark.parametrize("options", [{}, {"num_steps": 1, "last_step": 1}])
def test_a_stop_is_given_in_one_way(options):
    with pytest.raises(ValueError, match="num_steps or last_step"):
        estimator.StopAtStepHook(**options)


def test_a_stop_is_given_as_a_number():
    with pytest.raises(TypeError, match="`last_step`: expected a number"):
        estimator.StopAtStepHook(last_step="10")


def diverging(fail):
    def build(loss):
        return [estimator.NanTensorHook(ops.log(20 - loss), fail)]

    return build


def test_a_tensor_that_is_no_number_ends_the_training_with_an_error(caplog):
    listening(caplog)
    with pytest.raises(estimator.NanLossDuringTrainingError, match="NaN loss during training"):
        train(build=diverging(True))
    (record,) = [r for r in caplog.records if r.message == "Model diverged with loss = NaN."]
    assert record.levelname == "ERROR"


def test_a_tensor_that_is_no_number_may_end_the_training_in_silence(caplog):
    listening(caplog)
    # One step of many is no number; the hook that logs lets runs end before the data do.
    losses = np.zeros(60)
    losses[23] = 99
    seen, every_tenth = Seen(), estimator.LoggingTensorHook(["loss"], every_n_iter=10)
    train(seen, every_tenth, build=diverging(False), losses=losses)
    assert 23 < seen.ends[-1] <= 31
    (record,) = [r for r in caplog.records if r.message == "Model diverged with loss = NaN."]
    assert record.levelname == "WARNING"


def test_final_values_have_the_structure_that_was_asked_for():
    step = "global_step:0"
    hook = estimator.FinalOpsHook({"a": step, "b": [step, step]})
    assert hook.final_ops_values is None
    train(hook, steps=3)
    assert hook.final_ops_values == {"a": 3, "b": [3, 3]}


def test_final_values_that_need_a_batch_more_are_explained(caplog):
    listening(caplog)
    with pytest.raises(errors.OutOfRangeError):
        train(estimator.FinalOpsHook("loss"))
    assert lines(caplog, "FinalOpsHook runs at the end needs another batch")


def test_final_values_may_be_fed():
    hooks = []

    def build(loss):
        fed = V1.placeholder("float32", ())
        hooks.append(estimator.FinalOpsHook(2 * fed, {fed: 21.0}))
        return hooks

    train(build=build, steps=1)
    assert hooks[0].final_ops_values == 42


def test_placeholders_are_fed_in_every_step():
    values, count = [], iter(range(100))

    class Values(estimator.SessionRunHook):
        def before_run(self, run_context):
            return estimator.SessionRunArgs("sum")

        def after_run(self, run_context, run_values):
            values.append(float(run_values.results))

    def build(loss):
        fed = V1.placeholder("float32", ())
        V1.identity(loss + fed, name="sum")
        return [estimator.FeedFnHook(lambda: {fed: 10.0 * next(count)}), Values()]

    train(build=build, steps=4)
    assert values == [0, 11, 22, 33]


def test_a_worker_waits_until_the_step_is_reached(caplog):
    listening(caplog)
    variables = []

    def build(loss):
        variables.append(compat.v1.train.get_global_step())
        return [estimator.GlobalStepWaiterHook(1500)]

    def others():
        while not lines(caplog, "Waiting for global step 1500 before starting training."):
            time.sleep(0.01)
        variables[0].assign(1500)

    thread = threading.Thread(target=others)
    thread.start()
    seen = Seen()
    train(seen, build=build)
    thread.join()
    assert sum(seen.runs) == BATCHES


def test_options_of_a_run_are_refused():
    with pytest.raises(NotImplementedError, match="ProfilerHook"):
        estimator.SessionRunArgs(None, options=object())


def test_summaries_need_to_know_what_and_where():
    hook = estimator.SummarySaverHook
    with pytest.raises(ValueError, match="Exactly one of scaffold or summary_op"):
        hook(1, output_dir="x")
    with pytest.raises(ValueError, match="Exactly one of scaffold or summary_op"):
        hook(1, output_dir="x", scaffold=V1.train.Scaffold(), summary_op=[])
    with pytest.raises(ValueError, match="`output_dir`"):
        hook(1, summary_op=[])
    with pytest.raises(ValueError, match="every_secs"):
        hook(output_dir="x", summary_op=[])
    with pytest.raises(TypeError, match="`summary_op`"):
        train(hook(1, output_dir="x", summary_op=np.ones(2)))


@pytest.mark.parametrize("at", [3, 19])
def test_what_hooks_make_is_computed_for_batches_of_all_sizes(at, tmp_path):
    """Twenty rows are batches of 8, 8 and 4: of another size, all is traced again."""
    x = np.ones(20, "float32")
    x[at] = np.nan
    sums, hooks = [], []

    class Sum(estimator.SessionRunHook):
        def begin(self):
            self.sum = 3 * V1.train.get_global_step() + ops.sum(V1.get_collection("rows")[0])

        def before_run(self, run_context):
            return estimator.SessionRunArgs(self.sum)

        def after_run(self, run_context, run_values):
            sums.append(float(run_values.results))

    def model_fn(features, labels, mode):
        V1.add_to_collection("rows", labels)
        step = V1.train.get_or_create_global_step()
        hooks[:] = [Sum(), estimator.NanTensorHook(features, fail_on_nan_loss=False)]
        return estimator.EstimatorSpec(
            mode,
            loss=ops.mean(labels),
            train_op=V1.assign_add(step, 1),
            training_hooks=hooks,
        )

    made = estimator.Estimator(model_fn, config=estimator.RunConfig(str(tmp_path)))
    made.train(lambda: data.Dataset.from_tensor_slices((x, np.ones_like(x))).batch(8).repeat(2))
    assert sums == [8, 11, 10][: 1 if at < 8 else 3]
