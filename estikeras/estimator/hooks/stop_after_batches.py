"""Ends an evaluation after a number of batches, and tells how far it is."""

import logging

from estikeras.estimator.hooks import ranks
from estikeras.estimator.hooks.base import SessionRunHook

_log = logging.getLogger("estikeras")
_FEW = 20  # of fewer batches each is told, of more every tenth of them


class StopAfterBatches(SessionRunHook):
    """Requests the end after some batches.

    Args:
        batches: int, how many.
    """

    def __init__(self, batches):
        self._batches = batches
        self._told_every = 1 if batches < _FEW else batches // 10

    def begin(self):
        self._done = 0

    def after_run(self, run_context, run_values):
        self._done += run_context.steps
        is_last = self._done >= self._batches
        if ranks.is_chief() and (is_last or self._done % self._told_every == 0):
            _log.info("Evaluation [%d/%d]", self._done, self._batches)
        if is_last:
            run_context.request_stop()

    def steps_to_wait(self):
        left = self._batches - self._done
        return min(left, self._told_every - self._done % self._told_every)
