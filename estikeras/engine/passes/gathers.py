"""Lets replicas exchange rows in place of sums where that is less: the gradient of a table of which
each replica used a few rows.
"""

from estikeras.engine import dtypes
from estikeras.engine.graph import Node
from estikeras.engine.passes.collectives import is_collective
from estikeras.engine.passes.replace import Replacements

# Measured: gathering indices and rows wins until all rows together are half as many as the table's.
LESS = 0.5


def gather_additive(graph):
    """Replace the sum over replicas of an additive primitive's value by the primitive of what all
    replicas put in, gathered.
    """
    replacements = Replacements()
    nodes, graph.nodes = graph.nodes, []
    for node in nodes:
        replacements.in_node(node)
        chosen = _chosen(node)
        if chosen:
            graph.nodes += _gathered(graph, node, chosen, replacements)
        else:
            graph.nodes.append(node)
    replacements.in_results(graph)


def _chosen(node):
    """The numbers of the inputs of a collective that are better gathered."""
    if not is_collective(node) or not node.params["even"]:
        return []
    size = node.params["group"].size
    return [
        i
        for i, (x, kind) in enumerate(zip(node.inputs, node.params["kinds"], strict=True))
        if kind == "sum"
        and x.node.kind == "apply"
        and x.node.primitive.additive
        and size * sum(_bytes(z) for z in x.node.inputs) < LESS * _bytes(x)
    ]


def _bytes(x):
    return x.size * dtypes.to_numpy(x.dtype).itemsize


def _gathered(graph, node, chosen, replacements):
    """The collective with the chosen inputs gathered, and the primitives of what came."""
    kept = [i for i in range(len(node.inputs)) if i not in chosen]
    sources = [node.inputs[i].node for i in chosen]
    inputs = [node.inputs[i] for i in kept] + [x for source in sources for x in source.inputs]
    kinds = ("sum",) * len(kept) + ("gather",) * (len(inputs) - len(kept))
    params = {**node.params, "kinds": kinds}
    specs = node.primitive.rule(*[x.spec for x in inputs], **params)
    collective = Node(graph, "apply", specs, node.primitive, tuple(inputs), params)
    for i, new in zip(kept, collective.outputs, strict=False):
        replacements.replace(node.outputs[i], new)
    made, place = [collective], len(kept)
    for i, source in zip(chosen, sources, strict=True):
        rows = collective.outputs[place : place + len(source.inputs)]
        place += len(source.inputs)
        spec = source.outputs[0].spec
        again = Node(graph, "apply", spec, source.primitive, rows, source.params)
        replacements.replace(node.outputs[i], again.outputs[0])
        made.append(again)
    return made
