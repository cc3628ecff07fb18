"""Writes what a step consists of and how long each part takes."""

import json
import logging
from pathlib import Path

from estikeras.estimator.hooks import chrome_trace, ranks
from estikeras.estimator.hooks.base import SessionRunArgs
from estikeras.estimator.hooks.following import GlobalStepHook
from estikeras.estimator.hooks.timer import SecondOrStepTimer, triggers
from estikeras.public import public

_log = logging.getLogger("estikeras")


@public(
    "estimator.ProfilerHook",
    "compat.v1.estimator.ProfilerHook",
    "compat.v1.train.ProfilerHook",
)
class ProfilerHook(GlobalStepHook):
    """Writes every so many steps or seconds a file `timeline-STEP.json` that browsers show
    (`chrome://tracing`, ui.perfetto.dev).

    In the step that is shown, instructions are done one after the other, and their times leave out
    what it takes to go from one to the next.

    Args:
        save_steps: int, global steps from one file to the next; or None.
        save_secs: seconds from one file to the next; or None.
        output_dir: path of the folder.
        show_dataflow: whether to show from which instruction to which tensors go.
        show_memory: whether to show how much memory tensors take up.

    Raises:
        ValueError: unless exactly one of `save_steps` and `save_secs` is given.
    """

    def __init__(
        self,
        save_steps=None,
        save_secs=None,
        output_dir="",
        show_dataflow=True,
        show_memory=False,
    ):
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._folder = Path(output_dir)
        self._show_dataflow, self._show_memory = show_dataflow, show_memory

    def begin(self):
        super().begin()
        self._is_due = False

    def before_run(self, run_context):
        self.expected(run_context.steps)
        self._events = [] if self._is_due and run_context.steps == 1 else None
        return SessionRunArgs(None, options=self._events)

    def after_run(self, run_context, run_values):
        before, step = self.global_step, self.follow(run_context.steps)
        if self._timer.last_triggered_step() is None:
            self._timer.update_last_triggered_step(before)
        if self._events:
            self._timer.update_last_triggered_step(step)
            if ranks.is_chief():
                self._write(step)
        self._is_due = triggers(self._timer, self.expected(1))

    def steps_to_wait(self):
        if self._is_due:
            return 1
        until = self.steps_until_due(self._timer)
        # The step that is shown is a run of its own.
        return until if until is None else max(1, until - 1)

    def _write(self, step):
        path = self._folder / f"timeline-{step}.json"
        _log.info("Saving timeline for %d into '%s'.", step, path)
        trace = chrome_trace.trace(self._events, self._show_dataflow, self._show_memory)
        self._folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(trace), encoding="utf-8")
