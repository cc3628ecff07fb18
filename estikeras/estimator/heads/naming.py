"""Names of tensors by which hooks may ask for them."""

from estikeras.engine import context
from estikeras.engine.session_graph import session_graph


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
