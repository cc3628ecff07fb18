"""How an Estimator evaluates: every batch updates the metrics, which are read in the end."""

import logging
import os
import time

import numpy as np

import strategies
from estikeras.compat.global_step import get_global_step
from estikeras.engine.session_graph import group, session_graph
from estikeras.engine.variable_store import local_variables
from estikeras.estimator import restoring
from estikeras.estimator.hooks.stop_after_batches import StopAfterBatches
from estikeras.estimator.loop import Loop
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.estimator.spec import value_and_updates
from estikeras.formats import summary_values, summary_writer
from estikeras.keras.metrics.reduction import Mean
from estikeras.op_errors import OutOfRangeError
from estikeras.ops.replicas import averaged
from strategies import context

_log = logging.getLogger("estikeras")
LOSS, GLOBAL_STEP = "loss", "global_step"


def run(estimator, input_fn, steps, hooks, checkpoint_path, name, variables=None):
    """Evaluate; see `Estimator.evaluate`. `variables`, a dict from path to Variable, are evaluated
    in place of a checkpoint.
    """
    strategy = estimator.config.eval_distribute or strategies.get_strategy()
    estimator._take_folder_of_chief(strategy)
    with context.scope(strategy):
        model_dir = estimator.model_dir if checkpoint_path is None else None
        if checkpoint_path is None and variables is None:
            checkpoint_path = restoring.checkpoint_to_restore(estimator.model_dir, strategy)
            if checkpoint_path is None:
                _log.info(
                    "Could not find trained model in model_dir: %s, running initialization to "
                    "evaluate.",
                    estimator.model_dir,
                )
        try:
            session = estimator._session(input_fn, ModeKeys.EVAL, strategy, _with_metrics)
        except OutOfRangeError as error:
            raise ValueError(
                "input_fn gave no batch to evaluate on. Does its Dataset have elements, and is a "
                "file that it reads empty?"
            ) from error
        try:
            saver = restoring.saver_of(session, estimator) if variables is None else None

            def prepare():
                nonlocal checkpoint_path
                if saver is None:
                    restoring.copy(session, variables)
                    return
                checkpoint_path = restoring.restore(
                    session, saver, checkpoint_path, strategy, model_dir
                )

            results = _evaluate(session, prepare, steps, hooks)
        finally:
            session.close()
        if strategy.cluster.is_chief:
            _write(estimator.eval_dir(name), results, checkpoint_path)
    return results


def _with_metrics(spec):
    """The operation that adds a batch to all metrics, and their values."""
    metrics = {**spec.eval_metric_ops, LOSS: _mean_loss(averaged(spec.loss))}
    graph = session_graph()
    found = {key: value_and_updates(graph, metric) for key, metric in metrics.items()}
    values = {key: value for key, (value, _) in sorted(found.items())}
    updates = [x for _, updates in found.values() for x in updates]
    return {
        "update": group(updates, "update_metrics"),
        "values": {**values, GLOBAL_STEP: get_global_step().value},
    }


def _evaluate(session, prepare, steps, hooks):
    spec, metrics = session.built
    hooks = [*hooks, *spec.evaluation_hooks]
    if steps is not None:
        hooks.append(StopAfterBatches(steps))
    began = time.perf_counter()
    _log.info("Starting evaluation at %s", time.strftime("%Y-%m-%dT%H:%M:%S"))
    for _ in Loop(session, hooks, prepare).results(metrics["update"]):
        pass
    results = session.run(metrics["values"])
    _log.info("Inference Time : %.5fs", time.perf_counter() - began)
    _log.info("Finished evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S"))
    return results


def _mean_loss(loss):
    with local_variables():
        mean = Mean(name="mean_loss")
    mean.update_state(loss)
    return mean


def _write(folder, results, checkpoint_path):
    """Write the results as summaries, and into the log."""
    step = int(results[GLOBAL_STEP])
    shown = ", ".join(f"{key} = {value!s}" for key, value in sorted(results.items()))
    _log.info("Saving dict for global step %d: %s", step, shown)
    summaries = [
        (summary_values.array if np.ndim(value) else summary_values.scalar)(key, value)
        for key, value in results.items()
        if key != GLOBAL_STEP and not isinstance(value, dict)
    ]
    writer = summary_writer.writer_of(folder)
    writer.add_summary(b"".join(summaries), step)
    if checkpoint_path is not None:
        _log.info("Saving 'checkpoint_path' summary for global step %d: %s", step, checkpoint_path)
        path = os.fspath(checkpoint_path).encode()
        writer.add_summary(summary_values.text("checkpoint_path", path), step)
