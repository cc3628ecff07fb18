"""One trace of input_fn and model_fn, for batches of one form, and the programs of its parts."""

from estikeras import errors
from estikeras.data import structure
from estikeras.engine import context
from estikeras.engine.program.staged import StagedProgram
from estikeras.engine.session_graph import Action, SessionGraph
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import TracedTensor
from estikeras.feature_column.padding import note_padded


class Trace:
    """The graph of a model function for batches of some form.

    Args:
        read: function that gives tensors for the next batch, with `graph.next_elements`.
        build: function of these tensors that runs the model function.
        sources: list of Sources; those that `read` needs and that are missing are appended.
        open_source: function that makes a Source of a Dataset.
        entered: function of whether the ranks have equally many rows that gives the context in
            which the model function runs.
        fed_shapes: shapes of placeholders by their numbers.
        first: the first Trace, whose tensors are known; None for itself.

    Attributes:
        graph: the SessionGraph.
        built: what `build` returned.
        even: whether all ranks have equally many rows.
        specs: the Specs of the arrays that all sources give.
        places: id of an input -> where its array is among them.
    """

    def __init__(self, read, build, sources, open_source, entered, fed_shapes, first=None):
        self._sources, self._open_source, self._first = sources, open_source, first or self
        self._read, self.specs, self.places, self._programs = 0, (), {}, {}
        self.graph = SessionGraph(self._next_elements, fed_shapes)
        with self.graph.tracing():
            batch = read()
            self.even = all(source.ready().weight.even for source in sources)
            with entered(self.even):
                self.built = build(batch)
        self.number = {id(node): k for k, node in enumerate(self.graph.nodes)}

    def _next_elements(self, dataset):
        """Tensors for the next element of a dataset. Sources are known by the order in which they
        are asked for, which is the same in every trace.
        """
        if self._read == len(self._sources):
            with context.scope(trace=None, tapes=(), variables=None):
                self._sources.append(self._open_source(dataset))
        with context.scope(trace=None, tapes=(), variables=None):
            batch = self._sources[self._read].ready()
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
            values = [self.graph.own(y) for y in map(value_of, mine) if y is not None]
            updates = self.graph.updates_of(self.graph.actions_of(mine))
            if is_step:
                updates = {**self.graph.updates, **updates}
            made = StagedProgram(self.graph.verify(), values, updates)
            self._programs[key] = (made, leaves)  # which stay alive, so that ids are theirs
        return self._programs[key][0]

    def needs_batch(self, program):
        """Whether a program reads what the sources give."""
        return any(id(x) in self.places for x in program.inputs)

    def _own(self, x):
        """What stands in this trace for a tensor or action of the first."""
        if self is self._first or not isinstance(x, Action | TracedTensor):
            return x
        if isinstance(x, Action):
            return self._own_action(x)
        if x.node.graph is self.graph:
            return x
        k = self._first.number.get(id(x.node))
        if k is None:
            return self._again(x)
        node = self.graph.nodes[k] if k < len(self.number) else None
        if node is None or node.kind != x.node.kind or node.primitive is not x.node.primitive:
            raise ValueError(
                "The model function made another graph for a batch of another size. Make all "
                "batches equally large: `dataset.batch(size, drop_remainder=True)`."
            )
        return node.outputs[x.index]

    def _own_action(self, x):
        for known in self.graph.actions:
            if known.name == x.name:
                return known
        made = Action(self.graph, x.name)
        made.updates.update({variable: self._own(y) for variable, y in x.updates.items()})
        made.result = None if x.result is None else self._own(x.result)
        return made

    def _again(self, x):
        """Do once more what a hook did to the first graph."""
        node = x.node
        if node.kind == "constant":
            return self.graph.constant(node.payload)
        if node.kind == "variable":
            return self.graph.read(node.payload)
        if node.kind == "input":
            raise errors.unsupported(
                "A placeholder that a hook makes, with batches of several sizes",
                "Use batches of one size: `dataset.batch(size, drop_remainder=True)`.",
            )
        made = self.graph.apply(node.primitive, [self._own(y) for y in node.inputs], node.params)
        return made if node.single else made[x.index]


def value_of(x):
    """The tensor that is the value of something fetched; None for an action without one."""
    return x.result if isinstance(x, Action) else x
