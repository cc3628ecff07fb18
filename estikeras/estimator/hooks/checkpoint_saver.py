"""Saves checkpoints while a session trains, and tells listeners."""

import logging
import os

from estikeras.compat.collections import GraphKeys
from estikeras.estimator.hooks import ranks
from estikeras.estimator.hooks.following import GlobalStepHook
from estikeras.estimator.hooks.timer import SecondOrStepTimer, triggers
from estikeras.formats import summary_writer
from estikeras.public import public
from strategies import get_strategy

_log = logging.getLogger("estikeras")


@public(
    "estimator.CheckpointSaverListener",
    "compat.v1.estimator.CheckpointSaverListener",
    "compat.v1.train.CheckpointSaverListener",
)
class CheckpointSaverListener:
    """The base of what is told when CheckpointSaverHook saves: subclasses write the methods that
    they need. Under a strategy every rank's listener is told, so that it may evaluate.
    """

    def begin(self):
        """Called once, when the graph has been made and can still be added to."""

    def before_save(self, session, global_step_value):
        """Called before each checkpoint.

        Args:
            session: the Session.
            global_step_value: the global step, an int.
        """

    def after_save(self, session, global_step_value):
        """Called after each checkpoint; True ends the training.

        Args:
            session: the Session.
            global_step_value: the global step, an int.
        """

    def end(self, session, global_step_value):
        """Called at the end of the session, after its last checkpoint.

        Args:
            session: the Session.
            global_step_value: the global step, an int.
        """


@public(
    "estimator.CheckpointSaverHook",
    "compat.v1.estimator.CheckpointSaverHook",
    "compat.v1.train.CheckpointSaverHook",
)
class CheckpointSaverHook(GlobalStepHook):
    """Saves a checkpoint when the session begins, every so many steps or seconds, and at the end.

    Args:
        checkpoint_dir: path of the folder.
        save_secs: seconds from one checkpoint to the next; or None.
        save_steps: int, global steps from one checkpoint to the next; or None.
        saver: what saves, with a method `save(session, path, global_step=...)`, such as
            `tf.compat.v1.train.Saver`; or None.
        checkpoint_basename: str, the checkpoints' name before `-STEP`.
        scaffold: a Scaffold whose saver saves, or None. With neither, it is the one in the graph's
            collection of savers.
        listeners: list of CheckpointSaverListeners.
        save_graph_def: bool, of no consequence: graphs are made by model_fn, and none is written.

    Raises:
        ValueError: unless exactly one of `save_secs` and `save_steps` is given, and at most one of
            `saver` and `scaffold`.
    """

    def __init__(
        self,
        checkpoint_dir,
        save_secs=None,
        save_steps=None,
        saver=None,
        checkpoint_basename="model.ckpt",
        scaffold=None,
        listeners=None,
        save_graph_def=True,
    ):
        if ranks.is_chief():
            _log.info("Create CheckpointSaverHook.")
        if saver is not None and scaffold is not None:
            raise ValueError("You cannot provide both saver and scaffold.")
        self._saver, self._scaffold = saver, scaffold
        self._folder = checkpoint_dir
        self._path = os.path.join(checkpoint_dir, checkpoint_basename)  # noqa: PTH118
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._listeners = list(listeners or ())

    def add_listeners(self, listeners):
        """Let further CheckpointSaverListeners be told; before `begin`."""
        self._listeners.extend(listeners)

    def begin(self):
        super().begin()
        self._writer = summary_writer.writer_of(self._folder)
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session, coord):
        self._saves = self._saver or self._found_saver(session.graph)
        step = self.look()
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def before_run(self, run_context):
        self.expected(run_context.steps)

    def after_run(self, run_context, run_values):
        step = self.follow(run_context.steps)
        if triggers(self._timer, step):
            self._timer.update_last_triggered_step(step)
            if self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session):
        step = self.look()
        if step != self._timer.last_triggered_step():
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def steps_to_wait(self):
        return self.steps_until_due(self._timer)

    def _save(self, session, step):
        """Save a checkpoint; whether a listener wants the end."""
        speaks = ranks.is_chief()
        if speaks:
            _log.info("Calling checkpoint listeners before saving checkpoint %d...", step)
        for listener in self._listeners:
            listener.before_save(session, step)
        if speaks:
            _log.info("Saving checkpoints for %d into %s.", step, self._path)
        self._saves.save(session, self._path, global_step=step)
        if speaks:
            log = summary_writer.session_log("checkpoint", self._path)
            self._writer.add_session_log(log, step)
            _log.info("Calling checkpoint listeners after saving checkpoint %d...", step)
        ranks.chiefs(None)  # the others' listeners may look at what the chief wrote
        wants_end = False
        for listener in self._listeners:
            if listener.after_save(session, step):
                wants_end = True
                _log.info(
                    "A CheckpointSaverListener requested that training be stopped. listener: %s",
                    listener,
                )
        return get_strategy().is_any(wants_end) if self._listeners else False

    def _found_saver(self, graph):
        if self._scaffold is not None and self._scaffold.saver is not None:
            return self._scaffold.saver
        savers = graph.get_collection(GraphKeys.SAVERS)
        if not savers:
            raise RuntimeError(
                f"No items in collection {GraphKeys.SAVERS}. Please add a saver to the collection "
                "or provide a saver or scaffold."
            )
        if len(savers) > 1:
            raise RuntimeError(
                f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which one "
                "to use by passing it to the constructor."
            )
        return savers[0]
