"""What is going on in this thread: tapes that record, the trace being built, name scopes, the dtype
variables are read in, the store that keeps variables by name, the branches of choices, the session
that is shown to hooks, how long strings were and are taken to be.

`branches` are pairs of a traced boolean and the value of it for which what runs now is wanted: in a
trace, all branches of a choice run.
"""

import contextlib
import threading

from estikeras.public import public


class _Context(threading.local):
    tapes = ()
    trace = None
    autocast = None
    names = ()
    variables = None
    branches = ()
    shown = None
    lengths_seen = None
    lengths_known = iter(())


current = _Context()


@contextlib.contextmanager
def scope(**changes):
    """Set fields of the context for the length of a `with` block."""
    before = {name: getattr(current, name) for name in changes}
    for name, value in changes.items():
        setattr(current, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(current, name, value)


@public("init_scope")
def init_scope():
    """Leave all tapes and the trace: what runs inside runs at once and is not recorded."""
    return scope(tapes=(), trace=None)


@public("keras.name_scope", "keras.backend.name_scope", "name_scope")
class name_scope:
    """Put a name in front of the paths of the variables that are made inside.

    Args:
        name: the part of the path, without slashes at its ends.
        caller: the object that opens the scope; opening it again inside itself adds nothing.
        deduplicate: whether a scope of the same caller inside itself is left out.
        override_parent: path to put in place of the scopes around this one.
    """

    def __init__(self, name, caller=None, deduplicate=True, override_parent=None):
        self.name, self.caller = name, caller
        self.deduplicate, self.override_parent = deduplicate, override_parent

    def __enter__(self):
        self._before = current.names
        top = self._before[-1] if self._before else None
        if self.deduplicate and self.caller is not None and top and top[1] is self.caller:
            return self
        outer = self._before if self.override_parent is None else ((self.override_parent, None),)
        current.names = (*(pair for pair in outer if any(pair)), (self.name, self.caller))
        return self

    def __exit__(self, *exception):
        current.names = self._before


def current_path():
    """The names of the open scopes, joined by slashes."""
    return path_of(current.names)


def path_of(names):
    """The names of some scopes, joined by slashes."""
    return "/".join(name for name, _ in names if name)


def scoped_name(name):
    """A name below the open scopes; one with a slash at its end is a full name already."""
    path = current_path()
    return f"{path}/{name}" if path and not name.endswith("/") else name.rstrip("/")
