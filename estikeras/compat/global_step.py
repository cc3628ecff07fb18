"""The number of steps that were trained, a variable of every model function."""

import functools

from estikeras import errors
from estikeras.compat.collections import GraphKeys
from estikeras.compat.variables import Variable
from estikeras.engine import context
from estikeras.engine.session_graph import SessionGraph, default_graph
from estikeras.engine.tensor import as_tensor
from estikeras.public import public


@public("compat.v1.train.get_global_step")
def get_global_step(graph=None):
    """The variable that counts steps; None if the graph has none.

    Args:
        graph: None for the graph of the model function.
    """
    graph = _graph(graph)
    if graph is None:
        return _of_process() if _of_process.cache_info().currsize else None
    return next(iter(graph.collections[GraphKeys.GLOBAL_STEP]), None)


@public("compat.v1.train.create_global_step")
def create_global_step(graph=None):
    """Make the variable that counts steps.

    Args:
        graph: None for the graph of the model function.

    Raises:
        ValueError: if there is one.
    """
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    graph = _graph(graph)
    if graph is None:
        return _of_process()
    step = _make()
    graph.collections[GraphKeys.GLOBAL_STEP].append(step)
    return step


@public("compat.v1.train.get_or_create_global_step")
def get_or_create_global_step(graph=None):
    """The variable that counts steps, made if there is none.

    Args:
        graph: None for the graph of the model function.
    """
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


@public("compat.v1.train.assert_global_step")
def assert_global_step(global_step_tensor):
    """Refuse what cannot count steps.

    Args:
        global_step_tensor: variable or tensor.

    Raises:
        TypeError: if it is no scalar of an int dtype.
    """
    step = as_tensor(global_step_tensor)
    if step.shape or step.dtype not in ("int32", "int64"):
        raise errors.wrong_type(
            "global_step_tensor", got=global_step_tensor, expected="a scalar of int32 or int64"
        )


@public("compat.v1.train.global_step")
def global_step(sess, global_step_tensor):
    """The value of the variable that counts steps, an int.

    Args:
        sess: of no consequence.
        global_step_tensor: the variable.
    """
    return int(global_step_tensor.numpy())


def _graph(graph):
    """The SessionGraph that is meant; None outside of model functions."""
    return graph if isinstance(graph, SessionGraph) else default_graph()


def _make():
    with context.scope(names=()):
        return Variable(0, trainable=False, name="global_step", dtype="int64")


@functools.cache
def _of_process():
    """The one that loops outside of model functions count with."""
    return _make()
