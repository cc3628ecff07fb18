"""What the passes share: putting one tensor of a graph in the place of another."""


class Replacements:
    """Which tensor stands for which, while a pass walks a graph from its first node to its last."""

    def __init__(self):
        self._by_id = {}

    def replace(self, old, new):
        """From here on `new` stands for `old`."""
        self._by_id[id(old)] = (self.of(new), old)

    def of(self, x):
        """What stands for `x` now."""
        found = self._by_id.get(id(x))
        return found[0] if found else x

    def in_node(self, node):
        """Let the node read what stands for its inputs."""
        if any(id(x) in self._by_id for x in node.inputs):
            node.inputs = tuple([self.of(x) for x in node.inputs])

    def in_results(self, graph):
        """Let the graph's outputs and updates be what stands for them."""
        graph.outputs = [self.of(x) for x in graph.outputs]
        graph.updates = {variable: self.of(x) for variable, x in graph.updates.items()}
