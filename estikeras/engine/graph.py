"""The graph that a trace makes: nodes in the order they were traced, with inputs, outputs and
updates of variables.

Knows primitives by their rules only; computes nothing.
"""

import contextlib
import textwrap

from estikeras.engine.tensor import Spec, Tensor, TracedTensor


class Node:
    """One application of a primitive, or a leaf.

    Attributes:
        kind: "apply", "input", "constant" or "variable".
        primitive: the primitive of an "apply", else None.
        inputs: tuple of TracedTensor.
        params: the primitive's static parameters.
        outputs: tuple of TracedTensor, whose `node` this is.
        payload: the eager Tensor of a constant, the Variable of a variable.
        single: whether the primitive gives one tensor, not a tuple.
    """

    __slots__ = ("graph", "inputs", "kind", "outputs", "params", "payload", "primitive", "single")

    def __init__(self, graph, kind, specs, primitive=None, inputs=(), params=None, payload=None):
        self.graph, self.kind, self.primitive, self.payload = graph, kind, primitive, payload
        self.inputs, self.params = inputs, params or {}
        self.single = not isinstance(specs, tuple)
        specs = (specs,) if self.single else specs
        self.outputs = tuple([TracedTensor(self, i, spec) for i, spec in enumerate(specs)])


class Graph:
    """What a function does to tensors and variables.

    Attributes:
        nodes: in an order in which every node comes after those it reads.
        inputs: TracedTensors that get their values when the graph is run.
        outputs: TracedTensors (flat) that are its results.
        reads: variable -> the TracedTensor with its value before the run.
        updates: variable -> the TracedTensor with its value after the run.
        closing: functions to call when all of it has run, such as a barrier of the ranks.
        must_check: whether assertions and prints, which are no part of programs, make the trace
            fail.
        has_loops: whether loops may be nodes; else their steps are traced one by one.
        is_watched: whether gradients may be asked for though no tape is open: in steps of loops.
    """

    has_loops, is_watched = True, False

    def __init__(self):
        self.nodes, self.inputs, self.outputs = [], [], []
        self.reads, self.updates = {}, {}
        self.closing, self.must_check = [], False
        self._constants = {}

    def _leaf(self, kind, spec, payload=None):
        node = Node(self, kind, spec, payload=payload)
        self.nodes.append(node)
        return node.outputs[0]

    def add_input(self, spec):
        """A new input of the given Spec."""
        self.inputs.append(self._leaf("input", spec))
        return self.inputs[-1]

    def constant(self, tensor):
        """The place of an eager tensor in the graph."""
        known = self._constants.get(id(tensor))
        if known is None:
            known = self._constants[id(tensor)] = self._leaf("constant", tensor.spec, tensor)
        return known

    def read(self, variable):
        """The value that the variable has at this point of the trace."""
        return self.updates[variable] if variable in self.updates else self.first_read(variable)

    def first_read(self, variable):
        """The value that the variable has before the run."""
        if variable not in self.reads:
            spec = Spec(variable.shape, variable._dtype)
            self.reads[variable] = self._leaf("variable", spec, variable)
        return self.reads[variable]

    def write(self, variable, value):
        """Let the variable have `value` from this point of the trace on."""
        self.updates[variable] = self.own(value)

    @contextlib.contextmanager
    def branch(self):
        """A `with` block whose writes stay apart: a dict from variable to value, which begins with
        what was written before.
        """
        before = self.updates
        self.updates = dict(before)
        try:
            yield self.updates
        finally:
            self.updates = before

    def own(self, x):
        """`x` as a tensor of this graph: eager ones become constants.

        Raises:
            RuntimeError: when `x` belongs to another graph.
        """
        if type(x) is not TracedTensor:
            return self.constant(x)
        if x.node.graph is not self:
            raise RuntimeError(
                f"{x!r} was made while another function was traced and has no value now. Return "
                "it from that "
                "function, or keep state between calls in a Variable."
            )
        return x

    def apply(self, primitive, xs, params):
        """Add the application of a primitive; gives its TracedTensor, or a tuple of them."""
        inputs = tuple([self.own(x) for x in xs])
        specs = primitive.rule(*[x.spec for x in inputs], **params)
        return self.add(primitive, inputs, params, specs)

    def add(self, primitive, inputs, params, specs):
        """Add a node whose output Specs are known already."""
        node = Node(self, "apply", specs, primitive, inputs, params)
        self.nodes.append(node)
        return node.outputs[0] if node.single else node.outputs

    def must_compute(self, x, name):
        """Let a tensor be computed in every run, which may fail, though nothing depends on it.

        Args:
            x: a TracedTensor of the graph, a result from now on.
            name: what is done so, for graphs of which parts are run by name.
        """
        self.outputs.append(x)

    def replay(self, inputs):
        """Do again what the graph does, on other tensors: in the trace of now, with the tapes of
        now. It must read no variable.

        Args:
            inputs: one tensor for each input.

        Returns:
            One for each output.
        """
        known = {id(x): value for x, value in zip(self.inputs, inputs, strict=True)}
        for node in self.nodes:
            if node.kind == "constant":
                known[id(node.outputs[0])] = node.payload
            elif node.kind == "apply":
                made = node.primitive(*[known[id(x)] for x in node.inputs], **node.params)
                for y, value in zip(node.outputs, (made,) if node.single else made, strict=True):
                    known[id(y)] = value
        return [known[id(x)] for x in self.outputs]

    def name_of(self, variable):
        """What the `name` of a variable is while the graph is made."""
        return variable._name

    def note(self, thing, name):
        """Hear of a tensor's name; only graphs of which parts are run by name remember it."""

    def first_value(self, x):
        """A Tensor for a variable that begins with what was computed in the trace.

        Raises:
            TraceError: as it is known only when the graph is run.
        """
        return Tensor(x.value)

    def results(self):
        """All that must be computed: outputs, then the variables' new values."""
        return [*self.outputs, *self.updates.values()]

    def verify(self):
        """Check that every node reads only what was made before it.

        Raises:
            AssertionError: naming the node that does not.
        """
        made = set()
        for node in self.nodes:
            for x in node.inputs:
                if id(x) not in made:
                    raise AssertionError(
                        f"{node.primitive} reads {x!r}, which no earlier node of the graph makes."
                    )
            made.update(id(y) for y in node.outputs)
        if any(id(x) not in made for x in self.results()):
            raise AssertionError("A result of the graph is made by none of its nodes.")
        return self

    def __str__(self):
        names = {}
        lines = []
        for node in self.nodes:
            for y in node.outputs:
                names[id(y)] = f"%{len(names)}"
            left = ", ".join(f"{names[id(y)]}:{y.dtype}{list(y.shape)}" for y in node.outputs)
            if node.kind == "apply":
                params = "".join(f", {k}={v}" for k, v in node.params.items())
                right = (
                    f"{node.primitive.name}({', '.join(names[id(x)] for x in node.inputs)}{params})"
                )
            else:
                right = node.kind + (f" {node.payload.path}" if node.kind == "variable" else "")
            lines.append(f"{left} = {right}")
            for loop in (node.params.get("loop"), node.params.get("step")):
                if loop is not None:
                    lines.append(textwrap.indent(str(loop.graph), "    "))
        lines.append("return " + ", ".join(names[id(y)] for y in self.outputs))
        lines += [f"{variable.path} <- {names[id(y)]}" for variable, y in self.updates.items()]
        return "\n".join(lines)


def needed_nodes(tensors):
    """The nodes that tensors depend on, as the keys of a dict."""
    nodes, stack = {}, [x.node for x in tensors]
    while stack:
        node = stack.pop()
        if node not in nodes:
            nodes[node] = None
            stack.extend(x.node for x in node.inputs)
    return nodes


class Extract:
    """A part of a graph as a graph of its own, whose inputs are what is computed elsewhere.

    Attributes:
        graph: the new Graph.
        fed: the tensors of the whole graph that are its inputs, in order.
    """

    def __init__(self):
        self.graph, self.fed, self._places = Graph(), [], {}

    def place(self, x):
        """Where the part finds a tensor of the whole graph: in what it computes, among constants
        and variables, or among its inputs.
        """
        if id(x) not in self._places:
            if x.node.kind == "constant":
                made = self.graph.constant(x.node.payload)
            elif x.node.kind == "variable":
                made = self.graph.read(x.node.payload)
            else:
                made = self.graph.add_input(x.spec)
                self.fed.append(x)
            self._places[id(x)] = made
        return self._places[id(x)]

    def put(self, x, made):
        """Let the part find a tensor of the whole graph in `made`."""
        self._places[id(x)] = made

    def add(self, node):
        """Take a node of the whole graph into the part; nodes come in their order."""
        specs = node.outputs[0].spec if node.single else tuple(y.spec for y in node.outputs)
        inputs = tuple([self.place(x) for x in node.inputs])
        made = self.graph.add(node.primitive, inputs, node.params, specs)
        for y, new in zip(node.outputs, (made,) if node.single else made, strict=True):
            self._places[id(y)] = new
