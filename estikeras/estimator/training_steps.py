"""How an Estimator trains: the session, the hooks that every training has, the loop."""

import logging

import strategies
from estikeras.compat.collections import GraphKeys, add_to_collection, get_collection
from estikeras.compat.global_step import get_global_step
from estikeras.compat.summary import scalar
from estikeras.estimator import restoring, saving
from estikeras.estimator.hooks.checkpoint_saver import CheckpointSaverHook
from estikeras.estimator.hooks.logging_tensor import LoggingTensorHook
from estikeras.estimator.hooks.nan_tensor import NanTensorHook
from estikeras.estimator.hooks.step_counter import StepCounterHook
from estikeras.estimator.hooks.stop_at_step import StopAtStepHook
from estikeras.estimator.hooks.summary_saver import SummarySaverHook
from estikeras.estimator.loop import Loop
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.estimator.only_training import only_training
from estikeras.estimator.task import check_world
from estikeras.estimator.warm_start import warm_start_variables
from estikeras.op_errors import OutOfRangeError
from estikeras.ops.replicas import averaged
from strategies import context

SKIPPED = object()
_log = logging.getLogger("estikeras")


def run(estimator, input_fn, hooks, steps, max_steps, saving_listeners):
    """Train; see `Estimator.train`.

    Returns:
        The loss of the last step; None if there was no step; SKIPPED if `max_steps` were done.
    """
    strategy = estimator.config.train_distribute or strategies.get_strategy()
    check_world(estimator.config, strategy)
    estimator._take_folder_of_chief(strategy)
    with context.scope(strategy), only_training(estimator.model_dir, strategy):
        checkpoint = restoring.checkpoint_to_restore(estimator.model_dir, strategy)
        done = strategy.bcast(0 if checkpoint is None else restoring.step_of(checkpoint))
        if max_steps is not None and done >= max_steps:
            _log.info("Skipping training since max_steps has already saved.")
            return SKIPPED
        if steps is not None or max_steps is not None:
            hooks = [*hooks, StopAtStepHook(steps, max_steps)]
        try:
            session = estimator._session(input_fn, ModeKeys.TRAIN, strategy, _with_loss)
        except OutOfRangeError:
            session = None
        loss = None
        if session is not None:
            loss = _train(estimator, session, strategy, checkpoint, hooks, saving_listeners)
    if loss is None:
        _log.warning(
            "Training with estimator made no steps. Perhaps input is empty or misspecified."
        )
    return loss


def _with_loss(spec):
    """The loss of all ranks' rows, and the step."""
    add_to_collection(GraphKeys.LOSSES, spec.loss)  # where hooks look for it
    loss = averaged(spec.loss)
    if not any(summary.name == "loss" for summary in get_collection(GraphKeys.SUMMARIES)):
        scalar("loss", loss)
    return {"loss": loss, "step": get_global_step().value}


def _train(estimator, session, strategy, checkpoint, hooks, saving_listeners):
    spec, shown = session.built
    try:
        saver = restoring.saver_of(session, estimator)
        savers = session.traced.collections[GraphKeys.SAVERS]
        if not savers:
            savers.append(saver)
        config = estimator.config
        chiefs = spec.training_chief_hooks if strategy.cluster.is_chief else ()
        own = [*chiefs, *hooks, *_hooks_that_log(config, **shown), *spec.training_hooks]
        # Hooks find the step's checkpoint written, and none is written of what is no number.
        hooks = [
            NanTensorHook(shown["loss"]),
            *_hooks_that_write(estimator, spec, saver, own, saving_listeners),
            *own,
        ]

        def prepare():
            if checkpoint is None and estimator._warm_start_from is not None:
                named, _ = saving.named_variables(session.traced, session.store)
                warm_start_variables(named, estimator._warm_start_from)
            restoring.restore(session, saver, checkpoint, strategy)

        loop = Loop(session, hooks, prepare)
        last = None
        for values, _ in loop.results([spec.train_op, shown["loss"]]):
            last = values[1]
        return last
    finally:
        session.close()


def _hooks_that_log(config, loss, step):
    """The loss, from time to time."""
    if config.log_step_count_steps is None:
        return []
    tensors = {"loss": loss, "step": step}
    return [LoggingTensorHook(tensors, every_n_iter=config.log_step_count_steps)]


def _hooks_that_write(estimator, spec, saver, hooks, saving_listeners):
    """Checkpoints, summaries and speed; a hook that saves checkpoints may be there already."""
    config, folder = estimator.config, estimator.model_dir
    made = []
    savers = [hook for hook in hooks if isinstance(hook, CheckpointSaverHook)]
    secs, steps = config.save_checkpoints_secs, config.save_checkpoints_steps
    if not savers and (secs or steps):
        savers = [CheckpointSaverHook(folder, save_secs=secs, save_steps=steps, saver=saver)]
        made += savers
    if saving_listeners:
        if not savers:
            raise ValueError(
                "There should be a CheckpointSaverHook to use saving_listeners. Set "
                "`save_checkpoints_steps` or `save_checkpoints_secs` of RunConfig."
            )
        savers[0].add_listeners(saving_listeners)
    if config.log_step_count_steps:
        made.append(StepCounterHook(config.log_step_count_steps, output_dir=folder))
    if config.save_summary_steps:
        made.append(
            SummarySaverHook(
                save_steps=config.save_summary_steps, output_dir=folder, scaffold=spec.scaffold
            )
        )
    return made
