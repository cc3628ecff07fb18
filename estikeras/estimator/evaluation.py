"""How an Estimator evaluates: every batch updates the metrics, which are read in the end."""

import logging

import numpy as np

import strategies
from estikeras.compat.global_step import get_global_step
from estikeras.engine.session_graph import group
from estikeras.engine.variable_store import local_variables
from estikeras.estimator import restoring
from estikeras.estimator.hooks.base import SessionRunArgs, SessionRunHook
from estikeras.estimator.loop import Loop
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.estimator.spec import value_and_updates
from estikeras.formats.events import EventWriter
from estikeras.keras.metrics.reduction import Mean
from estikeras.op_errors import OutOfRangeError
from estikeras.ops.replicas import averaged
from strategies import context

_log = logging.getLogger("estikeras")
LOSS, GLOBAL_STEP = "loss", "global_step"


def run(estimator, input_fn, steps, hooks, checkpoint_path, name):
    """Evaluate; see `Estimator.evaluate`."""
    strategy = estimator.config.eval_distribute or strategies.get_strategy()
    with context.scope(strategy):
        if checkpoint_path is None:
            checkpoint_path = restoring.checkpoint_to_restore(estimator.model_dir, strategy)
            if checkpoint_path is None:
                _log.info(
                    "Could not find trained model in model_dir: %s, running initialization to "
                    "evaluate.",
                    estimator.model_dir,
                )
        try:
            session = estimator._session(input_fn, ModeKeys.EVAL, strategy)
        except OutOfRangeError as error:
            raise ValueError(
                "input_fn gave no batch to evaluate on. Does its Dataset have elements, and is a "
                "file that it reads empty?"
            ) from error
        try:
            results = _evaluate(estimator, session, strategy, checkpoint_path, steps, hooks)
        finally:
            session.close()
        if strategy.cluster.is_chief:
            _write(estimator.eval_dir(name), results, checkpoint_path)
    return results


def _evaluate(estimator, session, strategy, checkpoint_path, steps, hooks):
    spec = session.built
    with session.building():
        metrics = {**spec.eval_metric_ops, LOSS: _mean_loss(averaged(spec.loss))}
        found = {key: value_and_updates(session.graph, metric) for key, metric in metrics.items()}
        values = {key: value for key, (value, _) in found.items()}
        update = group([x for _, updates in found.values() for x in updates], "update_metrics")
        values[GLOBAL_STEP] = get_global_step().value
    hooks = [*hooks, *spec.evaluation_hooks]
    if steps is not None:
        hooks.append(_StopAfter(steps))
    saver = restoring.saver_of(session, estimator)
    loop = Loop(
        session, hooks, lambda: restoring.restore(session, saver, checkpoint_path, strategy)
    )
    done = 0
    for _, more in loop.results([update]):
        done += more
        _log.debug("Evaluation [%d%s]", done, "" if steps is None else f"/{steps}")
    return session.run(values)


def _mean_loss(loss):
    with local_variables():
        mean = Mean(name="mean_loss")
    mean.update_state(loss)
    return mean


class _StopAfter(SessionRunHook):
    """Ends an evaluation after some batches."""

    def __init__(self, steps):
        self._left = steps

    def before_run(self, run_context):
        return SessionRunArgs(None)

    def after_run(self, run_context, run_values):
        self._left -= run_context.steps
        if self._left <= 0:
            run_context.request_stop()

    def steps_to_wait(self):
        return self._left


def _write(folder, results, checkpoint_path):
    """Write the results as summaries, and into the log."""
    step = int(results[GLOBAL_STEP])
    shown = ", ".join(f"{key} = {value}" for key, value in sorted(results.items()))
    _log.info("Saving dict for global step %d: %s", step, shown)
    writer = EventWriter(folder, suffix="")
    for key, value in results.items():
        if isinstance(value, dict) or np.ndim(value):
            continue
        if key != GLOBAL_STEP:
            writer.scalar(key, float(value), step)
    writer.close()
