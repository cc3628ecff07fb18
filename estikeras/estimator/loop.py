"""The loop of steps that hooks listen to."""

import math

from estikeras.estimator.hooks.base import SessionRunArgs, SessionRunContext, SessionRunValues
from estikeras.op_errors import OutOfRangeError


class Loop:
    """Runs the steps of a session until the data end or a hook asks for the end. Ranks do equally
    many steps in a run, those that the chief's hooks let it do, and end together.

    Args:
        session: the Session.
        hooks: list of SessionRunHooks.
        prepare: function that gives variables their values, called between the hooks' `begin` and
            `after_create_session`.
    """

    def __init__(self, session, hooks, prepare):
        self._session, self._hooks = session, list(hooks)
        with session.building():
            for hook in self._hooks:
                hook.begin()
        with session.shown():
            prepare()
            for hook in self._hooks:
                hook.after_create_session(session, session)

    def results(self, fetches, every=False):
        """Run step after step.

        Args:
            fetches: structure of tensors and operations.
            every: whether the values of each step are needed, and not only of some.

        Yields:
            The values of each run's last step, and how many steps it did.
        """
        try:
            while not self._session.should_stop():
                steps = self._session.available(1 if every else self._most_steps())
                try:
                    with self._session.shown():
                        values = self._run(fetches, steps)
                except StopIteration:  # a hook's, which ends the loop
                    break
                yield values, steps
        except OutOfRangeError:
            pass  # the data have ended
        with self._session.shown():
            for hook in self._hooks:
                hook.end(self._session)

    def _most_steps(self):
        """How many steps all hooks can miss; who waits for 2.5 steps minds the third."""
        waits = [wait for hook in self._hooks if (wait := hook.steps_to_wait()) is not None]
        return math.ceil(min(waits)) if waits else None

    def _run(self, fetches, steps):
        context = SessionRunContext(SessionRunArgs(fetches), self._session, steps)
        asked = [hook.before_run(context) for hook in self._hooks]
        wanted = [None if each is None else each.fetches for each in asked]
        lists = [each.options for each in asked if each is not None and each.options is not None]
        events = [] if lists else None
        values, results = self._session.step([fetches, wanted], _fed_by(asked), steps, events)
        for each in lists:
            each.extend(events)
        for hook, value in zip(self._hooks, results, strict=True):
            hook.after_run(context, SessionRunValues(value, None, None))
        strategy, stops = self._session.strategy, context.stop_requested
        if strategy.is_any(stops) if strategy else stops:
            self._session.request_stop()
        return values


def _fed_by(asked):
    """What hooks feed, in one dict.

    Raises:
        RuntimeError: if two hooks feed one placeholder.
    """
    fed = {}
    for each in asked:
        for placeholder, value in (each.feed_dict or {} if each is not None else {}).items():
            if placeholder in fed:
                raise RuntimeError(f"Two hooks feed the placeholder {placeholder!r}.")
            fed[placeholder] = value
    return fed
