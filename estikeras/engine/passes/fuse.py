"""Fuses elementwise operations over the same shape into one node, for which one loop is generated.

Groups grow along the order of the graph: a node joins, and so joins together, the groups of its
    inputs, unless a path from
a group to the node leads through a node outside, which would then have to run both after and before
the group.
"""

from dataclasses import dataclass

from estikeras.engine import dtypes
from estikeras.engine.graph import Node

LARGEST_GROUP = 64  # operations; beyond, compilation gets slow and registers are spilled
_NATIVE = ("bool", *dtypes.INTS, "float32", "float64")


@dataclass(frozen=True, eq=False)
class Step:
    """One operation of a fused node. `inputs` are numbers: below the number of the node's inputs
    these, then steps.
    """

    primitive: object
    params: dict
    inputs: tuple
    spec: object


class Fused:
    """The primitive of a fused node: a small program of elementwise steps over one shape.

    Attributes:
        steps: list of Step, in order.
        results: numbers of the steps whose values are the node's outputs, in order.
        arity: how many inputs it has.
    """

    name, gradient, kernel, elementwise = "fused", None, None, None
    collective = additive = False

    def __init__(self, arity, steps, results):
        self.arity, self.steps, self.results = arity, steps, results

    def reference(self, *arrays):
        """Step by step with NumPy."""
        values = list(arrays)
        for step in self.steps:
            y = step.primitive.reference(*[values[i] for i in step.inputs], **step.params)
            values.append(y.astype(dtypes.to_numpy(step.spec.dtype), copy=False))
        return tuple(values[self.arity + i] for i in self.results)

    def __repr__(self):
        return f"<fused {' '.join(step.primitive.name for step in self.steps)}>"


def fusible(node):
    """Whether the node is elementwise over dtypes that machine code has."""
    return (
        node.kind == "apply"
        and node.primitive.elementwise is not None
        and all(x.dtype in _NATIVE for x in (*node.inputs, *node.outputs))
    )


class _Group(list):
    """The nodes of a group; `first` and `last` are the positions between which they lie."""

    def __init__(self, node, position):
        super().__init__([node])
        self.first = self.last = position

    def take(self, other):
        """Let the nodes of another group be in this one."""
        self.extend(other)
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)


def fuse_elementwise(graph):
    """Replace groups of elementwise nodes by fused nodes."""
    position = {id(node): i for i, node in enumerate(graph.nodes)}
    group_of = {}
    for node in graph.nodes:
        if fusible(node):
            _join(node, group_of, position)
    _contract(graph, group_of)


def _join(node, group_of, position):
    group = group_of[id(node)] = _Group(node, position[id(node)])
    shape = node.outputs[0].shape
    for x in node.inputs:
        other = group_of.get(id(x.node))
        if other is None or other is group or other[0].outputs[0].shape != shape:
            continue
        if len(other) + len(group) > LARGEST_GROUP or _path_outside(
            other, group, group_of, position
        ):
            continue
        other.take(group)
        for member in group:
            group_of[id(member)] = other
        group = other


def _path_outside(first, second, group_of, position):
    """Whether some node of one group depends on the other group by way of a node that is in
    neither.
    """
    both = {id(node) for node in (*first, *second)}
    return _depends(second, first, both, group_of, position) or _depends(
        first, second, both, group_of, position
    )


def _depends(readers, sources, both, group_of, position):
    targets = {id(node) for node in sources}
    pending = [x.node for node in readers for x in node.inputs if id(x.node) not in both]
    seen = set()
    while pending:
        node = pending.pop()
        group = group_of.get(id(node))
        key = id(node) if group is None else id(group)
        if key in seen or (position[id(node)] if group is None else group.last) < sources.first:
            continue  # known, or all of it comes before the sources
        seen.add(key)
        for member in (node,) if group is None else group:
            for x in member.inputs:
                if id(x.node) in targets:
                    return True
                if id(x.node) not in both:
                    pending.append(x.node)
    return False


def _contract(graph, group_of):
    """Replace each group by one node and put all nodes in an order in which that works."""
    outside = {id(x) for x in graph.results()}
    for node in graph.nodes:
        group = group_of.get(id(node))
        outside.update(
            id(x) for x in node.inputs if group is None or group_of.get(id(x.node)) is not group
        )
    order, placed, made = [], set(), {}

    def place(node):
        stack = [(node, False)]
        while stack:
            node, ready = stack.pop()
            unit = group_of.get(id(node), (node,))
            if id(unit[0]) in placed:
                continue
            inputs = [
                x.node
                for member in unit
                for x in member.inputs
                if group_of.get(id(x.node)) is not unit
            ]
            if ready or not inputs:
                placed.add(id(unit[0]))
                order.append(
                    _fuse(graph, sorted_unit(unit), outside, made) if id(node) in group_of else node
                )
            else:
                stack.append((node, True))
                stack.extend((x, False) for x in inputs)

    position = {id(node): i for i, node in enumerate(graph.nodes)}

    def sorted_unit(unit):
        return sorted(unit, key=lambda member: position[id(member)])

    for node in graph.nodes:
        place(node)
    for node in order:
        node.inputs = tuple([made.get(id(x), x) for x in node.inputs])
    graph.outputs = [made.get(id(x), x) for x in graph.outputs]
    graph.updates = {variable: made.get(id(x), x) for variable, x in graph.updates.items()}
    graph.nodes = order


def _fuse(graph, group, outside, made):
    inputs, numbers, own = [], {}, {id(node) for node in group}
    for node in group:
        for x in node.inputs:
            if id(x.node) not in own and id(x) not in numbers:
                numbers[id(x)] = len(inputs)
                inputs.append(x)
    steps = []
    for node in group:
        numbers[id(node.outputs[0])] = len(inputs) + len(steps)
        places = tuple(numbers[id(x)] for x in node.inputs)
        steps.append(Step(node.primitive, node.params, places, node.outputs[0].spec))
    results = [i for i, node in enumerate(group) if id(node.outputs[0]) in outside]
    specs = tuple(steps[i].spec for i in results)
    fused = Node(graph, "apply", specs, Fused(len(inputs), steps, results), tuple(inputs))
    for i, y in zip(results, fused.outputs, strict=True):
        made[id(group[i].outputs[0])] = y
    return fused
