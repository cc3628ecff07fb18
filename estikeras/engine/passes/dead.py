"""Removes what no result needs."""


def remove_dead(graph):
    """Drop the nodes from which neither an output nor an update is computed; inputs stay."""
    needed = {id(x.node) for x in graph.results()}
    kept = []
    for node in reversed(graph.nodes):
        if id(node) in needed or node.kind == "input":
            needed.update(id(x.node) for x in node.inputs)
            kept.append(node)
    graph.nodes = kept[::-1]
