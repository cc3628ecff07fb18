"""Hooks that go by the global step: where it is, and how many steps lead to where it should be."""

from estikeras.compat.global_step import get_global_step
from estikeras.estimator.hooks.base import SessionRunHook
from estikeras.estimator.hooks.timer import may_wait


class GlobalStepHook(SessionRunHook):
    """A hook that knows the global step before and after each run.

    The global step counts what an optimizer did, and grows by another number than 1 where a model
    function makes it so. How fast it grows is seen in the first run, which is of one step.

    Attributes:
        global_step: int, after the last run.
    """

    def begin(self):
        self._variable = get_global_step()
        if self._variable is None:
            raise RuntimeError(
                f"Global step should be created to use {type(self).__name__}: call "
                "`tf.compat.v1.train.get_or_create_global_step()` in model_fn."
            )
        self.global_step = self._growth = None

    def look(self):
        """The global step as it is now."""
        return int(self._variable.numpy())

    def expected(self, steps):
        """What the global step will be after so many steps, None before the first run."""
        if self.global_step is None:
            self.global_step = self.look()
        return None if self._growth is None else self.global_step + self._growth * steps

    def follow(self, steps):
        """Take up the global step after a run of so many steps; gives it."""
        before, self.global_step = self.global_step, self.look()
        if before is not None:
            grown = -(-(self.global_step - before) // steps)
            self._growth = max(1, grown)
        return self.global_step

    def steps_until(self, target):
        """How many steps may be done in one run so that none comes after the one that reaches a
        global step; at least 1.
        """
        if self._growth is None:
            return 1
        return max(1, -(-(target - self.global_step) // self._growth))

    def steps_until_due(self, timer):
        """How many steps may be done in one run until a timer triggers; None if it goes by
        seconds.
        """
        if timer.every_steps is None:
            return None if may_wait(timer) else 1
        if timer.last_triggered_step() is None:
            return 1
        return self.steps_until(timer.last_triggered_step() + timer.every_steps)
