"""Lets a worker begin later."""

import logging
import time

from estikeras.estimator.hooks.following import GlobalStepHook
from estikeras.public import public
from strategies import get_strategy

_log = logging.getLogger("estikeras")
_LOOK_EVERY_S = 0.5


@public(
    "estimator.GlobalStepWaiterHook",
    "compat.v1.estimator.GlobalStepWaiterHook",
    "compat.v1.train.GlobalStepWaiterHook",
)
class GlobalStepWaiterHook(GlobalStepHook):
    """Waits before the first run until others have brought the global step to a number.

    Args:
        wait_until_step: int; 0 or less for no waiting.

    Raises:
        RuntimeError: before the first run, if the global step is lower and this is one of several
            ranks: they do each step together, and would wait for one another for ever.
    """

    def __init__(self, wait_until_step):
        self._wait_until_step = wait_until_step

    def begin(self):
        super().begin()
        self._is_over = self._wait_until_step <= 0

    def before_run(self, run_context):
        if self._is_over:
            return
        _log.info("Waiting for global step %d before starting training.", self._wait_until_step)
        logged = 0
        while (step := self.look()) < self._wait_until_step:
            if get_strategy().num_replicas_in_sync > 1:
                raise RuntimeError(
                    f"GlobalStepWaiterHook waits for global step {self._wait_until_step}, and it "
                    f"is {step}: the ranks of a strategy do all steps together, so that no other "
                    "can bring it there. Leave the hook out."
                )
            if step - logged > 1000:
                _log.info(
                    "Waiting for global step %d before starting training. Current step is %d.",
                    self._wait_until_step,
                    step,
                )
                logged = step
            time.sleep(_LOOK_EVERY_S)
        self._is_over = True

    def steps_to_wait(self):
        return None
