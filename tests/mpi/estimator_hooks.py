"""Hooks on several ranks: all do the same steps, the chief decides and speaks. Run by pytest on
every rank.
"""

import json
import logging

import numpy as np
import pytest

import estikeras as tf
from estikeras import compat, estimator
from estikeras.estimator.hooks.eval_results import read_eval_metrics

V1 = compat.v1
strategy = tf.distribute.MultiWorkerMirroredStrategy()
RANK, SIZE = strategy.cluster.rank, strategy.num_replicas_in_sync
X = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")


def model_fn(features, labels, mode):
    training = mode == estimator.ModeKeys.TRAIN
    y = tf.keras.layers.Dense(1, name="out")(features)
    loss = V1.identity(tf.keras.losses.MeanSquaredError()(labels, y), name="loss")
    mean = tf.keras.metrics.Mean(name="mean")
    mean.update_state(y)
    step = V1.train.get_or_create_global_step()
    V1.summary.scalar("seen", loss)
    train_op = V1.train.AdagradOptimizer(0.1).minimize(loss, step) if training else None
    metrics = None if training else {"mean": mean}
    return estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def batches(repeats=50):
    return tf.data.Dataset.from_tensor_slices((X, X[:, :1])).batch(8).repeat(repeats)


def evaluated():
    return batches(1)


def made(folder, **options):
    config = estimator.RunConfig(str(folder), tf_random_seed=3, **options)
    return estimator.Estimator(model_fn, config=config)


def same(value):
    """A value that all ranks have."""
    values = strategy.communicator.allgather(value)
    assert values == [value] * SIZE
    return value


def steps_of(mine):
    strategy.communicator.barrier()
    return same(int(mine.get_variable_value("global_step")))


@pytest.mark.parametrize("alone", [False, True])
def test_evaluations_in_the_middle_are_those_of_all_rows(folder, alone):
    eval_distribute = tf.distribute.OneDeviceStrategy() if alone else None
    mine = made(folder, train_distribute=strategy, eval_distribute=eval_distribute)
    hook = estimator.experimental.InMemoryEvaluatorHook(mine, evaluated, every_n_iter=4)
    mine.train(batches, [hook], steps=10)
    assert steps_of(mine) == 10
    found = same(read_eval_metrics(folder / "eval"))
    assert list(found) == [0, 4, 8, 10]
    assert len(list((folder / "eval").glob("events*"))) == 1
    strategy.communicator.barrier()
    with tf.distribute.OneDeviceStrategy().scope():
        expected = made(folder).evaluate(evaluated, name=f"alone{RANK}")
    for name in ("loss", "mean"):
        assert found[10][name] == pytest.approx(expected[name], rel=1e-5)


def test_the_chief_alone_is_asked_whether_to_stop(folder):
    mine, asked = made(folder), []

    def should_stop():
        asked.append(RANK)
        return len(asked) == 3

    hook = estimator.experimental.make_early_stopping_hook(
        mine, should_stop, run_every_secs=None, run_every_steps=5
    )
    mine.train(batches, [hook])
    assert steps_of(mine) == 11
    assert asked == ([0, 0, 0] if RANK == 0 else [])


def test_the_clock_of_the_chief_counts(folder, caplog):
    caplog.set_level(logging.INFO, "estikeras")
    mine, seconds = made(folder, save_summary_steps=None), 600 if RANK else 0
    by_time = estimator.experimental.make_early_stopping_hook(mine, lambda: True, seconds)
    log = estimator.LoggingTensorHook(["loss"], every_n_secs=seconds)
    summaries = estimator.SummarySaverHook(
        save_secs=seconds, output_dir=str(folder / "here"), scaffold=V1.train.Scaffold()
    )
    profiler = estimator.ProfilerHook(save_secs=seconds, output_dir=str(folder / "times"))
    mine.train(batches, [log, summaries, profiler], steps=6)
    assert steps_of(mine) == 6
    told = [text for text in caplog.messages if text.startswith("loss = ")]
    assert len(told) == (7 if RANK == 0 else 0)  # one of the Estimator itself
    assert list(same(read_eval_metrics(folder / "here"))) == [1, 2, 3, 4, 5, 6]
    timelines = sorted((folder / "times").iterdir())
    assert len(timelines) == 5
    events = json.loads(timelines[0].read_text())["traceEvents"]
    assert "exchange" in {event["name"] for event in events}
    mine.train(batches, [by_time])
    assert steps_of(mine) == 7


def test_a_listener_on_any_rank_ends_the_training(folder):
    class Last(estimator.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            return RANK == SIZE - 1 and global_step_value == 6

    mine = made(folder, save_checkpoints_steps=3)
    mine.train(batches, saving_listeners=[Last()])
    assert steps_of(mine) == 6


def test_the_checkpoint_is_there_when_any_rank_is_told(folder):
    found = []

    class Looking(estimator.CheckpointSaverListener):
        def after_save(self, session, global_step_value):
            found.append(tf.train.load_variable(str(folder), "global_step").item())

    made(folder, save_checkpoints_steps=2).train(batches, steps=4, saving_listeners=[Looking()])
    assert found == [0, 2, 4]


def test_waiting_for_others_is_refused(folder):
    with pytest.raises(RuntimeError, match="ranks of a strategy do all steps together"):
        made(folder).train(batches, [estimator.GlobalStepWaiterHook(5)])


class _Counting(estimator.SessionRunHook):
    """Sees every step, and ends the training on one rank alone."""

    def __init__(self, last):
        self.seen, self._last = 0, last

    def after_run(self, run_context, run_values):
        self.seen += 1
        if RANK == SIZE - 1 and self.seen == self._last:
            run_context.request_stop()


def test_a_hook_that_one_rank_has_or_that_ends_one_rank_keeps_all_in_step(folder):
    chiefs = _Counting(last=None)

    def with_chief_hook(features, labels, mode):
        return model_fn(features, labels, mode)._replace(training_chief_hooks=[chiefs])

    config = estimator.RunConfig(str(folder / "chief"), log_step_count_steps=5)
    estimator.Estimator(with_chief_hook, config=config).train(batches, steps=12)
    assert chiefs.seen == (12 if RANK == 0 else 0)
    mine = made(folder / "last")
    mine.train(batches, steps=40, hooks=[_Counting(last=7)])
    assert steps_of(mine) == 7
