"""The graph between symbolic tensors: which operations lie between inputs and outputs, in which
order they run.

Knows nothing of training and files; `functional.py` makes models of it.
"""

from estikeras import errors
from estikeras.engine import tree
from estikeras.engine.operation import (
    KerasTensor,
    Node,
    Operation,
    any_symbolic,
    compute_output_spec,
)
from estikeras.keras.layers.shapes import is_shape
from estikeras.public import public


@public("keras.Function")
class Function(Operation):
    """The computation from some KerasTensors to others.

    Args:
        inputs: structure of KerasTensors.
        outputs: structure of KerasTensors that were computed from them.
        name: made up when None.

    Raises:
        ValueError: if an output is not computed from the inputs.
    """

    def __init__(self, inputs, outputs, name=None):
        super().__init__(name=name)
        self._set_graph(inputs, outputs)

    def _set_graph(self, inputs, outputs):
        self._inputs_struct, self._outputs_struct = inputs, outputs
        self._inputs, self._outputs = tree.flatten(inputs), tree.flatten(outputs)
        for name, tensors in (("inputs", self._inputs), ("outputs", self._outputs)):
            for x in tensors:
                if not isinstance(x, KerasTensor):
                    raise errors.invalid(
                        name, got=x, expected="KerasTensors, as `keras.Input` and layers give them"
                    )
        self._nodes, self._operations = order(self._inputs, self._outputs)

    @property
    def operations(self):
        """The operations, in the order in which they run."""
        return list(self._operations)

    @property
    def inputs(self):
        """The KerasTensors that come in, in a list."""
        return self._inputs

    @property
    def outputs(self):
        """The KerasTensors that go out, in a list."""
        return self._outputs

    def call(self, inputs):
        """The outputs for tensors in the structure of the inputs."""
        tree.assert_same_structure(self._inputs_struct, inputs)
        return self._run(tree.flatten(inputs))

    def _run(self, flat_inputs, arguments_for=None):
        """Run all nodes.

        Args:
            flat_inputs: one tensor an input.
            arguments_for: function from an operation to further keyword arguments, or None.
        """
        values = {id(x): value for x, value in zip(self._inputs, flat_inputs, strict=True)}
        for node in self._nodes:
            if all(id(y) in values for y in node.output_tensors):
                continue
            args, kwargs = node.with_inputs(values)
            if arguments_for is not None:
                kwargs = {**kwargs, **arguments_for(node.operation)}
            outputs = tree.flatten(node.operation(*args, **kwargs))
            values.update(
                (id(y), value) for y, value in zip(node.output_tensors, outputs, strict=True)
            )
        return tree.pack_sequence_as(self._outputs_struct, [values[id(y)] for y in self._outputs])

    def compute_output_spec(self, inputs):
        """KerasTensors like the outputs for these inputs."""
        flat = tree.flatten(inputs)
        if len(flat) == len(self._inputs) and all(
            tuple(x.shape) == tuple(own.shape) and x.dtype == own.dtype
            for x, own in zip(flat, self._inputs, strict=True)
            if x is not None
        ):
            return tree.map_structure(lambda y: KerasTensor(y.shape, y.dtype), self._outputs_struct)
        return compute_output_spec(self.call, inputs)

    def compute_output_shape(self, input_shape):
        """The shapes of the outputs for inputs of these shapes."""
        shapes = (
            [input_shape]
            if len(self._inputs) == 1 and is_shape(input_shape)
            else _flat_shapes(input_shape)
        )
        inputs = [
            KerasTensor(shape, x.dtype) for shape, x in zip(shapes, self._inputs, strict=True)
        ]
        spec = self.compute_output_spec(tree.pack_sequence_as(self._inputs_struct, inputs))
        return tree.map_structure(lambda y: y.shape, spec)

    def __call__(self, *args, **kwargs):
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)


def order(inputs, outputs):
    """The nodes between inputs and outputs, and their operations, those first that others wait for
    longest.

    Args:
        inputs: list of KerasTensors.
        outputs: list of KerasTensors.

    Returns:
        List of nodes, list of operations; operations of equal depth come as they are met from the
        outputs.

    Raises:
        ValueError: if an output does not depend on the inputs only, or a name is there twice.
    """
    finished, first_met = _walk(inputs, outputs)
    depth_of_node, depth_of_operation, operations = {}, {}, {}
    for node in reversed(finished):
        key = id(node.operation)
        depth = max(depth_of_node.get(id(node), 0), depth_of_operation.get(key, 0))
        depth_of_node[id(node)] = depth_of_operation[key] = depth
        operations[key] = node.operation
        for parent in _parents(node, inputs):
            depth_of_node[id(parent)] = max(depth_of_node.get(id(parent), 0), depth + 1)
    for x in inputs:
        operation, node_index, _ = x._keras_history
        node = operation._inbound_nodes[node_index]
        if id(operation) not in operations:
            operations[id(operation)] = operation
            depth_of_operation[id(operation)], first_met[id(operation)] = 0, -1
        if id(node) not in depth_of_node:
            depth_of_node[id(node)] = depth_of_operation[id(operation)]
            finished.append(node)
    nodes = sorted(finished, key=lambda node: -depth_of_node[id(node)])
    ordered = sorted(operations, key=lambda key: (-depth_of_operation[key], first_met[key]))
    _check_names([operations[key] for key in ordered])
    return nodes, [operations[key] for key in ordered]


def _parents(node, inputs):
    ends = {id(x) for x in inputs}
    if all(id(y) in ends for y in node.output_tensors):
        return []
    return node.parent_nodes


def _walk(inputs, outputs):
    """All nodes from the outputs backwards, each after those it needs; and when each operation was
    first met.
    """
    ends = {id(x) for x in inputs}
    finished, done, first_met = [], set(), {}
    # Tensors to visit, and nodes to finish once all behind them is finished; the last one is next.
    waiting = list(reversed(outputs))
    while waiting:
        x = waiting.pop()
        if isinstance(x, Node):
            if id(x) not in done:
                done.add(id(x))
                finished.append(x)
            continue
        history = getattr(x, "_keras_history", None)
        if history is None:
            raise _unconnected(x)
        node = history.operation._inbound_nodes[history.node_index]
        if id(node) in done:
            continue
        first_met.setdefault(id(node.operation), len(first_met))
        waiting.append(node)
        if id(x) not in ends:
            if node.is_input:
                raise _unconnected(x)
            waiting.extend(reversed(node.input_tensors))
    return finished, first_met


def _unconnected(x):
    name = x._keras_history.operation.name if hasattr(x, "_keras_history") else x.name
    return ValueError(
        f"`outputs` depend on {name!r} {tuple(x.shape)}, which is not among `inputs`. Add it "
        "to `inputs`, or compute "
        "the outputs from the given inputs only."
    )


def _check_names(operations):
    seen = set()
    for operation in operations:
        if operation.name in seen:
            raise ValueError(
                f"The name {operation.name!r} is used by two operations of the model. Names "
                "must be unique: "
                "give one of them another `name`."
            )
        seen.add(operation.name)


def _flat_shapes(x):
    if is_shape(x):
        return [tuple(x)]
    children = [x[key] for key in sorted(x)] if isinstance(x, dict) else x
    return [shape for child in children for shape in _flat_shapes(child)]
