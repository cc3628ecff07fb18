"""Runs TensorFlow's graphs node by node, on tensors that have values or are traced.

A table says what each operation does: a function of the Operation and its inputs that gives its
output, or a tuple of outputs. Functions of the graph's library are run in place of their calls.
Knows no operation but those that call functions and those that choose.
"""

import difflib

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.tensor import Tensor
from estikeras.formats import tensor_proto
from estikeras.op_errors import InvalidArgumentError, NotFoundError, OpError

# The names of the outputs of operations that have several, as functions name them.
_OUTPUTS = {
    "FusedBatchNorm": ("y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"),
    "FusedBatchNormV2": ("y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"),
    "FusedBatchNormV3": (
        *("y", "batch_mean", "batch_variance"),
        *("reserve_space_1", "reserve_space_2", "reserve_space_3"),
    ),
    "LogMatrixDeterminant": ("sign", "log_abs_determinant"),
    "LookupTableExportV2": ("keys", "values"),
    "ParseExampleV2": (
        *("sparse_indices", "sparse_values", "sparse_shapes"),
        *("dense_values", "ragged_values", "ragged_row_splits"),
    ),
    "Qr": ("q", "r"),
    "SelfAdjointEigV2": ("e", "v"),
    "SoftmaxCrossEntropyWithLogits": ("loss", "backprop"),
    "SparseCross": ("output_indices", "output_values", "output_shape"),
    "SparseFillEmptyRows": (
        *("output_indices", "output_values", "empty_row_indicator", "reverse_index_map"),
    ),
    "SparseReshape": ("output_indices", "output_shape"),
    "SparseSlice": ("output_indices", "output_values", "output_shape"),
    "SparseSoftmaxCrossEntropyWithLogits": ("loss", "backprop"),
    "StringSplitV2": ("indices", "values", "shape"),
    "Svd": ("s", "u", "v"),
    "TensorListPopBack": ("output_handle", "tensor"),
    "TopKV2": ("values", "indices"),
    "Unique": ("y", "idx"),
    "UniqueWithCounts": ("y", "idx", "count"),
}
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_LOOPS = ("While", "StatelessWhile")
_CHOICES = ("If", "StatelessIf")


class Operation:
    """A node, with what stands in it in Python's terms.

    Args:
        node: a NodeDef.
        owner: the Graph in which it runs.

    Attributes:
        name: its name.
        op: the name of its operation.
        inputs: list of pairs of a name and an output: an int, or a pair of the name of a list of
            outputs and a place in it.
        after: names of nodes that run before.
        owner: the Graph.
    """

    def __init__(self, node, owner):
        self.name, self.op, self.owner = node.name, node.op, owner
        self._node, self._read = node, {}
        self.inputs = [_ref(text) for text in node.input if not text.startswith("^")]
        self.after = [text[1:] for text in node.input if text.startswith("^")]

    def attribute(self, name, default=None):
        """An attribute: a number, bytes, an array, a dtype's name, a shape (tuple with None, or
        None), a function's name, or a list of these; `default` if it is not there.
        """
        if name not in self._read:
            if name not in self._node.attr:
                return default
            self._read[name] = _value(self._node.attr[name])
        return self._read[name]

    def text(self, name, default=""):
        """An attribute that is a text."""
        value = self.attribute(name, default)
        return value.decode() if isinstance(value, bytes) else value

    def unsupported(self, what):
        """An error for a case of the operation that is not covered."""
        return errors.unsupported(
            f"{what} of the operation {self.op} (node {self.name!r}) in a SavedModel",
            "Load it with TensorFlow.",
        )

    def place(self, output):
        """Which of its outputs a pair in `inputs` is, counted from 0."""
        if isinstance(output, int):
            return output
        name, number = output
        names = _OUTPUTS.get(self.op)
        if names is None or name == names[0]:
            return number
        if self.op == "ParseExampleV2":
            return self._parsed_place(name, number)
        return names.index(name) + number

    def _parsed_place(self, name, number):
        sparse = self.attribute("num_sparse", 0)
        starts = {
            "sparse_values": sparse,
            "sparse_shapes": 2 * sparse,
            "dense_values": 3 * sparse,
        }
        return starts[name] + number


def _ref(text):
    """A pair as in `Operation.inputs`."""
    name, *rest = text.split(":")
    if not rest:
        return name, 0
    return (name, int(rest[0])) if len(rest) == 1 else (name, (rest[0], int(rest[1])))


def dtype_of(number):
    """The name of a dtype by its number in the format; "" for handles of resources."""
    kind = tensor_proto.DTYPES.get(number % 100)  # 100 more are references
    return dtypes.from_numpy(kind) if kind is not None else ""


def _shape(message):
    if message.unknown_rank:
        return None
    return tuple(None if dim.size < 0 else dim.size for dim in message.dim)


def _value(message):
    kind = message.WhichOneof("kind")
    if kind == "list":
        items = message.list
        for name in ("s", "i", "f", "b", "type", "shape", "func"):
            values = getattr(items, name)
            if values:
                return [_scalar(name, value) for value in values]
        return []
    return _scalar(kind, getattr(message, kind)) if kind else None


def _scalar(kind, value):
    if kind == "type":
        return dtype_of(value)
    if kind == "shape":
        return _shape(value)
    if kind == "tensor":
        return tensor_proto.decode(value)
    return value.name if kind == "func" else value


class _Dead:
    """The output of the branch that was not taken."""


DEAD = _Dead()


class Graph:
    """Nodes that can be run.

    Args:
        nodes: NodeDefs.
        library: a Library.
    """

    def __init__(self, nodes, library):
        self.library = library
        self.operations = {node.name: Operation(node, self) for node in nodes}
        self._orders = {}

    def run(self, fetches, feeds=None, after=()):
        """Compute outputs of nodes.

        Args:
            fetches: list of names of tensors, such as `"dense/Relu:0"`.
            feeds: dict from names of tensors to values in place of what nodes would give.
            after: names of nodes that are to run too.

        Returns:
            list of values.

        Raises:
            NotFoundError: if there is no such tensor.
            NotImplementedError: for an operation that the table has not.
        """
        refs = [_ref(text) for text in fetches]
        values = {}
        for text, value in (feeds or {}).items():
            name, output = _ref(text)
            values.setdefault(name, {})[self._place(name, output)] = value
        key = tuple(name for name, _ in refs), tuple(after), tuple(values)
        order = self._orders.get(key)
        if order is None:
            order = self._orders[key] = self._order([*key[0], *after], values)
        for operation in order:
            values[operation.name] = self._outputs(operation, values)
        return [values[name][self._place(name, output)] for name, output in refs]

    def _place(self, name, output):
        operation = self.operations.get(name)
        return operation.place(output) if operation else output

    def _order(self, names, fed):
        """The operations of which nodes are computed, each after those that it reads."""
        order, state = [], dict.fromkeys(fed, 2)
        stack = [*reversed(names)]
        while stack:
            name = stack[-1]
            operation = self.operations.get(name)
            if operation is None and name not in fed:
                near = difflib.get_close_matches(name, self.operations, n=3)
                raise NotFoundError(message=f"The graph has no node {name!r}; near are {near}.")
            if state.get(name) is None:
                state[name] = 1
                before = [other for other, _ in operation.inputs] + operation.after
                stack += [other for other in reversed(before) if state.get(other) is None]
                circle = [other for other in before if state.get(other) == 1]
                if circle and operation.op != "Merge":
                    raise errors.unsupported(
                        f"The loop through the node {name!r}", "Load it with TensorFlow."
                    )
                continue
            stack.pop()
            if state[name] == 1:
                state[name] = 2
                order.append(operation)
        return order

    def _outputs(self, operation, values):
        """The outputs of an operation, by their places."""
        inputs = [values[name][self._place(name, output)] for name, output in operation.inputs]
        if operation.op == "Merge":
            alive = [i for i, value in enumerate(inputs) if value is not DEAD]
            chosen = alive[0] if alive else 0
            return {0: inputs[chosen], 1: Tensor(np.array(chosen, np.int32))}
        if any(value is DEAD for value in inputs):
            return _AllDead()
        outputs = self.library.compute(operation, inputs)
        outputs = outputs if isinstance(outputs, tuple | list) else (outputs,)
        return dict(enumerate(outputs))


class _AllDead:
    def __getitem__(self, place):
        return DEAD


class _AtNode(InvalidArgumentError):
    """An error that names the node where it arose."""


class Library:
    """Functions of a graph, and the table of operations.

    Args:
        functions: FunctionDefs.
        table: dict from names of operations to functions.
        state: what operations find resources in.
        of_state: names of the operations that take variables, not their values, where variables
            are read by being inputs.
    """

    def __init__(self, functions, table, state, of_state):
        self._of_state = of_state
        self._definitions = {function.signature.name: function for function in functions}
        self._graphs, self._table, self.state = {}, table, state

    def compute(self, operation, inputs):
        """The outputs of an operation."""
        name = operation.op
        if name in _CALLS:
            return self.call(operation.attribute("f"), inputs)
        if name in self._definitions:
            return self.call(name, inputs)
        if name in _LOOPS:
            condition, body = operation.attribute("cond"), operation.attribute("body")
            while _is_true(self.call(condition, inputs)[0]):
                inputs = self.call(body, inputs)
            return inputs
        if name in _CHOICES:
            chosen = "then_branch" if _is_true(inputs[0]) else "else_branch"
            return self.call(operation.attribute(chosen), inputs[1:])
        function = self._table.get(name)
        if function is None:
            raise errors.unsupported(
                f"The operation {name} (node {operation.name!r}) of a SavedModel",
                "Load it with TensorFlow, or save the model as a `.keras` file.",
            )
        if name not in self._of_state:
            inputs = [x.value if getattr(x, "is_reference", False) else x for x in inputs]
        try:
            return function(operation, *inputs)
        except _AtNode:
            raise
        except (ValueError, IndexError) as error:
            if isinstance(error, OpError) and not isinstance(error, InvalidArgumentError):
                raise
            raise _AtNode(message=f"{name} (node {operation.name!r}): {error}") from error

    def call(self, name, inputs):
        """The outputs of a function, a list."""
        definition = self._definitions.get(name)
        if definition is None:
            raise NotFoundError(message=f"The SavedModel has no function {name!r}.")
        graph = self._graphs.get(name)
        if graph is None:
            graph = self._graphs[name] = Graph(definition.node_def, self)
        arguments = [argument.name for argument in definition.signature.input_arg]
        feeds = dict(zip(arguments, inputs, strict=True))
        fetches = [definition.ret[out.name] for out in definition.signature.output_arg]
        return graph.run(fetches, feeds, after=tuple(definition.control_ret.values()))


def _is_true(value):
    """The truth of a tensor, as TensorFlow's loops and choices see it."""
    array = value.value
    if array.ndim == 0 and array.dtype != object:
        return bool(array)
    return bool(array.size) if array.ndim else bool(array.item())


def reader_of(table):
    """The decorator that enters a function into a table.

    Args:
        table: dict from names of operations to functions.
    """

    def reads(*names):
        def enter(function):
            for name in names:
                table[name] = function
            return function

        return enter

    return reads
