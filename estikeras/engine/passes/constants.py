"""Computes at once what depends on constants only."""

from estikeras.engine.passes.replace import Replacements
from estikeras.engine.tensor import Tensor

LARGEST = 1 << 16  # elements; larger results would only take memory


def fold_constants(graph):
    """Replace nodes whose inputs are all constants by their values."""
    replacements = Replacements()
    nodes, graph.nodes = graph.nodes, []
    for node in nodes:
        replacements.in_node(node)
        foldable = (
            node.kind == "apply"
            and node.inputs
            and not (node.primitive.collective or node.primitive.has_effect)
            and all(x.node.kind == "constant" for x in node.inputs)
        )
        if foldable and all(y.size <= LARGEST for y in node.outputs):
            xs = tuple(Tensor(x.node.payload.numpy()) for x in node.inputs)
            values = node.primitive.evaluate(xs, node.params)
            for y, value in zip(node.outputs, (values,) if node.single else values, strict=True):
                replacements.replace(y, graph.constant(value))
        else:
            graph.nodes.append(node)
    replacements.in_results(graph)
