"""A Python function of one element, traced once and run on many: each element is a row of arrays.

Numbers are computed by a native program that runs once a row, in one call and without the GIL.
Strings have no place in it: what computes with them runs in NumPy, before the program or, if it
needs the program's results, after it; on all rows at once where the operation allows for that. All
compute what the function gives for each element alone.
"""

import numpy as np

from estikeras.engine import context, dtypes, tree
from estikeras.engine.graph import Extract, Graph
from estikeras.engine.passes.dead import remove_dead
from estikeras.engine.program.lower import VIEW
from estikeras.engine.program.row_program import RowProgram
from estikeras.engine.specs import SparseTensor, SparseTensorSpec, TensorSpec
from estikeras.engine.tensor import TraceError, as_tensor, with_operators
from estikeras.engine.variable import Variable


class RowGraph(Graph):
    """The graph of a RowFunction."""


class RowSparse(SparseTensor):
    """A SparseTensor of one axis that a function of an element gives and does nothing with: those
    of all rows are made when there are rows. Whoever asks for its parts gets a TraceError.

    Args:
        source: traced tensor of which it is made.
        read: function from the rows of `source`, an array, to a dict of object arrays with the
            SparseTensors of each row.
        key: which of them it is.
        dtype: name of a dtype.
    """

    dtype = None

    def __init__(self, source, read, key, dtype):
        self.source, self.read, self.key, self.dtype = source, read, key, dtype

    @property
    def spec(self):
        """The spec of a row."""
        return SparseTensorSpec((None,), self.dtype)

    def _no_parts(self):
        raise TraceError("The parts of a sparse tensor were asked for while a function is traced.")

    indices = values = dense_shape = property(_no_parts)


@with_operators
class RowVector:
    """A vector of any length that a function of an element gives and does nothing with: the entries
    of a RowSparse. Whoever asks for more gets a TraceError.

    Args:
        sparse: the RowSparse.
    """

    def __init__(self, sparse):
        self.source, self.read, self.key = sparse.source, sparse.read, sparse.key
        self.spec = TensorSpec((None,), sparse.dtype)

    def __tensor__(self):
        raise TraceError("A vector of unknown length was used while a function is traced.")

    def __getattr__(self, name):
        return self.__tensor__()


class RowFunction:
    """One trace of a function of an element.

    Args:
        function: takes tensors and structures of them, and returns such.
        args: its arguments, structures with Specs for tensors and None for nothing.

    Attributes:
        template: what the function returns, with a Spec for each tensor.
        has_sparse: whether SparseTensors are among it, or vectors of their entries.
        updates: the variables that it assigns to.

    Raises:
        TraceError: when the function needs values, or makes something else than tensors.
    """

    def __init__(self, function, args):
        graph = RowGraph()
        graph.must_check = True
        specs = tree.flatten(args)
        inputs = [None if spec is None else graph.add_input(spec) for spec in specs]
        with context.scope(trace=graph, tapes=(), autocast=None):
            returned = function(*tree.pack_sequence_as(args, inputs))
            self._outputs = []
            self.template = self._collect(graph, returned)
        self._tensors = [x.source if isinstance(x, _ROWS) else x for x in self._outputs]
        self.has_sparse = any(isinstance(x, _ROWS) for x in self._outputs)
        graph.outputs, self.updates = self._tensors, tuple(graph.updates)
        remove_dead(graph.verify())
        self._inputs = [x for x in inputs if x is not None]
        self._program = None
        self._split(graph)

    def __call__(self, columns, rows):
        """The function of every row.

        Args:
            columns: an array `(rows, *shape)` for each tensor among the arguments, in order.
            rows: how many.

        Returns:
            A list of arrays `(rows, *shape)`, one for each tensor of `template`, and of object
            arrays `(rows,)` of SparseTensors and vectors.

        Raises:
            Exception: what the operations raise.
        """
        known = {id(x): column for x, column in zip(self._inputs, columns, strict=True)}
        _run_nodes(self._before, known, rows)
        if self._program is not None:
            fed = [np.ascontiguousarray(known[id(x)]) for x in self._fed]
            results = self._program.run_rows(fed, rows)
            known.update((id(x), y) for x, y in zip(self._computed, results, strict=True))
        _run_nodes(self._after, known, rows)
        made, read = [_rows_of(x, known, rows) for x in self._tensors], {}
        for i, x in enumerate(self._outputs):
            if isinstance(x, _ROWS):
                if x.read not in read:
                    read[x.read] = x.read(made[i])
                made[i] = read[x.read][x.key]
                if isinstance(x, RowVector):
                    made[i] = _vectors(made[i])
        return made

    def _collect(self, graph, returned):
        """Note the tensors that were returned; lists become tensors."""
        if isinstance(returned, dict):
            collected = {key: self._collect(graph, returned[key]) for key in sorted(returned)}
            return {key: collected[key] for key in returned}
        if isinstance(returned, tuple):
            children = [self._collect(graph, y) for y in returned]
            fields = hasattr(returned, "_fields")
            return type(returned)(*children) if fields else tuple(children)
        if returned is None:
            return None
        if isinstance(returned, Variable):
            returned = returned.value
        if isinstance(returned, _ROWS):
            self._outputs.append(returned)
            return returned.spec
        if isinstance(returned, SparseTensor) or hasattr(returned, "element_spec"):
            raise TraceError(f"{type(returned).__name__}s are no results of programs.")
        y = graph.own(as_tensor(returned))
        self._outputs.append(y)
        return y.spec

    def _split(self, graph):
        """Tell what runs in NumPy, before the program and after it, from the program."""
        self._before, self._after = [], []
        computed, late = set(), set()
        part = Extract()
        rest, self._fed = part.graph, part.fed
        for node in graph.nodes:
            if node.kind != "apply":
                continue
            parents = {x.node for x in node.inputs}
            if parents & late or (_has_strings(node) and parents & computed):
                late.add(node)
                self._after.append(node)
            elif _has_strings(node):
                self._before.append(node)
            else:
                computed.add(node)
                part.add(node)
        in_numpy = (*self._before, *self._after)
        if any(x.node.kind == "variable" for node in in_numpy for x in node.inputs):
            raise TraceError("Strings that depend on variables are made for each element.")
        if self._after and graph.updates:
            raise TraceError("Strings may fail after all elements have changed variables.")
        wanted = [*self._tensors, *(x for node in self._after for x in node.inputs)]
        wanted = [x for x in wanted if x.node in computed or x.node.kind == "variable"]
        self._computed = list({id(x): x for x in wanted}.values())
        for variable, value in graph.updates.items():
            rest.updates[variable] = part.place(value)
        if self._computed or rest.updates:
            rest.outputs = [part.place(x) for x in self._computed]
            self._program = RowProgram(rest.verify())
            nodes = [node for node in graph.nodes if node.kind == "apply"]
            if not self._program.is_native and not rest.updates and all(map(_takes_rows, nodes)):
                # NumPy, once, is faster than for each.
                self._program, self._before, self._after = None, nodes, []


_ROWS = (RowSparse, RowVector)


def _vectors(column):
    """The entries of each SparseTensor of a column."""
    made = np.empty(len(column), object)
    made[:] = [sparse.values.value for sparse in column]
    return made


def _has_strings(node):
    return any(x.dtype == "string" for x in (*node.inputs, *node.outputs))


def _takes_rows(node):
    """Whether the primitive may be given all rows in place of one element."""
    primitive = node.primitive
    if not primitive.pointwise and primitive.elementwise is None:
        return False
    if any(x.node.kind == "variable" for x in node.inputs):
        return False
    varying = {x.shape for x in node.inputs if x.node.kind != "constant"}
    constant = {x.shape for x in node.inputs if x.node.kind == "constant"}
    return len(varying) == 1 and constant <= {(), *varying}


def _run_nodes(nodes, known, rows):
    for node in nodes:
        with np.errstate(all="ignore"):
            results = _on_rows(node, known, rows)
        for y, array in zip(node.outputs, results, strict=True):
            known[id(y)] = np.asarray(array, dtypes.to_numpy(y.dtype))


def _on_rows(node, known, rows):
    """The results of a node for all rows."""
    if node.primitive.kernel == VIEW:
        (x,), (y,) = node.inputs, node.outputs
        return (_rows_of(x, known, rows).reshape(rows, *y.shape),)
    if _takes_rows(node):
        return _results(node, [_rows_of(x, known, rows, constants=False) for x in node.inputs])
    columns = [_rows_of(x, known, rows) for x in node.inputs]
    made = [np.empty((rows, *y.shape), dtypes.to_numpy(y.dtype)) for y in node.outputs]
    for row in range(rows):
        results = _results(node, [column[row, ...] for column in columns])
        for column, result in zip(made, results, strict=True):
            column[row, ...] = result
    return made


def _results(node, arrays):
    results = node.primitive.reference(*arrays, **node.params)
    return (results,) if node.single else results


def _rows_of(x, known, rows, constants=True):
    if id(x) in known:
        return known[id(x)]
    value = x.node.payload.value
    return np.broadcast_to(value, (rows, *value.shape)) if constants else value
