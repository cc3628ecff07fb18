"""Ends a training whose loss is no number any more."""

import logging

import numpy as np

from estikeras.estimator.hooks.base import SessionRunArgs, SessionRunHook
from estikeras.public import public

_LOG = logging.getLogger("estikeras")


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
    """Ends the session when a tensor is NaN in the last step of a run; weights that were updated
    with NaN stay NaN, so that a run of many steps hides none.

    Args:
        loss_tensor: the tensor, or its name.
        fail_on_nan_loss: whether to raise an error, or else to stop as if the training was done.

    Raises:
        NanLossDuringTrainingError: after a run, if `fail_on_nan_loss`.
    """

    def __init__(self, loss_tensor, fail_on_nan_loss=True):
        self._loss_tensor, self._fail_on_nan_loss = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context):
        return SessionRunArgs(self._loss_tensor)

    def after_run(self, run_context, run_values):
        if not np.isnan(run_values.results).any():
            return
        message = "Model diverged with loss = NaN."
        if self._fail_on_nan_loss:
            _LOG.error(message)
            raise NanLossDuringTrainingError
        _LOG.warning(message)
        run_context.request_stop()

    def steps_to_wait(self):
        return None
