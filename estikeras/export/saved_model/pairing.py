"""Two traces of one function laid over one another: where sizes differ, they are not known before
the graph runs.

Nodes that no signature needs are left out, and what depends on constants only is computed.
"""

from dataclasses import dataclass

import numpy as np

from estikeras import errors
from estikeras.engine.tensor import Tensor
from estikeras.engine.variable import Variable
from estikeras.primitives import lookup


@dataclass(frozen=True)
class Size:
    """A size that is not known: what it is in the first and in the second trace."""

    first: int
    second: int

    def _with(self, other, compute):
        a, b = (other.first, other.second) if isinstance(other, Size) else (other, other)
        return sized(compute(self.first, a), compute(self.second, b))

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return self._with(other, lambda a, b: b - a)

    def __repr__(self):
        return "None"


def sized(a, b):
    """A size that is `a` in the first trace and `b` in the second: an int if they are equal."""
    return int(a) if a == b else Size(int(a), int(b))


def is_known(size):
    """Whether a size is a number."""
    return not isinstance(size, Size)


@dataclass(eq=False)
class Place:
    """A tensor of both traces.

    Attributes:
        step: the Step that makes it.
        shape: tuple of ints and Sizes.
        dtype: name of the dtype.
    """

    step: object
    shape: tuple
    dtype: str


class Step:
    """A node of both traces.

    Attributes:
        kind: as that of a Node.
        primitive: that of an "apply", else None.
        inputs: tuple of Places.
        outputs: tuple of Places.
        params: the primitive's parameters, with Sizes in place of ints that differ.
        payload: the Variable, or the two arrays of a constant.
        scope: path of the name scope in which the node was made, "" if not known.
    """

    def __init__(
        self, kind, first, second, primitive=None, inputs=(), params=None, payload=None, scope=""
    ):
        self.kind, self.primitive, self.inputs = kind, primitive, inputs
        self.params, self.payload, self.scope = params or {}, payload, scope
        self.outputs = tuple(
            Place(self, tuple(map(sized, a.shape, b.shape)), a.dtype)
            for a, b in zip(first.outputs, second.outputs, strict=True)
        )

    def __str__(self):
        what = self.primitive.name if self.primitive else self.kind
        return f"`{what}` in the layer {self.scope!r}" if self.scope else f"`{what}`"


class Pairs:
    """Both traces as one.

    Args:
        first: a Traced.
        second: a Traced of the same function for another size.

    Attributes:
        steps: list of Steps, those before others that they read.

    Raises:
        ValueError: if the traces differ in more than sizes.
    """

    def __init__(self, first, second):
        self._places = {}
        self.steps = []
        nodes = [_needed(traced) for traced in (first, second)]
        if len(nodes[0]) != len(nodes[1]):
            raise _other_graph(f"{len(nodes[0])} and {len(nodes[1])} operations")
        scopes = getattr(first.graph, "scopes", {})
        for a, b in zip(*nodes, strict=True):
            self.steps += self._steps(a, b, scopes.get(id(a), ""))

    def place(self, tensor):
        """The Place of a TracedTensor of the first trace."""
        return self._places[id(tensor)]

    def _steps(self, a, b, scope):
        inputs = tuple(self._places[id(x)] for x in a.inputs)
        others = tuple(self._places.get(id(x)) for x in b.inputs)
        ranks = [[y.ndim for y in node.outputs] for node in (a, b)]
        if (a.kind, a.primitive, inputs, ranks[0]) != (b.kind, b.primitive, others, ranks[1]):
            raise _other_graph(f"{_name(a)} and {_name(b)}")
        if a.kind == "apply":
            if inputs and all(x.step.kind == "constant" for x in inputs):
                return self._folded(a, b)
            params = {key: _merged(a, key, a.params[key], b.params[key]) for key in a.params}
            step = Step("apply", a, b, a.primitive, inputs, params, scope=scope)
        elif a.kind == "constant":
            step = Step("constant", a, b, payload=(a.payload.value, b.payload.value))
        else:
            if not _same(a.payload, b.payload):
                raise _other_graph(f"the variables {a.payload.path} and {b.payload.path}")
            step = Step(a.kind, a, b, payload=a.payload)
        return [self._placed(a, b, step)]

    def _folded(self, a, b):
        """Constants in place of what is computed of constants."""
        values = []
        for node, which in ((a, 0), (b, 1)):
            xs = tuple(Tensor(self._places[id(x)].step.payload[which]) for x in node.inputs)
            y = node.primitive.evaluate(xs, node.params)
            values.append([y.value] if node.single else [one.value for one in y])
        steps = []
        for ys, pair in zip(
            zip(a.outputs, b.outputs, strict=True), zip(*values, strict=True), strict=True
        ):
            steps.append(Step("constant", *map(_Only, ys), payload=pair))
            for y in ys:
                self._places[id(y)] = steps[-1].outputs[0]
        return steps

    def _placed(self, a, b, step):
        for node in (a, b):
            for y, place in zip(node.outputs, step.outputs, strict=True):
                self._places[id(y)] = place
        return step


class _Only:
    """One output of a node, as if it were the node."""

    def __init__(self, y):
        self.outputs = (y,)


def _needed(traced):
    """The nodes of which outputs of signatures are computed, in order; and all their inputs."""
    tensors = [
        tensor
        for signature in traced.signatures.values()
        for tensor in (*signature.inputs.values(), *signature.outputs.values())
    ]
    needed = {id(x.node) for x in tensors}
    kept = []
    for node in reversed(traced.graph.nodes):
        if id(node) in needed:
            needed.update(id(x.node) for x in node.inputs)
            kept.append(node)
    return kept[::-1]


def _merged(node, name, a, b):
    """A parameter of both traces, with Sizes where they differ."""
    if a is b or _equal(a, b):
        return a
    if isinstance(a, tuple | list) and isinstance(b, tuple | list) and len(a) == len(b):
        parts = [_merged(node, name, p, q) for p, q in zip(a, b, strict=True)]
        return type(a)._make(parts) if hasattr(a, "_make") else tuple(parts)
    if type(a) in (bool, float, str) or not isinstance(a, int) or not isinstance(b, int):
        raise _other_graph(f"{_name(node)} with {name}={a!r} and {b!r}")
    return Size(int(a), int(b))


def _equal(a, b):
    if isinstance(a, lookup.Table) and isinstance(b, lookup.Table):
        return (a.entries(), a.default) == (b.entries(), b.default)
    if isinstance(a, lookup.Limits) and isinstance(b, lookup.Limits):
        return np.array_equal(a.values, b.values)
    if type(a) is not type(b) or isinstance(a, np.ndarray):
        return False
    return a == b or (isinstance(a, float) and np.isnan(a) and np.isnan(b))


def _name(node):
    return node.primitive.name if node.primitive else node.kind


def _other_graph(what):
    return errors.invalid(
        "trace",
        got=what,
        expected="the same operations for batches of every size",
        hint="Do not let Python's `if` and `for` depend on the size of a batch, or on a length of "
        "sequences that is not known. Recurrent cells need a known length; keras.layers.LSTM and "
        "GRU do not.",
    )


def _same(a, b):
    """Whether two payloads are one; a Variable that two traces made is one if its state is."""
    return a is b or (isinstance(a, Variable) and a.identity == b.identity)
