"""What optimizers and means keep beside variables or tensors, anew in each model function."""

import weakref

from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import Tensor


class Beside:
    """Things by name that are kept beside variables or, without one, alone.

    Each graph of a model function has its own, since one object may serve several. They are made
    again in each trace, where the store of variables finds their values by name.
    """

    def __init__(self):
        self._outside, self._inside = {}, weakref.WeakKeyDictionary()

    def __getstate__(self):
        return [(name, variable, thing) for (name, _), (variable, thing) in self._outside.items()]

    def __setstate__(self, kept):
        self.__init__()
        for name, variable, thing in kept:
            self._outside[_key(name, variable)] = (variable, thing)

    def _here(self):
        graph = session_graph()
        return self._outside if graph is None else self._inside.setdefault(graph, {})

    def get(self, name, variable=None):
        """What is kept in the present graph; None if there is nothing."""
        return self._here().get(_key(name, variable), (None, None))[1]

    def find(self, name, variable):
        """What is kept beside a variable; outside of graphs, that of a variable of any graph."""
        kept = [self._here()]
        if session_graph() is None:
            kept += self._inside.values()
        key = _key(name, variable)
        return next((each[key][1] for each in kept if key in each), None)

    def put(self, thing, name, variable=None):
        """Keep a thing in the present graph; gives the thing."""
        # The variable is kept too, so that no later one can get its identity.
        self._here()[_key(name, variable)] = (variable, thing)
        return thing

    def items(self):
        """What the present graph has, as triples of name, variable or None, and thing."""
        return [(name, variable, thing) for (name, _), (variable, thing) in self._here().items()]


def _key(name, variable):
    if isinstance(variable, Tensor):
        return name, id(variable)
    # The twins of a variable in several traces have one state.
    return name, None if variable is None else variable.identity
