"""When a hook acts: every so many steps, or seconds."""

import time

from estikeras.estimator.hooks import ranks
from estikeras.public import public


@public(
    "estimator.SecondOrStepTimer",
    "compat.v1.estimator.SecondOrStepTimer",
    "compat.v1.train.SecondOrStepTimer",
)
class SecondOrStepTimer:
    """Triggers at the first step that it is asked about, and then every so many seconds or steps.

    Args:
        every_secs: seconds from one time to the next, or None.
        every_steps: steps from one time to the next, or None.

    Attributes:
        every_secs: as given.
        every_steps: as given.

    Raises:
        ValueError: unless exactly one of them is given.
    """

    def __init__(self, every_secs=None, every_steps=None):
        if every_secs is None and every_steps is None:
            raise ValueError("Either every_secs or every_steps should be provided.")
        if every_secs is not None and every_steps is not None:
            raise ValueError("Can not provide both every_secs and every_steps.")
        self.every_secs, self.every_steps = every_secs, every_steps
        self.reset()

    def reset(self):
        """Forget when it triggered."""
        self._last_step = self._last_time_s = None

    def should_trigger_for_step(self, step):
        """Whether it is time at a step: a number of steps or seconds is over since the last time,
        or there was none.
        """
        if self._last_step is None:
            return True
        if step == self._last_step:
            return False
        if self.every_secs is not None:
            return time.monotonic() >= self._last_time_s + self.every_secs
        return step >= self._last_step + self.every_steps

    def update_last_triggered_step(self, step):
        """Note that it triggered at a step, now.

        Returns:
            A pair of the seconds and steps since the last time; of None at the first.
        """
        now = time.monotonic()
        passed = None, None
        if self._last_step is not None:
            passed = now - self._last_time_s, step - self._last_step
        self._last_step, self._last_time_s = step, now
        return passed

    def last_triggered_step(self):
        """The step at which it triggered last, or None."""
        return self._last_step


class Never:
    """A timer that does not trigger."""

    every_secs = every_steps = None

    def reset(self):
        """There is nothing to forget."""

    def should_trigger_for_step(self, step):
        """False."""
        return False

    def update_last_triggered_step(self, step):
        """A pair of None: there was no last time."""
        return None, None

    def last_triggered_step(self):
        """None."""


def may_wait(timer):
    """Whether a timer that goes by seconds lets many steps pass in one run; with 0 seconds, it
    triggers in every step.
    """
    return timer.last_triggered_step() is not None and timer.every_secs > 0


def triggers(timer, step):
    """Whether a timer triggers for a step, on every rank as on the chief, whose clock counts.

    Args:
        timer: SecondOrStepTimer or Never.
        step: int, equal on all ranks.
    """
    is_due = timer.should_trigger_for_step(step)
    return is_due if timer.every_secs is None else ranks.chiefs(is_due)
