"""`tf.compat.v1.name_scope`: names that are unique in the graph of a model function."""

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.session_graph import session_graph
from estikeras.public import public


def unique_leaf(name):
    """The name for a scope here, such as `conv_1` where there is a scope or operation `conv`."""
    graph = session_graph()
    if graph is None:
        return name
    return graph.unique_name(context.scoped_name(name))[len(context.scoped_name("")) :]


def named(x, name):
    """A tensor, which a model function's graph then knows by a name in the open name scopes.

    Args:
        x: tensor.
        name: the last part of the name.
    """
    graph = session_graph()
    if graph is not None:
        graph.note(x, context.scoped_name(name))
    return x


@public("compat.v1.name_scope")
class name_scope:
    """Put a name in front of what is made inside; a name that is taken gets a number.

    Args:
        name: the name, which with a slash at its end is one that a scope gave; None takes
            `default_name`.
        default_name: name in place of None.
        values: of no consequence.

    Returns:
        As a context manager, the full name with a slash at its end.
    """

    def __init__(self, name, default_name=None, values=None):
        self._name = default_name if name is None else name
        if self._name is None:
            raise errors.invalid("name", got=None, expected="a name, or a `default_name`")

    @property
    def name(self):
        return self._name

    def __enter__(self):
        self._before = context.current.names
        if self._name and not self._name.endswith("/"):
            context.current.names = (*self._before, (unique_leaf(self._name), None))
        else:
            # What else the context knows by its names, such as the variable scope, stays.
            owner = next((owner for _, owner in reversed(self._before) if owner is not None), None)
            context.current.names = ((self._name.rstrip("/"), owner),)
        path = context.current_path()
        return f"{path}/" if path else ""

    def __exit__(self, *exception):
        context.current.names = self._before
