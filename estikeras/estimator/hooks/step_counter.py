"""How many steps a second there are."""

import logging

from estikeras.estimator.hooks import ranks
from estikeras.estimator.hooks.following import GlobalStepHook
from estikeras.estimator.hooks.timer import SecondOrStepTimer, triggers
from estikeras.formats import summary_values, summary_writer
from estikeras.public import public

_log = logging.getLogger("estikeras")
_MOST_WARNINGS = 5


@public(
    "estimator.StepCounterHook",
    "compat.v1.estimator.StepCounterHook",
    "compat.v1.train.StepCounterHook",
)
class StepCounterHook(GlobalStepHook):
    """Logs how many global steps are done in a second, and writes it into an event file.

    Args:
        every_n_steps: int, steps from one line to the next; or None.
        every_n_secs: seconds from one line to the next; or None.
        output_dir: path of the folder of the event file, or None for none.
        summary_writer: what writes it instead, a `tf.compat.v1.summary.FileWriter`.

    Raises:
        ValueError: unless exactly one of `every_n_steps` and `every_n_secs` is given.
    """

    def __init__(self, every_n_steps=100, every_n_secs=None, output_dir=None, summary_writer=None):
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError("exactly one of every_n_steps and every_n_secs should be provided.")
        self._timer = SecondOrStepTimer(every_n_secs, every_n_steps)
        self._output_dir, self._writer = output_dir, summary_writer

    def begin(self):
        super().begin()
        self._tag, self._warnings = f"{self._variable.path}/sec", 0
        if self._writer is None and self._output_dir:
            self._writer = summary_writer.writer_of(self._output_dir)

    def before_run(self, run_context):
        self.expected(run_context.steps)

    def after_run(self, run_context, run_values):
        before, step = self.global_step, self.follow(run_context.steps)
        if triggers(self._timer, step):
            seconds, steps = self._timer.update_last_triggered_step(step)
            if seconds is not None and ranks.is_chief():
                self._tell(steps / max(seconds, 1e-9), step)
        if step == before and self._warnings < _MOST_WARNINGS and ranks.is_chief():
            self._warnings += 1
            _log.warning(
                "It seems that global step (tf.train.get_global_step) has not been increased. "
                "Current value (could be stable): %s vs previous value: %s. You could increase "
                "the global step by passing tf.train.get_global_step() to "
                "Optimizer.apply_gradients or Optimizer.minimize.",
                step,
                before,
            )

    def steps_to_wait(self):
        return self.steps_until_due(self._timer)

    def _tell(self, steps_per_second, step):
        if self._writer is not None:
            self._writer.add_summary(summary_values.scalar(self._tag, steps_per_second), step)
        _log.info("%s: %g", self._tag, steps_per_second)
