"""The checkpoints of a session: what is saved under which names."""

import collections

from estikeras.engine.variable import Variable
from estikeras.keras.optimizers.base import Optimizer
from estikeras.train.keeper import CheckpointKeeper
from estikeras.train.savers import NameSaver

GLOBAL_STEP = "global_step"


class SessionSaver:
    """Writes numbered checkpoints into a folder, and restores them.

    Args:
        saver: a NameSaver or ObjectSaver.
        keeper: the CheckpointKeeper of the folder.
    """

    def __init__(self, saver, keeper):
        self._saver, self._keeper = saver, keeper
        self._keeper.take_up()

    def save(self, session, path, global_step=None):
        """Write a checkpoint; gives its path.

        Args:
            session: of no consequence.
            path: str, the path to which the number of the step is added.
            global_step: int or None.
        """
        prefix = path if global_step is None else f"{path}-{int(global_step)}"
        self._saver.save(prefix)
        self._keeper.add(prefix)
        return prefix

    def restore(self, session, path):
        """Give all variables the values of a checkpoint.

        Args:
            session: of no consequence.
            path: str, the path without the files' endings.
        """
        self._saver.restore(path)


def keeper_of(config, model_dir):
    """The CheckpointKeeper for a folder, as a RunConfig has it."""
    return CheckpointKeeper(
        model_dir, config.keep_checkpoint_max or None, config.keep_checkpoint_every_n_hours
    )


def named_variables(graph, store):
    """What a checkpoint keeps of a session: variables and constants by their names, and the names
    that older checkpoints may lack.

    Variables of Keras optimizers have the names that they have in TensorFlow's graphs.
    """
    named = store.saved()
    for variable in (*graph.reads, *graph.updates):  # what model_fn did not make, and uses
        is_known = any(variable.identity == known.identity for known in store.variables.values())
        if not is_known and variable.synchronization != "on_read":
            named.setdefault(variable.path, variable)
    owners = dict.fromkeys(action.owner for action in graph.actions)
    step, scopes = store.variables[GLOBAL_STEP], collections.Counter()
    for optimizer in [owner for owner in owners if isinstance(owner, Optimizer)]:
        own = {variable.identity for variable in optimizer.variables} - {step.identity}
        named = {
            name: v
            for name, v in named.items()
            if not isinstance(v, Variable) or v.identity not in own  # numbers have only names
        }
        scope = optimizer.checkpoint_scope
        count, scopes[scope] = scopes[scope], scopes[scope] + 1
        scope = f"{scope}_{count}" if count else scope  # as name scopes are made unique
        named |= optimizer.checkpoint_names(scope, without=[step])
    optional = [k for k in named if k.endswith("seed_generator_state") or k in store.spare]
    return named, optional


def saver_of(graph, store, config, model_dir):
    """The SessionSaver for all variables of a session by their names."""
    named, optional = named_variables(graph, store)
    return SessionSaver(NameSaver(named, optional), keeper_of(config, model_dir))
