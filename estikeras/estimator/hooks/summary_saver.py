"""Writes summaries into event files."""

from estikeras import errors
from estikeras.compat.collections import GraphKeys
from estikeras.compat.summary import MergedSummary
from estikeras.engine import tree
from estikeras.estimator.hooks import ranks
from estikeras.estimator.hooks.base import SessionRunArgs
from estikeras.estimator.hooks.following import GlobalStepHook
from estikeras.estimator.hooks.timer import SecondOrStepTimer, triggers
from estikeras.formats import summary_writer
from estikeras.public import public


@public(
    "estimator.SummarySaverHook",
    "compat.v1.estimator.SummarySaverHook",
    "compat.v1.train.SummarySaverHook",
)
class SummarySaverHook(GlobalStepHook):
    """Computes summaries in the first step and then every so many steps or seconds.

    Args:
        save_steps: int, steps from one time to the next; or None.
        save_secs: seconds from one time to the next; or None.
        output_dir: path of the folder of the event file.
        summary_writer: what writes it instead, a `tf.compat.v1.summary.FileWriter`.
        scaffold: a Scaffold, whose `summary_op` is written, or without one all summaries of the
            graph.
        summary_op: what is written instead: what `tf.compat.v1.summary.scalar` and its like give,
            or a list of them, such as `merge_all` gives.

    Raises:
        ValueError: unless exactly one of `scaffold` and `summary_op` is given, exactly one of
            `save_steps` and `save_secs`, and a folder or a writer.
    """

    def __init__(
        self,
        save_steps=None,
        save_secs=None,
        output_dir=None,
        summary_writer=None,
        scaffold=None,
        summary_op=None,
    ):
        if (scaffold is None) == (summary_op is None):
            raise ValueError("Exactly one of scaffold or summary_op must be provided.")
        if not output_dir and summary_writer is None:
            raise errors.invalid(
                "output_dir", got=output_dir, expected="a folder, or `summary_writer`"
            )
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._output_dir, self._writer = output_dir, summary_writer
        self._scaffold, self._summary_op = scaffold, summary_op

    def begin(self):
        super().begin()
        if self._writer is None:
            self._writer = summary_writer.writer_of(self._output_dir)

    def after_create_session(self, session, coord):
        chosen = self._summary_op if self._scaffold is None else self._scaffold.summary_op
        if chosen is None:
            chosen = session.graph.get_collection(GraphKeys.SUMMARIES)
        self._summaries = tree.flatten(chosen)
        for summary in self._summaries:
            if not isinstance(summary, MergedSummary):
                raise errors.wrong_type(
                    "summary_op", got=summary, expected="what `tf.compat.v1.summary.scalar` gives"
                )

    def before_run(self, run_context):
        step = self.expected(run_context.steps)
        self._is_first = step is None
        self._is_due = self._is_first or triggers(self._timer, step)
        if not self._is_due:
            return None
        return SessionRunArgs(self._summaries)

    def after_run(self, run_context, run_values):
        step = self.follow(run_context.steps)
        if not self._is_due:
            return
        self._timer.update_last_triggered_step(step)
        if not ranks.is_chief():
            return
        if self._is_first:
            self._writer.add_session_log(summary_writer.session_log("start"), step)
        if encoded := b"".join(run_values.results):
            self._writer.add_summary(encoded, step)

    def end(self, session):
        if ranks.is_chief():
            self._writer.flush()

    def steps_to_wait(self):
        return self.steps_until_due(self._timer)
