"""Ends a training whose loss is no number any more."""

import logging

from estikeras import ops
from estikeras.engine.session_graph import action
from estikeras.engine.variable import Variable
from estikeras.engine.variable_store import local_variables
from estikeras.estimator.hooks.base import SessionRunArgs, SessionRunHook
from estikeras.estimator.hooks.elements import element
from estikeras.public import public

_log = logging.getLogger("estikeras")


@public(
    "estimator.NanLossDuringTrainingError",
    "compat.v1.estimator.NanLossDuringTrainingError",
    "compat.v1.train.NanLossDuringTrainingError",
)
class NanLossDuringTrainingError(RuntimeError):
    """The loss is NaN."""

    def __str__(self):
        return "NaN loss during training."


@public(
    "estimator.NanTensorHook",
    "compat.v1.estimator.NanTensorHook",
    "compat.v1.train.NanTensorHook",
)
class NanTensorHook(SessionRunHook):
    """Ends the session when a tensor is NaN. Each step is looked at; of several steps in one run
    the others are done before the end comes.

    Args:
        loss_tensor: tensor of any shape, or its name.
        fail_on_nan_loss: whether to raise an error, or else to stop as if the training was done.

    Raises:
        NanLossDuringTrainingError: after a run, if `fail_on_nan_loss`.
    """

    def __init__(self, loss_tensor, fail_on_nan_loss=True):
        self._loss_tensor, self._fail_on_nan_loss = loss_tensor, fail_on_nan_loss

    def begin(self):
        loss = element(self._loss_tensor)
        with local_variables():
            seen = Variable(False, dtype="bool", trainable=False, name="nan_seen")
        with action("look_for_nan", owner=self) as self._look:
            is_nan = ops.isnan(loss)
            if loss.shape:  # `any` would leave the native program in every step
                is_nan = ops.max(ops.cast(is_nan, "float32")) > 0
            found = ops.logical_or(seen, is_nan)
            seen.assign(found)
        self._look.result = found

    def before_run(self, run_context):
        return SessionRunArgs(self._look)

    def after_run(self, run_context, run_values):
        if not run_values.results:
            return
        message = "Model diverged with loss = NaN."
        if self._fail_on_nan_loss:
            _log.error(message)
            raise NanLossDuringTrainingError
        _log.warning(message)
        run_context.request_stop()

    def steps_to_wait(self):
        return None
