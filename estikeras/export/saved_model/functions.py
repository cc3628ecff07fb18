"""Functions of a graph's library, which loops run. Knows no primitives."""

import numpy as np

from estikeras.engine.dtypes import DType, from_numpy
from estikeras.export.saved_model import building
from estikeras.export.saved_model.building import Value

# The names of the first outputs of operations, by which nodes of functions read one another.
_OUTPUTS = {
    **dict.fromkeys(("AddV2", "Mul", "Sub", "Less"), "z"),
    **dict.fromkeys(("Sigmoid", "Tanh"), "y"),
    **dict.fromkeys(("Const", "Split", "BiasAdd", "SelectV2", "GatherV2"), "output"),
    "MatMul": "product",
    "TensorListSetItem": "output_handle",
}


class Body:
    """A function in the making; writes nodes as an Emission does.

    Args:
        library: the repeated field of FunctionDefs.
        name: the function's name.
        inputs: Values of the caller, of which the function gets as many.

    Attributes:
        name: the function's name.
        inputs: the Values of its arguments.
    """

    def __init__(self, library, name, inputs):
        self.name, self._definition = name, library.add()
        signature = self._definition.signature
        signature.name = name
        self._nodes = building.Nodes(self._definition.node_def)
        self.inputs = []
        for i, value in enumerate(inputs):
            argument = self._nodes.unique(f"arg{i}")
            signature.input_arg.add(name=argument, type=building.number(value.dtype))
            self.inputs.append(Value(argument, value.dtype, value.shape))

    def op(self, op, *inputs, gives=None, outputs=None, **attrs):
        """Add a node, as `Emission.op`."""
        if inputs and "T" not in attrs:  # a handle's dtype is none of tensors
            attrs["T"] = DType(inputs[0].dtype)
        attrs = {key: value for key, value in attrs.items() if value is not None}
        name = self._nodes.add(op, op, [x.ref for x in inputs], attrs)
        kinds = outputs or [gives or inputs[0].dtype]
        values = [Value(f"{name}:{_OUTPUTS[op]}:{i}", kind) for i, kind in enumerate(kinds)]
        return values[0] if outputs is None else tuple(values)

    def constant(self, array, dtype=None):
        """A Value with the given content."""
        array = np.asarray(array, dtype)
        dtype = from_numpy(array.dtype)
        return self.op("Const", gives=dtype, value=array, dtype=DType(dtype))

    def like(self, number, x):
        """A scalar constant of the dtype of a Value."""
        return self.constant(np.array(number), x.dtype)

    def end(self, outputs):
        """Let the function give these Values.

        Returns:
            The function as an attribute.
        """
        for i, value in enumerate(outputs):
            name = f"out{i}"
            kind = building.number(value.dtype)
            self._definition.signature.output_arg.add(name=name, type=kind)
            self._definition.ret[name] = value.ref
        return building.Function(self.name)
