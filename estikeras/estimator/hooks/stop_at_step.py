"""Ends a training at a number of steps."""

from estikeras.estimator.hooks.following import GlobalStepHook
from estikeras.estimator.steps import whole_steps
from estikeras.public import public


@public(
    "estimator.StopAtStepHook",
    "compat.v1.estimator.StopAtStepHook",
    "compat.v1.train.StopAtStepHook",
)
class StopAtStepHook(GlobalStepHook):
    """Requests the end when the global step has come to a number.

    Args:
        num_steps: how many steps from the beginning of the session; or None.
        last_step: the global step after which to stop; or None. A fraction of a step is done as a
            whole one.

    Raises:
        ValueError: unless exactly one of them is given.
        TypeError: for what is no number.
    """

    def __init__(self, num_steps=None, last_step=None):
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps = whole_steps("num_steps", num_steps)
        self._last_step = whole_steps("last_step", last_step)

    def after_create_session(self, session, coord):
        if self._last_step is None:
            self._last_step = self.look() + self._num_steps

    def before_run(self, run_context):
        self.expected(run_context.steps)

    def after_run(self, run_context, run_values):
        if self.follow(run_context.steps) >= self._last_step:
            run_context.request_stop()

    def steps_to_wait(self):
        return self.steps_until(self._last_step)
