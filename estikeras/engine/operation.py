"""Symbolic calls: KerasTensors with the history by which functional models are made, and the
decorator of public ops.
"""

import functools
import inspect
from collections import namedtuple

import numpy as np

from estikeras.engine import context, dtypes, naming, tree
from estikeras.engine.graph import Graph
from estikeras.engine.shapes import UnknownSize
from estikeras.engine.tensor import Spec, Tensor, TracedTensor, public_operators, with_operators
from estikeras.public import public

KerasHistory = namedtuple("KerasHistory", ["operation", "node_index", "tensor_index"])


@with_operators
@public("keras.KerasTensor")
class KerasTensor:
    """A symbolic tensor of a functional model: a shape (None where a size is not known), a dtype,
    and a history.

    Args:
        shape: tuple of int or None.
        dtype: name of a dtype.
        sparse: must be False.
        ragged: must be False.
        record_history: whether the operation that made it is remembered.
        name: made up when None.
    """

    def __init__(
        self,
        shape,
        dtype="float32",
        sparse=False,
        ragged=False,
        record_history=True,
        name=None,
        **kwargs,
    ):
        if sparse or ragged:
            raise ValueError(
                "Sparse and ragged KerasTensors are not supported. Use dense tensors, with a mask."
            )
        self.shape = tuple(None if isinstance(size, UnknownSize) else size for size in shape)
        self.dtype = dtypes.standardize(dtype)
        self.sparse, self.ragged = False, False
        self.record_history = record_history
        self.name = name or naming.auto_name("keras_tensor")

    @property
    def ndim(self):
        return len(self.shape)

    def reshape(self, newshape):
        return public_operators()["reshape"](self, newshape)

    def squeeze(self, axis=None):
        return public_operators()["squeeze"](self, axis)

    def _no_value(self, *args, **kwargs):
        raise ValueError(
            f"{self!r} is symbolic: it stands for data that a model will get, and has no value. "
            "Use Keras layers and "
            "ops on it; NumPy functions, `if` and `float()` cannot take it."
        )

    __array__ = __bool__ = __int__ = __float__ = __index__ = numpy = _no_value

    def __len__(self):
        if not self.shape or self.shape[0] is None:
            self._no_value()
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __hash__(self):
        return id(self)

    def __repr__(self):
        kind = f"shape={self.shape}, dtype={self.dtype}, sparse=False, ragged=False"
        return f"<KerasTensor {kind}, name={self.name}>"


@public("keras.utils.is_keras_tensor", "keras.backend.is_keras_tensor")
def is_keras_tensor(x):
    """Whether `x` is a symbolic tensor of a functional model."""
    return isinstance(x, KerasTensor)


_NEVER_SYMBOLIC = frozenset({Tensor, TracedTensor, int, float, bool, str, dtypes.DType, type(None)})


def any_symbolic(args, kwargs=None):
    """Whether there is a KerasTensor among the arguments, also inside tuples, lists and dicts."""
    for x in args:
        if type(x) in _NEVER_SYMBOLIC:  # at once: this runs for every call of an op
            continue
        if isinstance(x, KerasTensor) or (type(x) in (tuple, list) and any_symbolic(x)):
            return True
        if isinstance(x, dict) and any_symbolic(x.values()):
            return True
    return bool(kwargs) and any_symbolic(kwargs.values())


def compute_output_spec(function, *args, **kwargs):
    """What `function` would give for KerasTensors, found by tracing it with stand-ins for the sizes
    that are unknown.

    The trace runs twice with different stand-ins: a size of the result that changes is unknown too.

    Args:
        function: works with ops on tensors.
        *args: structures with KerasTensors.
        **kwargs: likewise.

    Returns:
        The structure that `function` returns, with KerasTensors in place of tensors.
    """
    unknown = any(
        isinstance(x, KerasTensor) and None in x.shape
        for x in tree.flatten((args, dict(enumerate(kwargs.values()))))
    )
    first = _stand_in_run(function, args, kwargs, 83)
    second = _stand_in_run(function, args, kwargs, 89) if unknown else first

    def merge(a, b):
        if not hasattr(a, "shape") or not hasattr(a, "dtype") or isinstance(a, np.generic):
            return a
        shape = tuple(
            p if p == q and not isinstance(p, UnknownSize) else None
            for p, q in zip(a.shape, b.shape, strict=True)
        )
        return KerasTensor(shape, a.dtype)

    return tree.map_structure(merge, first, second)


def _stand_in_run(function, args, kwargs, size):
    graph = Graph()

    def stand_in(x):
        if isinstance(x, KerasTensor):
            shape = tuple(UnknownSize(size) if n is None else n for n in x.shape)
            tensor = graph.add_input(Spec(shape, x.dtype))
            mask = getattr(x, "_keras_mask", None)
            if mask is not None:
                tensor._keras_mask = stand_in(mask)
            return tensor
        return x

    args, kwargs = tree.map_structure(stand_in, (args, kwargs))
    with context.scope(trace=graph, tapes=()):
        return function(*args, **kwargs)


class Node:
    """One symbolic call of an operation: its arguments and the KerasTensors it gave.

    Args:
        operation: the Operation that was called.
        call_args: its positional arguments.
        call_kwargs: its keyword arguments.
        outputs: structure of KerasTensors.
    """

    def __init__(self, operation, call_args=(), call_kwargs=None, outputs=None):
        self.operation = operation
        self.args, self.kwargs = tuple(call_args), dict(call_kwargs or {})
        leaves = tree.flatten((self.args, self.kwargs))
        self.input_tensors = [x for x in leaves if isinstance(x, KerasTensor)]
        self.output_tensors = tree.flatten(outputs)
        self.outputs = outputs
        operation._inbound_nodes.append(self)
        index = len(operation._inbound_nodes) - 1
        for i, y in enumerate(self.output_tensors):
            y._keras_history = KerasHistory(operation, index, i)
        for parent in {id(p): p for p in self.parent_nodes}.values():
            parent.operation._outbound_nodes.append(self)

    @property
    def parent_nodes(self):
        """The nodes that made the input tensors."""
        made = [x._keras_history for x in self.input_tensors if hasattr(x, "_keras_history")]
        return [h.operation._inbound_nodes[h.node_index] for h in made]

    @property
    def is_input(self):
        return not self.input_tensors

    def with_inputs(self, mapping):
        """The arguments with each KerasTensor replaced by `mapping[id(tensor)]`, as a pair
        `(args, kwargs)`.
        """
        return tree.map_structure(
            lambda x: mapping[id(x)] if isinstance(x, KerasTensor) else x, (self.args, self.kwargs)
        )


@public("keras.Operation")
class Operation:
    """Something that is called on tensors, or on KerasTensors to become part of a functional model.

    Args:
        name: unique name; made up from the class's name when None.
    """

    def __init__(self, name=None):
        self.name = name or naming.auto_name(type(self).__name__)
        self._inbound_nodes, self._outbound_nodes = [], []

    def __call__(self, *args, **kwargs):
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def symbolic_call(self, *args, **kwargs):
        """Find the outputs' shapes and dtypes and remember the call."""
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, call_args=args, call_kwargs=kwargs, outputs=outputs)
        return outputs

    def call(self, *args, **kwargs):
        """Compute; subclasses say how."""
        raise NotImplementedError(
            f"{type(self).__name__} has no `call` method. Define `call(self, ...)` in it."
        )

    def compute_output_spec(self, *args, **kwargs):
        """KerasTensors like the outputs of `call`."""
        return compute_output_spec(self.call, *args, **kwargs)

    def get_config(self):
        return {"name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    @property
    def input(self):
        """The KerasTensors of the first call; an AttributeError if there was none."""
        args = self._first_node("input").input_tensors
        return args[0] if len(args) == 1 else args

    @property
    def output(self):
        """The KerasTensors that the first call gave; an AttributeError if there was none."""
        return self._first_node("output").outputs

    def _first_node(self, what):
        if not self._inbound_nodes:
            raise AttributeError(
                f"{self.name!r} was never called on KerasTensors, so it has no `{what}`."
            )
        return self._inbound_nodes[0]


class FunctionOperation(Operation):
    """A public op as a node of a functional model."""

    def __init__(self, function, name=None):
        super().__init__(name or naming.auto_name(function.__name__))
        self.function = function

    def call(self, *args, **kwargs):
        return self.function(*args, **kwargs)


def op(*names):
    """Mark a function as a public op: on KerasTensors it gives a KerasTensor, on all else it runs.

    Args:
        *names: its public names, such as `"keras.ops.tanh"`.
    """

    def mark(function):
        signature = inspect.signature(function)
        place = name_place(signature)

        @functools.wraps(function)
        def dispatch(*args, **kwargs):
            if any_symbolic(args, kwargs):
                return FunctionOperation(dispatch)(*args, **kwargs)
            result = function(*args, **kwargs)
            if place is not None and context.current.trace is not None:
                note_name(result, args, kwargs, place)
            return result

        dispatch.__signature__ = signature
        return public(*names)(dispatch)

    return mark


def name_place(signature):
    """Where among the positional arguments of an op its `name` is; None if it has none."""
    parameters = list(signature.parameters)
    return parameters.index("name") if "name" in parameters else None


def note_name(result, args, kwargs, place):
    """Let the graph that is being traced know a result by the `name` that an op was called with."""
    name = args[place] if len(args) > place else kwargs.get("name")
    if name is not None and isinstance(result, Tensor):
        context.current.trace.note(result, context.scoped_name(name))


def is_traced(x):
    """Whether `x` is a tensor of a function that is being traced."""
    return type(x) is TracedTensor
