"""Loops in graphs: a step is traced once, as a graph of its own.

What a step reads from outside becomes an input of it, so that the loop is one node of the graph
around it and gradients flow through. `primitives.loop` has the primitive of such nodes.
"""

from dataclasses import dataclass

from estikeras.engine import context
from estikeras.engine.graph import Graph, needed_nodes
from estikeras.engine.session_graph import SessionGraph, session_graph
from estikeras.engine.tensor import Spec, TracedTensor, public_operators


class StepsDiffer(Exception):
    """The steps of a loop are no repetition of one graph."""


@dataclass(frozen=True, eq=False)
class Loop:
    """Steps that carry tensors from one to the next.

    Attributes:
        graph: of one step. Its inputs are what is carried, then a row of each tensor that is
            walked, then what is read from outside; its outputs what is carried on, then what is
            collected.
        carries: how many tensors are carried.
        rows: how many are walked.
        length: how many steps.
        backwards: whether they go from the last row to the first.
        counted: whether the last input says how many steps there are, at most `length`: of the rows
            the first ones.
        noted: the numbers of the carried tensors that are noted before each step.
    """

    graph: Graph
    carries: int
    rows: int
    length: int
    backwards: bool
    counted: bool
    noted: tuple

    def inputs(self, xs):
        """One thing for each input of the loop, in three parts: carried, walked, from outside."""
        last = self.carries + self.rows
        return xs[: self.carries], xs[self.carries : last], xs[last:]

    def outputs(self, ys):
        """One thing for each output of the loop, in three parts: what is carried, after the last
        step; what is noted of it before each step, as rows; what is collected, as rows.
        """
        last = self.carries + len(self.noted)
        return ys[: self.carries], ys[self.carries : last], ys[last:]

    def specs(self):
        """The Specs of the outputs."""
        carried = [x.spec for x in self.graph.inputs[: self.carries]]
        noted = [carried[i] for i in self.noted]
        collected = [y.spec for y in self.graph.outputs[self.carries :]]
        rows = [Spec((self.length, *s.shape), s.dtype) for s in (*noted, *collected)]
        return (*carried, *rows)

    def narrowed(self, wanted):
        """The part of the loop from which some outputs come.

        Args:
            wanted: set of numbers of outputs.

        Returns:
            A Loop, the numbers of the inputs that it still has, and those of the outputs.
        """
        finals, noted, collected = self.outputs(range(len(self.specs())))
        noted = {place: i for place, i in zip(noted, self.noted, strict=True) if place in wanted}
        collected = [place for place in collected if place in wanted]
        results = [self.graph.outputs[place - len(self.noted)] for place in collected]
        states = self.graph.inputs[: self.carries]
        carried, more = None, {*noted.values(), *(i for i in finals if i in wanted)}
        # All that is carried for what is wanted, until nothing is added.
        while carried != more:
            carried = more
            nodes = needed_nodes([*results, *(self.graph.outputs[i] for i in carried)])
            more = carried | {i for i, x in enumerate(states) if x.node in nodes}
        nodes.update((states[i].node, None) for i in carried)
        order = sorted(carried)
        if self.counted:
            nodes[self.graph.inputs[-1].node] = None
        inputs = [i for i, x in enumerate(self.graph.inputs) if x.node in nodes]
        graph = Graph()
        graph.nodes = [node for node in self.graph.nodes if node in nodes]
        graph.inputs = [self.graph.inputs[i] for i in inputs]
        graph.outputs = [*(self.graph.outputs[i] for i in order), *results]
        rows = sum(self.carries <= i < self.carries + self.rows for i in inputs)
        kept = tuple(order.index(i) for i in noted.values())
        form = self.length, self.backwards, self.counted, kept
        return Loop(graph.verify(), len(order), rows, *form), inputs, [*order, *noted, *collected]

    def __repr__(self):
        return f"<{self.length} steps{' backwards' if self.backwards else ''}>"


class _Body:
    """A mixin before Graph: what is read from outside, from the trace around, becomes an input.

    Attributes:
        sources: id of an input -> the tensor outside that it stands for.
    """

    def __init__(self):
        super().__init__()
        self._around, self._tapes = context.current.trace, context.current.tapes
        if self._around is not None:
            self.must_check, self.closing = self._around.must_check, self._around.closing
            self.is_watched = bool(self._tapes) or self._around.is_watched
        self.sources, self._known = {}, {}

    def own(self, x):
        if type(x) is TracedTensor and x.node.graph is self:
            return x
        if type(x) is not TracedTensor and not any(tape.tracks(x) for tape in self._tapes):
            return self.constant(x)
        x = x if self._around is None else self._around.own(x)
        if id(x) not in self._known:
            self._known[id(x)] = self._capture(x)
        return self._known[id(x)]

    def first_read(self, variable):
        if variable not in self.reads:
            with context.scope(trace=self._around, tapes=self._tapes, autocast=None):
                self.reads[variable] = self._capture(variable.value)
        return self.reads[variable]

    def write(self, variable, value):
        # A later step reads the variable's value, not how that came about.
        super().write(variable, public_operators()["stop_gradient"](self.own(value)))

    def _capture(self, x):
        made = self.add_input(x.spec)
        self.sources[id(made)] = x
        return made


class _BodyGraph(_Body, Graph):
    """The graph of a step in a program."""

    def __init__(self):
        super().__init__()
        self._checks = []

    def tracing(self):
        """Operations inside become nodes."""
        return context.scope(trace=self, tapes=())

    def must_compute(self, x, name):
        self._checks.append(x)

    def required(self, results):
        """What is done besides what results are computed from: a dict from variable to value, of
        which there is none without actions, and a list of tensors that are computed since that may
        fail.
        """
        return {}, self._checks


class _SessionBody(_Body, SessionGraph):
    """The graph of a step in a model function. What is collected or named in it is known in it."""

    def __init__(self):
        super().__init__()
        for name, things in self._around.collections.items():
            self.collections[name] = list(things)

    def required(self, results):
        """See `_BodyGraph.required`; here it is done by the actions that the results require."""
        actions = self.required_by(results)
        return self.updates_of(actions), self.checks_of(actions)


@dataclass(frozen=True)
class LoopTrace:
    """What tracing a step gives.

    Attributes:
        loop: the Loop.
        inputs: list of the tensors that are its inputs.
        variables: dict from the variables that a step assigns to, which are carried after all
            else, to whether an action does so that results require.
        checks: how many tensors are collected, after all else, since computing them may fail.
    """

    loop: Loop
    inputs: list
    variables: dict
    checks: int

    def settled(self, values, results, checks=()):
        """Assign to the variables what the loop carried for them.

        Args:
            values: one tensor for each.
            results: list of tensors that the loop gives.
            checks: tensors that are computed since that may fail.

        Returns:
            The results. In a model function, fetching one of them runs what steps require.
        """
        required = [context.current.trace.must_compute(x, "loop") for x in checks]
        pairs = list(zip(self.variables.items(), values, strict=True))
        for (variable, by_action), value in pairs:
            if not by_action:
                variable.assign(value)
        graph = session_graph()
        if graph is None:
            return results
        if any(self.variables.values()):
            with graph.action("loop") as made:
                for (variable, by_action), value in pairs:
                    if by_action:
                        variable.assign(value)
            required.append(made)
        if not required:
            return results
        with graph.requiring(required):
            return [public_operators()["copy"](x) for x in results]


def trace_loop(step, carried, walked, length, backwards=False, count=None):
    """Trace a step inside of the trace of now.

    Args:
        step: function of a list of tensors that are carried and a list of rows; gives the list of
            what is carried on, and a list of what is collected.
        carried: list of tensors, what the first step gets.
        walked: list of tensors, along whose first axis the steps go.
        length: how many steps, at least one.
        backwards: whether they go from the last row to the first.
        count: int32 scalar tensor, how many steps of these there are; None for all.

    Returns:
        A LoopTrace.

    Raises:
        StepsDiffer: when what is carried changes its shape or dtype, for strings and collectives.
    """
    in_session = isinstance(context.current.trace, SessionGraph)
    graph = _SessionBody() if in_session else _BodyGraph()
    states = [graph.add_input(x.spec) for x in carried]
    rows = [graph.add_input(Spec(x.shape[1:], x.dtype)) for x in walked]
    autocast = context.current.autocast
    with graph.tracing(), context.scope(autocast=autocast):
        following, collected = step(list(states), list(rows))
        following, collected = ([graph.own(x) for x in xs] for xs in (following, collected))
    required, checks = graph.required([*following, *collected])
    collected += checks
    for x, y in zip(states, following, strict=True):
        if x.spec != y.spec:
            raise StepsDiffer(f"{x.spec} becomes {y.spec}")
    for node in graph.nodes:
        is_collective = node.kind == "apply" and node.primitive.collective
        if is_collective or any(y.dtype == "string" for y in node.outputs):
            raise StepsDiffer(f"{node.primitive} runs in a step")
    written = {**graph.updates, **required}
    for variable, value in written.items():
        states.append(graph.first_read(variable))
        following.append(value)
    graph.updates, graph.reads = {}, {}
    inside = [x for x in graph.inputs if id(x) not in {id(s) for s in (*states, *rows)}]
    graph.inputs, graph.outputs = [*states, *rows, *inside], [*following, *collected]
    before, read = ([graph.sources[id(x)] for x in xs] for xs in (states[len(carried) :], inside))
    inputs = [*carried, *before, *walked, *read]
    if count is not None:
        graph.add_input(count.spec)
        inputs.append(count)
    form = length, backwards, count is not None, tuple(range(len(states)))
    made = Loop(graph.verify(), len(states), len(rows), *form)
    variables = {variable: variable in required for variable in written}
    return LoopTrace(made, inputs, variables, len(checks))
