"""tf.function: Python traced once per kind of arguments and run as a program; eager where it cannot
be traced.
"""

import functools
import traceback
import warnings
from pathlib import Path

import numpy as np

from estikeras import settings
from estikeras.engine import context, tree
from estikeras.engine.graph import Graph
from estikeras.engine.operation import any_symbolic
from estikeras.engine.program.program import Program
from estikeras.engine.tensor import StringTraceError, Tensor, TraceError, ValueTraceError, as_tensor
from estikeras.engine.variable import Variable
from estikeras.public import public

RETRACES_BEFORE_WARNING = 12
TRACES_KEPT = 64  # each has memory of its own
_PACKAGE = str(Path(__file__).parents[1])


@public("function")
def function(
    func=None,
    input_signature=None,
    autograph=True,
    jit_compile=None,
    reduce_retracing=False,
    **kwargs,
):
    """Compile a Python function of tensors.

    The function is traced for each combination of shapes, dtypes and other arguments, and then runs
    as one native call. Python's side effects happen while it is traced only. A function that asks
    for the value of a tensor (`if`, `float()`) runs eagerly, with a warning that names the line.

    Args:
        func: the function; None gives a decorator.
        input_signature: sequence of TensorSpecs, one for each argument, for `saved_model.save`. In
            calls the arguments themselves say which trace is used.
        autograph: kept for the reference's sake; Python control flow on tensors is never rewritten.
        jit_compile: kept for the reference's sake; everything is compiled.
        reduce_retracing: kept for the reference's sake.
        **kwargs: nothing else is allowed.

    Returns:
        A Function.
    """
    if kwargs:
        raise TypeError(f"function() has no argument {next(iter(kwargs))!r}.")
    if func is None:
        return lambda func: Function(func, input_signature)
    return Function(func, input_signature)


class Function:
    """A compiled function. Call it as the Python function that it was made of.

    Args:
        python_function: works on tensors with ops.
        input_signature: sequence of TensorSpecs, one for each argument, or None.
    """

    def __init__(self, python_function, input_signature=None):
        functools.update_wrapper(self, python_function)
        self.python_function, self.input_signature = python_function, input_signature
        self._traces = {}
        self.eager = False

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return functools.update_wrapper(
            BoundFunction(Function.__call__, self, instance), self.python_function
        )

    def get_concrete_function(self, *args, **kwargs):
        """The function for arguments of one kind, for `saved_model.save`.

        Args:
            *args: structures of TensorSpecs, or tensors that stand for their own; by default the
                input signature.
            **kwargs: likewise.
        """
        return SpecifiedFunction(self, args or tuple(self.input_signature or ()), kwargs)

    def __call__(self, *args, **kwargs):
        now = context.current
        args, kwargs = tree.map_structure(
            lambda x: as_tensor(x) if isinstance(x, np.ndarray) else x, (args, kwargs)
        )
        is_inside = now.trace is not None or now.tapes or any_symbolic(args, kwargs)
        if is_inside or self.eager or settings.functions_run_eagerly():
            return self.python_function(*args, **kwargs)
        try:
            concrete, arrays = self.concrete(args, kwargs)
        except TraceError as error:
            self.fall_back(error)
            return self.python_function(*args, **kwargs)
        return concrete(arrays)

    def fall_back(self, error):
        """Run eagerly from now on, since tracing failed with `error`, with a warning unless that is
        the only way.
        """
        self.eager = True
        if not isinstance(error, StringTraceError):
            self._warn(error)

    def concrete(self, args, kwargs):
        """The Concrete for these arguments, traced now if they are of a new kind, and the arrays to
        run it on.
        """
        leaves = tree.flatten((args, kwargs))
        tensors, key = [], [_form((args, kwargs))]
        for leaf in leaves:
            if isinstance(leaf, Tensor | np.ndarray):
                tensor = leaf if isinstance(leaf, Tensor) else Tensor(leaf)
                tensors.append(tensor)
                key.append(tensor.spec)
            else:
                tensors.append(None)
                key.append((type(leaf), leaf) if isinstance(leaf, _BY_VALUE) else _Same(leaf))
        key = tuple(key)
        concrete = self._traces.get(key)
        if concrete is None:
            concrete = Concrete(self.python_function, args, kwargs, tensors)
            if len(self._traces) >= TRACES_KEPT:
                del self._traces[next(iter(self._traces))]
            self._traces[key] = concrete
            if len(self._traces) == RETRACES_BEFORE_WARNING:
                warnings.warn(
                    f"{self.__name__!r} was traced {len(self._traces)} times, which is slow. Call "
                    "it with tensors of "
                    "few different shapes, and pass numbers that change as tensors.",
                    stacklevel=4,
                )
        return concrete, [t.value for t in tensors if t is not None]

    def show(self):
        """The graphs of all traces, as text."""
        return "\n\n".join(str(concrete.program.graph) for concrete in self._traces.values())

    def _warn(self, error):
        frames = [
            f
            for f in traceback.extract_tb(error.__traceback__)
            if not f.filename.startswith(_PACKAGE)
        ]
        where = (
            f" (line {frames[-1].lineno} of {frames[-1].filename}: {frames[-1].line})"
            if frames
            else ""
        )
        reason = f"it cannot be traced{where}. {error}"
        if isinstance(error, ValueTraceError):
            reason = (
                f"it asks for the value of a tensor{where}. Use ops such as `ops.where`, "
                "`ops.cond` and `ops.while_loop` in place of Python's control flow."
            )
        warnings.warn(f"{self.__name__!r} runs eagerly, and slower: {reason}", stacklevel=4)


class BoundFunction(functools.partial):
    """A Function as a method of an object."""

    @property
    def input_signature(self):
        """That of the Function."""
        return self.args[0].input_signature

    def get_concrete_function(self, *args, **kwargs):
        """As that of the Function, for the arguments after the object."""
        return SpecifiedFunction(self, args or tuple(self.input_signature or ()), kwargs)


class SpecifiedFunction:
    """A function of which it is known what it will be called with.

    Args:
        function: the function.
        args: its positional arguments, structures of TensorSpecs or tensors.
        kwargs: its arguments by name, likewise.
    """

    def __init__(self, function, args, kwargs):
        self.function = function
        self.structured_input_signature = tuple(args), dict(kwargs)

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)


def _form(structure):
    if isinstance(structure, dict):
        return (
            dict,
            *[
                (key, _form(value))
                for key, value in sorted(structure.items(), key=lambda kv: str(kv[0]))
            ],
        )
    if isinstance(structure, tuple | list):
        return (type(structure), *[_form(child) for child in structure])
    return None


_BY_VALUE = (str, int, float, complex, bytes, type, type(None))


class _Same:
    """The part of a key that stands for one object: equal to itself only, and keeps it alive."""

    def __init__(self, thing):
        self.thing = thing

    def __eq__(self, other):
        return isinstance(other, _Same) and other.thing is self.thing

    def __hash__(self):
        return id(self.thing)


class Concrete:
    """One trace of a function and its program.

    Args:
        python_function: what to trace.
        args: arguments, structures whose tensors become inputs.
        kwargs: likewise.
        tensors: for each leaf of `(args, kwargs)` the tensor, or None for a leaf that is passed as
            it is.
    """

    def __init__(self, python_function, args, kwargs, tensors):
        graph = Graph()
        leaves = [
            leaf if t is None else graph.add_input(t.spec)
            for leaf, t in zip(tree.flatten((args, kwargs)), tensors, strict=True)
        ]
        args, kwargs = tree.pack_sequence_as((args, kwargs), leaves)
        with context.scope(trace=graph, tapes=(), autocast=None):
            outputs = python_function(*args, **kwargs)
            self._template = tree.map_structure(lambda y: self._collect(graph, y), outputs)
        self.program = Program(graph.verify())

    @staticmethod
    def _collect(graph, y):
        """An output of the graph stands as its number; all else as it is."""
        if isinstance(y, Variable):
            y = y.value
        if isinstance(y, np.ndarray):
            y = as_tensor(y)
        if not isinstance(y, Tensor):
            return _Plain(y)
        graph.outputs.append(graph.own(y))
        return len(graph.outputs) - 1

    def __call__(self, arrays):
        return self.pack(self.program.run(arrays))

    def run_steps(self, sources, order, first, steps):
        """Run several steps on batches of rows, see `Program.run_steps`; the result of the last."""
        return self.pack(self.program.run_steps(sources, order, first, steps))

    def pack(self, outputs):
        """Outputs of the program in the form that the Python function returned."""
        return tree.map_structure(
            lambda place: place.value if isinstance(place, _Plain) else outputs[place],
            self._template,
        )


class _Plain:
    """An output that is no tensor."""

    def __init__(self, value):
        self.value = value
