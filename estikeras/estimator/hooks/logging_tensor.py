"""Logs the values of tensors."""

import logging

import numpy as np

from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import Tensor, TracedTensor
from estikeras.estimator.hooks import ranks
from estikeras.estimator.hooks.base import SessionRunArgs, SessionRunHook
from estikeras.estimator.hooks.elements import element
from estikeras.estimator.hooks.timer import Never, SecondOrStepTimer, may_wait, triggers
from estikeras.public import public

_log = logging.getLogger("estikeras")


@public(
    "estimator.LoggingTensorHook",
    "compat.v1.estimator.LoggingTensorHook",
    "compat.v1.train.LoggingTensorHook",
)
class LoggingTensorHook(SessionRunHook):
    """Logs tensors in the first step of a session and then every so many steps or seconds.

    Args:
        tensors: dict from name to tensor, or list of tensors; also by their names in the graph.
        every_n_iter: int, steps of this session from one line to the next; or None.
        every_n_secs: seconds from one line to the next; or None.
        at_end: whether to log at the end too; tensors that depend on the input take a batch for it.
        formatter: function that makes the line from a dict of values, whose names are those of the
            dict, or what stands for the tensors of a list; None for `name = value`.

    Raises:
        ValueError: unless exactly one of `every_n_iter` and `every_n_secs` is given, or neither
            with `at_end`; or if `every_n_iter` is not positive.
    """

    def __init__(self, tensors, every_n_iter=None, every_n_secs=None, at_end=False, formatter=None):
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError(
                "either at_end and/or exactly one of every_n_iter and every_n_secs must be "
                "provided."
            )
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        self._tensors = dict(tensors) if isinstance(tensors, dict) else list(tensors)
        self._at_end, self._formatter = at_end, formatter
        self._timer = Never() if only_at_end else SecondOrStepTimer(every_n_secs, every_n_iter)

    def begin(self):
        self._timer.reset()
        self._done = 0
        tensors = self._tensors
        if isinstance(tensors, dict):
            self._current = {name: element(tensors[name]) for name in sorted(tensors)}
            return
        self._current = {}
        for thing in tensors:
            found = element(thing)
            self._current[_unique(_label(thing, found), self._current)] = found

    def before_run(self, run_context):
        self._last = self._done + run_context.steps - 1
        self._is_due = triggers(self._timer, self._last)
        return SessionRunArgs(self._current) if self._is_due else None

    def after_run(self, run_context, run_values):
        if self._is_due:
            self._show(run_values.results)
        self._done = self._last + 1

    def end(self, session):
        if self._at_end:
            self._last = self._done
            self._show(session.run(self._current))

    def steps_to_wait(self):
        timer, last = self._timer, self._timer.last_triggered_step()
        if timer.every_steps is not None:
            return 1 if last is None else last + timer.every_steps - self._done + 1
        return None if isinstance(timer, Never) or may_wait(timer) else 1

    def _show(self, values):
        seconds, _ = self._timer.update_last_triggered_step(self._last)
        if not ranks.is_chief():
            return
        if self._formatter is None and not _log.isEnabledFor(logging.INFO):
            return
        with np.printoptions(suppress=True):
            if self._formatter is not None:
                _log.info(self._formatter(values))
                return
            line = ", ".join(f"{name} = {values[name]!s}" for name in self._current)
        _log.info("%s", line if seconds is None else f"{line} ({seconds:.3f} sec)")


def _label(thing, found):
    """What stands for a tensor of a list."""
    if isinstance(thing, str):
        return thing
    graph = session_graph()
    names = [name for name, known in graph.named.items() if known is found]
    if not isinstance(found, Tensor):
        return names[0] if names else found.path
    kind = getattr(found.node, "primitive", None) if isinstance(found, TracedTensor) else None
    name = (*names, "Const" if kind is None else kind.name)[0]
    return f'Tensor("{name}:0", shape={tuple(found.shape)}, dtype={found.dtype})'


def _unique(label, taken):
    count, unique = 0, label
    while unique in taken:
        count += 1
        unique = f"{label}_{count}"
    return unique
