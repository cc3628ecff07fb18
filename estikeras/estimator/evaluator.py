"""Evaluates an Estimator's checkpoints as they come, and lets exporters export.

On several ranks everything here is called by all of them.
"""

import logging
import os
import time
from collections import namedtuple

from estikeras import errors
from estikeras.estimator.hooks.checkpoint_saver import CheckpointSaverListener
from estikeras.estimator.hooks.timer import SecondOrStepTimer, triggers
from estikeras.op_errors import NotFoundError
from estikeras.train import checkpoint_exists
from strategies import OneDeviceStrategy

_log = logging.getLogger("estikeras")
_WARN_EVERY_S = 600
_STEP = "global_step"

# What came of one checkpoint: the metrics by name, and for each exporter what it gave.
Evaluation = namedtuple("Evaluation", ["metrics", "exports"])


class Evaluator:
    """Evaluates and exports checkpoints, none of them twice.

    Args:
        estimator: the Estimator.
        eval_spec: the EvalSpec.
        max_steps: the step at which training ends, or None.
        strategy: the Strategy whose ranks are here. Where `eval_distribute` has fewer, its chief
            evaluates alone. Exports are always the chief's.
    """

    def __init__(self, estimator, eval_spec, max_steps, strategy):
        self._estimator, self._spec, self._strategy = estimator, eval_spec, strategy
        self._max_steps, self._evaluated, self._last_warning_s = max_steps, None, None

    def is_last(self, evaluation):
        """Whether an evaluation is that of the last checkpoint of the training."""
        return bool(self._max_steps) and evaluation.metrics[_STEP] >= self._max_steps

    def evaluate(self):
        """Evaluate the last checkpoint, and export.

        Returns:
            An Evaluation; None where there is no checkpoint that was not evaluated.
        """
        path = self._latest_checkpoint()
        if path is None:
            self._warn(
                "Estimator is not trained yet. Will start an evaluation when a checkpoint is ready."
            )
            return None
        if path == self._evaluated:
            self._warn(
                "No new checkpoint ready for evaluation. Skip the current evaluation pass as "
                "evaluation results are expected to be same for the same checkpoint."
            )
            return None
        metrics = self._metrics_of(path)
        self._evaluated, self._last_warning_s = path, None
        if metrics is None:
            return None
        evaluation = Evaluation(metrics, [])
        exports = self._as_chief(lambda: self._export(path, evaluation))
        return evaluation._replace(exports=exports)

    def _latest_checkpoint(self):
        strategy = self._strategy
        return strategy.bcast(
            self._estimator.latest_checkpoint() if strategy.cluster.is_chief else None
        )

    def _metrics_of(self, path):
        """What the evaluation of a checkpoint gives; None if its files were removed."""

        def evaluate():
            return _checked(
                self._estimator.evaluate(
                    input_fn=self._spec.input_fn,
                    steps=self._spec.steps,
                    name=self._spec.name,
                    checkpoint_path=path,
                    hooks=self._spec.hooks,
                )
            )

        ranks = self._strategy.num_replicas_in_sync
        strategy = self._estimator.config.eval_distribute or self._strategy
        try:
            if strategy.num_replicas_in_sync == ranks:
                return evaluate()
            return self._as_chief(evaluate)
        except NotFoundError:
            if checkpoint_exists(path):
                raise
            _log.warning(
                "%s was removed before it was evaluated. Raise `keep_checkpoint_max` of RunConfig, "
                "or save less often.",
                path,
            )
            return None

    def _export(self, path, evaluation):
        folder = os.path.join(self._estimator.model_dir, "export")  # noqa: PTH118
        return [
            exporter.export(
                estimator=self._estimator,
                export_path=os.path.join(folder, exporter.name),  # noqa: PTH118
                checkpoint_path=path,
                eval_result=evaluation.metrics,
                is_the_final_export=self.is_last(evaluation),
            )
            for exporter in self._spec.exporters
        ]

    def _as_chief(self, function):
        """What a function gives that the chief calls alone, on every rank."""
        strategy = self._strategy
        if strategy.num_replicas_in_sync == 1:
            return function()
        result = None
        if strategy.cluster.is_chief:
            with OneDeviceStrategy().scope():
                result = function()
        return strategy.bcast(result)

    def _warn(self, message):
        """Warn, but not all the time."""
        now = time.monotonic()
        if self._last_warning_s is None or now - self._last_warning_s > _WARN_EVERY_S:
            _log.warning(message)
            self._last_warning_s = now


class EvaluatingListener(CheckpointSaverListener):
    """Evaluates checkpoints while an Estimator trains, but for the one that it begins with.

    Args:
        evaluator: Evaluator.
        throttle_secs: how many seconds are at least between the beginnings of two evaluations.

    Attributes:
        last: the last Evaluation, or None.
    """

    def __init__(self, evaluator, throttle_secs):
        self._evaluator, self._throttle_secs = evaluator, throttle_secs
        self.last = None

    def begin(self):
        self._timer, self._is_first = SecondOrStepTimer(every_secs=self._throttle_secs), True

    def after_save(self, session, global_step_value):
        if self._is_first:
            self._is_first = False
        elif triggers(self._timer, global_step_value):
            self._evaluate(global_step_value)
        else:
            _log.info(
                "Skip the current checkpoint eval due to throttle secs (%s secs).",
                self._throttle_secs,
            )

    def end(self, session, global_step_value):
        if global_step_value != self._timer.last_triggered_step():
            self._evaluate(global_step_value)

    def _evaluate(self, step):
        self._timer.update_last_triggered_step(step)
        evaluation = self._evaluator.evaluate()
        if evaluation is None:
            raise RuntimeError(
                f"There was no new checkpoint after the training came to step {step}. Does another "
                "training use the same model_dir?"
            )
        self.last = evaluation


def _checked(metrics):
    """What `Estimator.evaluate` gave, which subclasses may have changed."""
    if not isinstance(metrics, dict):
        raise errors.wrong_type("Estimator.evaluate", got=metrics, expected="a dict of metrics")
    if _STEP not in metrics:
        raise ValueError(
            f"`Estimator.evaluate` result should have `global_step` in result. Given {metrics}"
        )
    return metrics
