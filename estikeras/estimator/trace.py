"""One trace of input_fn and model_fn, for batches of one form, and the programs of its parts."""

from estikeras.data import structure
from estikeras.engine import context
from estikeras.engine.actions import Action
from estikeras.engine.program.staged import StagedProgram
from estikeras.engine.session_graph import SessionGraph
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import TracedTensor
from estikeras.ops.padding import note_padded


class Trace:
    """The graph of a model function for batches of some form.

    Args:
        read: function that gives tensors for the next batch, with `graph.next_elements`.
        build: function of these tensors that runs the model function.
        sources: list of Sources; those that `read` needs and that are missing are appended.
        open_source: function that makes a Source of a Dataset.
        entered: function that gives the context in which the model function runs.
        fed_shapes: shapes of placeholders by their numbers.
        first: the first Trace, whose tensors are known; None for itself.

    Attributes:
        graph: the SessionGraph.
        built: what `build` returned.
        specs: the Specs of the arrays that all sources give.
        places: id of an input -> where its array is among them.
        datasets: what the sources are of, as this trace has it.
    """

    def __init__(self, read, build, sources, open_source, entered, fed_shapes, first=None):
        self._sources, self._open_source, self._first = sources, open_source, first or self
        self._read, self.specs, self.places, self._programs = 0, (), {}, {}
        self.datasets = []
        self.graph = SessionGraph(self._next_elements, fed_shapes)
        with self.graph.tracing():
            batch = read()
            with entered():
                self.built = build(batch)
        self.number = {id(node): k for k, node in enumerate(self.graph.nodes)}
        self._twins = {} if first is None else _twins(first, self)
        if first is not None:
            for x in first.graph.placeholders[len(self.graph.placeholders) :]:  # of hooks
                default = None if x.node.kind == "input" else self._own(x.node.inputs[0])
                self._twins[id(x)] = self.graph.add_placeholder(x.shape, x.dtype, default)

    def _next_elements(self, dataset):
        """Tensors for the next element of a dataset. Sources are known by the order in which they
        are asked for, which is the same in every trace.
        """
        if self._read == len(self._sources):
            with context.scope(trace=None, tapes=(), variables=None):
                self._sources.append(self._open_source(dataset))
        with context.scope(trace=None, tapes=(), variables=None):
            batch = self._sources[self._read].first()
        self.datasets.append(dataset)
        self._read += 1
        inputs = [self.graph.add_input(spec) for spec in batch.specs]
        self.specs += batch.specs
        for x, leaf in zip(inputs, structure.leaves_of(batch.template), strict=True):
            self.places[id(x)] = len(self.places)
            if isinstance(leaf, SparseTensor):
                note_padded(x)
        return structure.pack(batch.template, inputs)

    def program(self, leaves, is_step):
        """The StagedProgram for tensors and actions of the first trace.

        Args:
            leaves: list of them.
            is_step: whether what happens in every step does.
        """
        key = (is_step, *map(id, leaves))
        if key not in self._programs:
            mine = [self._own(x) for x in leaves]
            values = [y for y in map(value_of, mine) if isinstance(y, TracedTensor)]
            actions = self.graph.actions_of(mine)
            updates, checks = self.graph.updates_of(actions), self.graph.checks_of(actions)
            if is_step:
                updates = {**self.graph.updates, **updates}
            made = StagedProgram(self.graph.verify(), [*values, *checks], updates)
            self._programs[key] = (made, leaves)  # which stay alive, so that ids are theirs
        return self._programs[key][0]

    def needs_batch(self, program):
        """Whether a program reads what the sources give."""
        return any(id(x) in self.places for x in program.inputs)

    def _own(self, x):
        """What stands in this trace for a tensor or action of the first."""
        if self is self._first or not isinstance(x, Action | TracedTensor):
            return x
        if id(x) not in self._twins:
            known = isinstance(x, TracedTensor) and id(x.node) in self._first.number
            make = self._at_its_place if known else self._again
            self._twins[id(x)] = self._action_again(x) if isinstance(x, Action) else make(x)
        return self._twins[id(x)]

    def _at_its_place(self, x):
        """What the model function made at the same place."""
        nodes = self.graph.nodes[: len(self.number)]
        k = self._first.number[id(x.node)]
        if len(nodes) != len(self._first.number) or nodes[k].primitive is not x.node.primitive:
            raise ValueError(
                f"{x!r} has no counterpart for a batch of another size, for which the model "
                "function made another graph. Give it a name by `tf.identity(x, name)`, or make "
                "all batches equally large: `dataset.batch(size, drop_remainder=True)`."
            )
        return nodes[k].outputs[x.index]

    def _action_again(self, x):
        made = Action(self.graph, x.name)
        made.updates.update({variable: self._own(y) for variable, y in x.updates.items()})
        made.checks = [self._own(y) for y in x.checks]
        made.result = None if x.result is None else self._own(x.result)
        return made

    def _again(self, x):
        """Do once more what a hook did to the first graph."""
        node = x.node
        if node.kind == "constant":
            return self.graph.constant(node.payload)
        if node.kind == "variable":
            return self.graph.read(node.payload)
        made = self.graph.apply(node.primitive, [self._own(y) for y in node.inputs], node.params)
        return made if node.single else made[x.index]


def value_of(x):
    """The tensor that is the value of something fetched; None for an action without one."""
    return x.result if isinstance(x, Action) else x


def _twins(first, second):
    """What stands in the second trace for tensors and actions of the first: those that have a
    name, are in a collection or a result of the model function, or belong to an action.
    """
    twins = {}

    def note(x, y):
        if isinstance(x, Action) and isinstance(y, Action) and id(x) not in twins:
            note(x.result, y.result)
            of_second = {variable.identity: value for variable, value in y.updates.items()}
            for variable, value in x.updates.items():
                note(value, of_second.get(variable.identity))
        if y is not None:
            twins[id(x)] = y

    for x, y in zip(_given(first), _given(second), strict=False):
        note(x, y)
    for name, x in first.graph.named.items():
        note(x, second.graph.named.get(name))
    for name, things in first.graph.collections.items():
        for x, y in zip(things, second.graph.collections[name], strict=False):
            note(getattr(x, "tensor", x), getattr(y, "tensor", y))
    for x, y in zip(_leaves(first.built), _leaves(second.built), strict=True):
        note(x, y)
    reads = {variable.identity: y for variable, y in second.graph.reads.items()}
    for variable, x in first.graph.reads.items():
        note(x, reads.get(variable.identity))
    return twins


def _given(trace):
    """What gets its values from outside: from the sources, then by hand."""
    read = [x for x in trace.graph.inputs if id(x) in trace.places]
    return [*read, *trace.graph.placeholders]


def _leaves(built):
    """The tensors and actions of a structure."""
    if isinstance(built, dict):
        return [leaf for key in built for leaf in _leaves(built[key])]
    if isinstance(built, tuple | list):
        return [leaf for part in built for leaf in _leaves(part)]
    return [built] if isinstance(built, Action | TracedTensor) else []
