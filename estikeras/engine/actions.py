"""Actions: what TensorFlow 1 calls an operation that is run for what it does.

The graph, a SessionGraph, tells what comes of several in one run.
"""

from estikeras import errors
from estikeras.engine.tensor import public_operators, with_operators


class Action:
    """What can be run for the values that it gives to variables.

    Attributes:
        graph: the SessionGraph.
        name: unique in the graph.
        updates: dict from Variable to the TracedTensor with its new value; those of the actions
            that it comes after are among them.
        checks: TracedTensors that are computed since that may fail; likewise.
        after: the actions that happen before it in the same run, as the keys of a dict.
        owner: the object that made it, such as a metric or an optimizer.
        result: TracedTensor that is its value where it is fetched, or None.
        begins: the Dataset of which a new pass begins where it is run, or None.
    """

    def __init__(self, graph, name, after=(), owner=None):
        self.graph, self.owner, self.result, self.begins = graph, owner, None, None
        self.updates, self.checks = {}, []
        self.after, self._before = {}, {}
        self.come_after(after)
        self.number = len(graph.actions)
        self.name = graph.note(self, name)
        graph.actions.append(self)

    def come_after(self, actions):
        """Let others, and those that these come after, happen before it."""
        every = with_earlier([*self.after, *actions])
        if len(every) > len(self.after):
            own = self.own_updates()
            self.after, self._before = every, self.graph.updates_of(every)
            self.updates |= {**self._before, **own}
            self.checks = self.graph.checks_of((*actions, self))

    @property
    def op(self):
        """Itself: `assign_add(step, 1).op` is what TensorFlow 1 runs for no value."""
        return self

    def own_updates(self):
        """Its updates but those of the actions that it comes after."""
        before = self._before
        return {v: value for v, value in self.updates.items() if before.get(v) is not value}

    def __tensor__(self):
        """Its value as a tensor, which requires that it is run."""
        if self.result is None:
            raise errors.wrong_type("x", got=self, expected="a tensor; this operation has no value")
        with self.graph.requiring([self]):
            return public_operators()["stop_gradient"](self.result)

    @property
    def shape(self):
        """The shape of its value."""
        return self._value().shape

    @property
    def dtype(self):
        """The dtype of its value."""
        return self._value().dtype

    def get_shape(self):
        """The shape of its value."""
        return self.shape

    def _value(self):
        if self.result is None:
            raise AttributeError(f"{self!r} has no value: it is an operation, and no tensor.")
        return self.result

    def __repr__(self):
        return f"<Action {self.name!r} of {[variable.path for variable in self.updates]}>"


with_operators(Action, without=("eq", "ne"))  # two operations are equal if they are the same


def by_number(action):
    """Where an action is in its graph, to sort by."""
    return action.number


def with_earlier(actions):
    """Actions and those that these come after, as the keys of a dict."""
    found = {}
    for each in sorted(actions, key=by_number, reverse=True):  # what comes after many is first
        if each not in found:
            found |= each.after
            found[each] = None
    return found
