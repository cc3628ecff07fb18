"""Lets loops compute only what is needed of them, such as not the gradient of what has none."""

from estikeras.engine.graph import Node
from estikeras.engine.passes.replace import Replacements


def narrow_loops(graph):
    """Replace loops of which only some outputs are read, by such that have only these."""
    if not any("loop" in node.params for node in graph.nodes):
        return
    wanted = {id(x) for x in graph.results()}
    narrower = {}
    for node in reversed(graph.nodes):
        inputs = range(len(node.inputs))
        if "loop" in node.params:
            read = {i for i, y in enumerate(node.outputs) if id(y) in wanted}
            if len(read) < len(node.outputs):
                loop, inputs, outputs = node.params["loop"].narrowed(read)
                narrower[node] = loop, inputs, outputs
        wanted.update(id(node.inputs[i]) for i in inputs)
    replacements = Replacements()
    for place, node in enumerate(graph.nodes):
        replacements.in_node(node)
        if node in narrower:
            loop, inputs, outputs = narrower[node]
            xs = tuple(node.inputs[i] for i in inputs)
            made = Node(graph, "apply", loop.specs(), node.primitive, xs, {"loop": loop})
            graph.nodes[place] = made
            for i, y in zip(outputs, made.outputs, strict=True):
                replacements.replace(node.outputs[i], y)
    replacements.in_results(graph)
