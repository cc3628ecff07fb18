"""Tensors of the graph by what hooks are given for them."""

from estikeras.engine.actions import Action
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import Tensor, TracedTensor
from estikeras.engine.variable import Variable


def element(thing):
    """A tensor, operation or variable of the graph that is being made, also by its name.

    Raises:
        KeyError: for a name that the graph does not have; the message has those that it has.
        ValueError: for what is none of them, or belongs to another graph.
    """
    graph = session_graph()
    if isinstance(thing, str):
        return graph.find(thing)
    is_foreign = isinstance(thing, TracedTensor) and thing.node.graph is not graph
    is_foreign |= isinstance(thing, Action) and thing.graph is not graph
    if is_foreign or not isinstance(thing, Tensor | Action | Variable):
        raise ValueError(
            f"Passed {thing!r}, which is no tensor, operation or variable of the current graph. "
            "Give one that this call of model_fn made, or its name."
        )
    return thing
