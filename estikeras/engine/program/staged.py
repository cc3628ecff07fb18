"""A part of a graph that may have strings: NumPy before and after a native program.

Strings have no place in programs. What computes with strings and depends on no variable runs
before, such as looking words up; what depends on one runs after, such as naming a class.
"""

import numpy as np

from estikeras.engine import dtypes
from estikeras.engine.graph import Extract, needed_nodes
from estikeras.engine.program import profile
from estikeras.engine.program.program import Program
from estikeras.engine.tensor import Tensor


class StagedProgram:
    """Computes some tensors of a graph and updates some variables.

    Args:
        graph: a verified Graph; it stays as it is.
        fetches: list of TracedTensors to compute.
        updates: dict from Variable to the TracedTensor of its new value.

    Attributes:
        inputs: the inputs of the graph that are needed, in its order.
        program: the Program between the stages, or None.
        runs_natively: whether it gives all that is fetched, so that many steps can be run at once.

    Raises:
        ValueError: when a variable gets a value that was computed from strings which themselves
            depend on a variable.
    """

    def __init__(self, graph, fetches, updates):
        self._fetches = list(fetches)
        nodes = needed_nodes([*fetches, *updates.values()])
        self.inputs = [x for x in graph.inputs if x.node in nodes]
        self._before, self._after = _stages(graph, nodes)
        self._middle(graph, nodes, updates)
        given = any(x.node.kind == "input" for x in self._fetches)
        self.runs_natively = not (self._before or self._after or given)

    def _middle(self, graph, nodes, updates):
        apart = {*self._before, *self._after}
        part = Extract()
        rest, self._fed = part.graph, part.fed
        rest.closing = graph.closing
        for node in graph.nodes:
            if node in nodes and node not in apart and node.kind == "apply":
                part.add(node)
        for variable, value in updates.items():
            if value.node in self._after:
                raise ValueError(
                    f"The variable {variable.path!r} gets a value that depends on strings made "
                    "from variables. Compute it from numbers alone."
                )
            rest.updates[variable] = part.place(value)
        wanted = [*self._fetches, *(x for node in self._after for x in node.inputs)]
        computed = [x for x in wanted if _is_computed(x, apart)]
        self._computed = list({id(x): x for x in computed}.values())
        rest.outputs = [part.place(x) for x in self._computed]
        has_work = rest.outputs or rest.updates
        self.program = Program(rest.verify()) if has_work else None

    def run(self, arrays, events=None):
        """Run once.

        Args:
            arrays: one for each of `inputs`.
            events: None, or a list that takes an Event for each instruction of the program, which
                are run one by one then.

        Returns:
            A list of Tensors, one for each fetch.
        """
        known = {id(x): array for x, array in zip(self.inputs, arrays, strict=True)}
        _run_nodes(self._before, known)
        if self.program is not None:
            fed = [known[id(x)] for x in self._fed]
            if events is None:
                results = self.program.run(fed)
            else:
                results, timed = profile.timed_run(self.program, fed)
                events.extend(timed)
            self._note(known, results)
        return self._results(known)

    def run_steps(self, sources, order, first, steps):
        """Run several steps of a program without other stages, see `Program.run_steps`.

        Args:
            sources: one array of rows for each of `inputs`.
            order: int64 numbers of rows.
            first: number of the first step.
            steps: how many.

        Returns:
            What `run` gives, of the last step.
        """
        rows = {id(x): source for x, source in zip(self.inputs, sources, strict=True)}
        fed = [rows[id(x)] for x in self._fed]
        known = {}
        self._note(known, self.program.run_steps(fed, order, first, steps))
        return self._results(known)

    def _note(self, known, results):
        known.update((id(x), y.value) for x, y in zip(self._computed, results, strict=True))

    def _results(self, known):
        _run_nodes(self._after, known)
        return [Tensor(_value(x, known)) for x in self._fetches]


def _stages(graph, nodes):
    """The nodes that run before the program, and after it."""
    with_state, before, after = set(), set(), []
    for node in graph.nodes:
        if node not in nodes:
            continue
        parents = [x.node for x in node.inputs]
        if node.kind == "variable" or any(parent in with_state for parent in parents):
            with_state.add(node)
        if node.kind != "apply":
            continue
        has_strings = any(x.dtype == "string" for x in (*node.inputs, *node.outputs))
        if any(parent in after for parent in parents) or (has_strings and node in with_state):
            after.append(node)
        elif has_strings:
            before.update(needed_nodes(node.outputs))
    early = [node for node in graph.nodes if node in before and node.kind == "apply"]
    return early, after


def _is_computed(x, apart):
    """Whether the program gives a tensor: not an input, a constant or what other stages make."""
    return x.node.kind == "variable" or (x.node.kind == "apply" and x.node not in apart)


def _run_nodes(nodes, known):
    for node in nodes:
        arrays = [_value(x, known) for x in node.inputs]
        with np.errstate(all="ignore"):
            results = node.primitive.reference(*arrays, **node.params)
        for y, array in zip(node.outputs, (results,) if node.single else results, strict=True):
            known[id(y)] = np.asarray(array, dtypes.to_numpy(y.dtype))


def _value(x, known):
    return x.node.payload.value if x.node.kind == "constant" else known[id(x)]
