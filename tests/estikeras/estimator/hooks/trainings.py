"""Trainings that cost nothing: the loss of step k (from 0) is k."""

import logging
import tempfile

import numpy as np

from estikeras import compat, data, estimator, ops

V1 = compat.v1
BATCHES = 40


class Seen(estimator.SessionRunHook):
    """Minds nothing, and notes how many steps each run had."""

    def begin(self):
        self.runs = []

    def before_run(self, run_context):
        self.runs.append(run_context.steps)

    def steps_to_wait(self):
        return None

    @property
    def ends(self):
        """After how many steps each run ended."""
        return np.cumsum(self.runs).tolist()


def train(*hooks, steps=None, growth=1, losses=None, folder=None, listeners=None, build=None):
    """Train with hooks, and none of the Estimator's own but that for the end.

    Args:
        *hooks: SessionRunHooks.
        steps: as for `Estimator.train`.
        growth: how much the global step grows in a step.
        losses: array with the loss of each step.
        folder: model_dir, or None for one that is removed in the end.
        listeners: CheckpointSaverListeners.
        build: function of the loss that is called in model_fn, and may give more hooks.
    """
    if folder is None:
        with tempfile.TemporaryDirectory() as folder:
            train(*hooks, steps=steps, growth=growth, losses=losses, folder=folder, build=build)
        return
    losses = np.arange(BATCHES, dtype="float32") if losses is None else np.float32(losses)

    def model_fn(features, mode):
        step = V1.train.get_or_create_global_step()
        loss = V1.identity(ops.mean(features), name="loss")
        more = build(loss) if build else None
        train_op = V1.assign_add(step, growth)
        return estimator.EstimatorSpec(
            mode, loss=loss, train_op=train_op, training_hooks=more or (), predictions=loss
        )

    config = estimator.RunConfig(
        folder,
        save_checkpoints_steps=None,
        save_checkpoints_secs=None,
        save_summary_steps=None,
        log_step_count_steps=None,
    )
    made = estimator.Estimator(model_fn, folder, config)
    made.train(
        lambda: data.Dataset.from_tensor_slices(losses).batch(1),
        list(hooks),
        steps,
        saving_listeners=listeners,
    )


def lines(caplog, pattern=""):
    """The messages that were logged and have a text in them."""
    return [text for text in caplog.messages if pattern in text]


def listening(caplog):
    """Let messages of all levels be kept."""
    caplog.set_level(logging.INFO, "estikeras")
    return caplog
