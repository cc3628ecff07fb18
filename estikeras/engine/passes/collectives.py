"""Joins the collectives of a step: those that do not wait for one another become one.

A collective's level is the number of collectives that must come before it. All of one level are
joined, so each level waits for the one before, and every replica runs them in the same order,
whatever else its graph looks like.
"""

from estikeras.engine.graph import Node
from estikeras.engine.passes.replace import Replacements


def is_collective(node):
    """Whether the node is run by all replicas together."""
    return node.kind == "apply" and node.primitive.collective


def join_collectives(graph):
    """Join the collectives of equal level and order the nodes by level."""
    if not any(is_collective(node) for node in graph.nodes):
        return
    level, by_level = {}, {}
    for node in graph.nodes:
        own = max((level[id(x.node)] + is_collective(x.node) for x in node.inputs), default=0)
        level[id(node)] = own
        plain, together = by_level.setdefault(own, ([], {}))
        if is_collective(node):
            together.setdefault(id(node.params["group"]), []).append(node)
        else:
            plain.append(node)
    replacements = Replacements()
    graph.nodes = []
    for own in sorted(by_level):
        plain, together = by_level[own]
        for node in plain:
            replacements.in_node(node)
        graph.nodes += plain
        for nodes in together.values():
            graph.nodes.append(_joined(graph, nodes, replacements))
    replacements.in_results(graph)


def _joined(graph, nodes, replacements):
    for node in nodes:
        replacements.in_node(node)
    if len(nodes) == 1:
        return nodes[0]
    inputs = tuple([x for node in nodes for x in node.inputs])
    outputs = [y for node in nodes for y in node.outputs]
    params = {
        **nodes[0].params,
        "kinds": tuple([kind for node in nodes for kind in node.params["kinds"]]),
        "even": all(node.params["even"] for node in nodes),
    }
    specs = tuple([y.spec for y in outputs])
    joined = Node(graph, "apply", specs, nodes[0].primitive, inputs, params)
    for old, new in zip(outputs, joined.outputs, strict=True):
        replacements.replace(old, new)
    return joined
