"""Many steps pass in one run where no hook minds, and none that a hook wants to see is missed."""

import numpy as np
import pytest

from estikeras import estimator
from tests.estikeras.estimator.hooks.trainings import BATCHES, Seen, lines, listening, train


def missed(wanted, seen):
    return sorted(set(wanted) - set(seen.ends))


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda: estimator.LoggingTensorHook(["loss"], every_n_iter=7), [1, 8, 15, 22, 29, 36]),
        (lambda: estimator.StepCounterHook(9), [1, 10, 19, 28, 37]),
        (lambda: estimator.StopAtStepHook(last_step=23), [23]),
        (lambda: estimator.LoggingTensorHook(["loss"], every_n_secs=600), [1]),
        (lambda: estimator.ProfilerHook(save_steps=100), []),
    ],
)
def test_runs_end_at_the_steps_that_a_hook_wants_to_see(make, wanted):
    seen = Seen()
    train(make(), seen)
    assert missed(wanted, seen) == []
    assert len(seen.runs) <= 2 * len(wanted) + 4


def test_hooks_that_mind_nothing_let_all_steps_pass_at_once():
    class Quiet(estimator.SessionRunHook):
        def end(self, session):
            pass

    seen = Seen()
    train(Quiet(), estimator.FinalOpsHook(None), seen)
    assert seen.ends[-1] == BATCHES
    assert len(seen.runs) <= 4


@pytest.mark.parametrize("base", [estimator.SessionRunHook, estimator.StopAtStepHook])
@pytest.mark.parametrize("method", ["before_run", "after_run"])
def test_a_hook_of_ones_own_sees_every_step(base, method):
    class Own(base):
        steps = 0

    def listen(self, *arguments):
        self.steps += 1
        return getattr(base, method)(self, *arguments)

    Own = type("Own", (Own,), {method: listen})
    hook = Own(last_step=12) if base is estimator.StopAtStepHook else Own()
    train(hook, steps=12)
    assert hook.steps == 12


def test_a_hook_of_ones_own_may_say_how_long_it_waits():
    class Fourth(estimator.SessionRunHook):
        def begin(self):
            self.done, self.values = 0, []

        def before_run(self, run_context):
            self.done += run_context.steps
            return estimator.SessionRunArgs({"loss": "loss"}) if self.done % 4 == 0 else None

        def after_run(self, run_context, run_values):
            if self.done % 4 == 0:
                self.values.append(run_values.results["loss"])

        def steps_to_wait(self):
            return 4 - self.done % 4

    hook = Fourth()
    train(hook, steps=13)
    assert hook.values == [3, 7, 11]


@pytest.mark.parametrize(("growth", "steps"), [(2, 5), (3, 4), (10, 1)])
def test_a_global_step_that_grows_faster_is_stopped_in_time(growth, steps):
    seen = Seen()
    train(estimator.StopAtStepHook(last_step=10), seen, growth=growth)
    assert seen.ends[-1] == steps


def test_a_global_step_that_grows_faster_is_counted(tmp_path, caplog):
    seen = Seen()
    train(estimator.StepCounterHook(20), seen, growth=5)
    assert missed([1, 5, 9, 13], seen) == []


def test_a_global_step_that_does_not_grow_is_told(caplog):
    listening(caplog)
    seen = Seen()
    train(estimator.StepCounterHook(2), estimator.StopAtStepHook(last_step=3), seen, growth=0)
    assert seen.ends[-1] == BATCHES
    told = lines(caplog, "has not been increased. Current value (could be stable): 0")
    assert len(told) == 5


@pytest.mark.parametrize(
    "make",
    [
        lambda: estimator.StopAtStepHook(5),
        estimator.StepCounterHook,
        lambda: estimator.SummarySaverHook(5, output_dir="x", summary_op=[]),
        lambda: estimator.CheckpointSaverHook("x", save_steps=5),
        lambda: estimator.GlobalStepWaiterHook(1),
        lambda: estimator.ProfilerHook(5),
    ],
)
def test_a_global_step_is_needed(make):
    from estikeras.engine.session_graph import SessionGraph

    with SessionGraph().tracing(), pytest.raises(RuntimeError, match="Global step should be"):
        make().begin()


def test_values_are_those_of_the_last_step_of_a_run():
    values = []

    class Values(estimator.SessionRunHook):
        def before_run(self, run_context):
            return estimator.SessionRunArgs("loss")

        def after_run(self, run_context, run_values):
            values.append(run_values.results)

        def steps_to_wait(self):
            return 5

    seen = Seen()
    train(Values(), seen)
    assert values == [end - 1 for end in seen.ends]
    assert values[-1] == BATCHES - 1
    assert isinstance(values[0], np.float32)
