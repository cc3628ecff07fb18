"""First values of a session's variables: from a checkpoint, or as they were made."""

import logging

from estikeras.estimator import saving
from estikeras.op_errors import DataLossError, NotFoundError
from estikeras.train import get_checkpoint_state, load_checkpoint
from estikeras.train.fallback import restorable_checkpoint
from strategies import context

_log = logging.getLogger("estikeras")


def checkpoint_to_restore(model_dir, strategy):
    """The path of the last checkpoint that can be read, or None; on several ranks the chief's."""
    path = restorable_checkpoint(model_dir) if strategy.cluster.is_chief else None
    return strategy.bcast(path)


def step_of(checkpoint):
    """The step at which a checkpoint was saved; 0 if it has none."""
    reader = load_checkpoint(checkpoint)
    for name in ("global_step", "estimator_global_step/.ATTRIBUTES/VARIABLE_VALUE"):
        if reader.has_tensor(name):
            return int(reader.get_tensor(name))
    return 0


def saver_of(session, estimator):
    """What saves and restores a session: the scaffold's saver, which then keeps as many of the
    folder's checkpoints as of its own, or one of all variables by name.
    """
    saver = session.built[0].scaffold.saver
    if saver is not None:
        kept = get_checkpoint_state(estimator.model_dir)
        if kept is not None and hasattr(saver, "recover_last_checkpoints"):
            saver.recover_last_checkpoints(kept.all_model_checkpoint_paths)
        return saver
    return saving.saver_of(session.traced, session.store, estimator.config, estimator.model_dir)


def restore(session, saver, checkpoint, strategy, model_dir=None):
    """Give a session's variables the values of a checkpoint, or let the scaffold initialize them.

    Args:
        session: the Session.
        saver: what restores it.
        checkpoint: path, or None.
        strategy: the Strategy whose ranks all have the chief's values afterwards.
        model_dir: folder whose last checkpoint is taken where a training beside has removed this
            one meanwhile; None for this one alone.

    Returns:
        The path of the checkpoint that was restored, as the chief knows it; or None.
    """
    scaffold = session.built[0].scaffold
    if checkpoint is not None:
        if strategy.cluster.is_chief:
            with context.scope(None):  # what is made for it, such as slots, this rank makes alone
                checkpoint = _restore(session, saver, checkpoint, model_dir)
    elif scaffold.init_fn is not None:
        scaffold.init_fn(scaffold, session)
    share(session.variables, strategy)
    if scaffold.local_init_op is not None:
        session.run(scaffold.local_init_op)
    return checkpoint


def _restore(session, saver, checkpoint, model_dir):
    """Restore a checkpoint, or a newer one if it is gone; gives the path of that."""
    _log.info("Restoring parameters from %s", checkpoint)
    try:
        saver.restore(session, checkpoint)
    except (NotFoundError, DataLossError, ValueError):
        newer = None if model_dir is None else restorable_checkpoint(model_dir)
        if newer in (None, checkpoint):
            raise
        return _restore(session, saver, newer, model_dir)
    return checkpoint


def copy(session, variables):
    """Give a session's variables the values of others of the same names.

    Args:
        session: the Session.
        variables: dict from path to Variable.

    Raises:
        ValueError: for a scaffold that says itself how values are restored or initialized.
    """
    scaffold = session.built[0].scaffold
    if scaffold.saver is not None:
        raise ValueError("InMemoryEvaluator does not support custom saver")
    if scaffold.init_fn is not None:
        raise ValueError("InMemoryEvaluator does not support custom init_fn")
    for path, variable in session.store.saved().items():
        if path in variables:
            variable.assign(variables[path].value)
    if scaffold.local_init_op is not None:
        session.run(scaffold.local_init_op)


def share(variables, strategy):
    """Give variables the chief's values on all ranks; every rank calls it."""
    if strategy.num_replicas_in_sync == 1:
        return
    for variable in variables:
        variable.before_write()
        variable.equal_on_ranks = True
    named = [(variable.path, variable.buffer) for variable in variables]
    strategy.synchronize(named, "the variables of the model function")
