"""`tf.gradients`: gradients of tensors in the graph of a model function."""

from estikeras.engine import tree
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import as_tensor
from estikeras.engine.variable import Variable
from estikeras.public import public


@public("gradients", "compat.v1.gradients")
def gradients(
    ys,
    xs,
    grad_ys=None,
    name="gradients",
    colocate_gradients_with_ops=False,
    gate_gradients=False,
    aggregation_method=None,
    stop_gradients=None,
    unconnected_gradients="none",
):
    """The gradient of the sum of tensors by each of others.

    Args:
        ys: tensor, or list of tensors.
        xs: tensor or variable, or list of them.
        grad_ys: gradients to begin with, one for each of `ys`; None means ones.
        name: of no consequence.
        colocate_gradients_with_ops: of no consequence.
        gate_gradients: of no consequence.
        aggregation_method: of no consequence.
        stop_gradients: tensors that are taken for constants, or None.
        unconnected_gradients: "none" or "zero", what `xs` get that `ys` do not depend on.

    Returns:
        A list of tensors or None, one for each of `xs`.

    Raises:
        RuntimeError: outside of a model function.
    """
    graph = session_graph()
    if graph is None:
        raise RuntimeError(
            "tf.gradients works in a model function of an Estimator. Record with `with "
            "tf.GradientTape() as tape:` elsewhere, and call `tape.gradient(ys, xs)`."
        )
    xs = [x if isinstance(x, Variable) else as_tensor(x) for x in tree.flatten(xs)]
    ys = [as_tensor(y) for y in tree.flatten(ys)]
    seeds = None if grad_ys is None else tree.flatten(grad_ys)
    if stop_gradients is None and all(isinstance(x, Variable) for x in xs):
        tape = graph.tape
    else:
        tape = _replayed(graph, xs, tree.flatten(stop_gradients or ()))
    return tape.gradient(ys, xs, seeds, unconnected_gradients)


def _replayed(graph, xs, constants):
    """A tape of how all tensors of the graph came about from some of them."""
    ends = {id(as_tensor(x)) for x in constants}
    with GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(xs)
        for node in graph.nodes:
            if node.kind == "apply" and not any(id(y) in ends for y in node.outputs):
                y = node.outputs[0] if node.single else node.outputs
                tape.record(node.primitive, node.inputs, y, node.params)
    return tape
