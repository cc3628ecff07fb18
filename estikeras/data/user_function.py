"""A user's function of elements: traced where that is possible, else run as it is.

How it is called: a tuple is spread over the arguments, anything else is one argument, as in
`tf.data`.
"""

import threading

from estikeras import errors
from estikeras.data import structure
from estikeras.engine import context
from estikeras.engine.function import Function
from estikeras.engine.graph import Graph
from estikeras.engine.row_function import RowFunction
from estikeras.engine.specs import TensorSpec
from estikeras.engine.tensor import Spec, TraceError
from estikeras.ops.io_bytes import LengthTraceError

TRACES_KEPT = 8  # kinds of elements a function is traced for; others run in Python
# In place of unknown sizes, to see which sizes of results depend on them: the first, and the next
# that the function takes.
STAND_INS = (8, 0, 1)


class UserFunction:
    """A function of the elements of a step.

    Args:
        function: takes tensors.
        argument: the argument of the public method, for messages.

    Attributes:
        needs_lengths: whether it was not traced since it decodes strings of unknown lengths.
    """

    def __init__(self, function, argument):
        if not callable(function):
            raise errors.wrong_type(argument, got=function, expected="a function")
        function = function.python_function if isinstance(function, Function) else function
        self.name, self.argument = _name_of(function), argument

        def spread(element):
            returned = function(*element) if type(element) is tuple else function(element)
            return tuple(returned) if isinstance(returned, list) else returned

        self._function = spread
        self._traces, self._lock = {}, threading.Lock()
        self._is_traceable, self.needs_lengths = True, False

    def call(self, element):
        """What it returns for an element of arrays, as it returns it."""
        with context.init_scope():
            return self._function(structure.as_tensors(element))

    def element(self, element):
        """What it returns for an element of arrays, as an element."""
        return structure.as_element(self.call(element))

    def traced(self, spec, sparse=False):
        """The RowFunction for elements of a spec; None where it has to run in Python.

        Args:
            spec: structure of the specs of an element.
            sparse: whether it may give SparseTensors.
        """
        found = self._traced(spec)
        return found if found is None or sparse or not found.has_sparse else None

    def _traced(self, spec):
        if spec is None or not self._is_traceable:
            return None
        specs = structure.trace_specs(spec)
        if specs is None:
            return None
        key = tuple(structure.leaves_of(specs))
        with self._lock:
            if key not in self._traces and len(self._traces) < TRACES_KEPT:
                self._traces[key] = self._trace(specs)
                self._is_traceable = self._traces[key] is not None
            return self._traces.get(key)

    def outline(self, spec):
        """What it returns for tensors without values, and empty datasets; TraceError if it asks for
        values, or the kind of elements is not known.
        """
        graph = Graph()

        def stand_in(leaf):
            if not isinstance(leaf, TensorSpec):
                return leaf.stand_in()
            if not leaf.is_static:
                raise TraceError("Sizes are not known.")
            return graph.add_input(Spec(leaf.shape, str(leaf.dtype)))

        if spec is None:
            raise TraceError("The spec is not known.")
        inputs = structure.map_leaves(stand_in, spec)
        try:
            with context.scope(trace=graph, tapes=(), autocast=None):
                return self._function(inputs)
        except RuntimeError as error:  # a function inside is traced by itself and sees the stand-in
            raise TraceError(str(error)) from error

    def _trace(self, specs):
        try:
            with context.init_scope():
                return RowFunction(self._function, (specs,))
        except TraceError as error:
            self.needs_lengths = isinstance(error, LengthTraceError)
            return None

    def measured(self, element):
        """A RowFunction for elements with strings as long as those that are decoded of this one,
        which raises for others; None where it has to run in Python anyway.
        """
        specs, seen = structure.trace_specs(structure.spec_of(element)), []
        if specs is None:
            return None
        try:
            with context.scope(lengths_seen=seen):
                self.call(element)
            with context.init_scope(), context.scope(lengths_known=iter(seen)):
                traced = RowFunction(self._function, (specs,))
        except Exception:  # noqa: BLE001  it is raised where the element is made
            return None
        return None if traced.has_sparse or traced.updates else traced

    def result_spec(self, spec):
        """The spec of its results from that of elements; None if only a call can tell."""
        leaves = structure.leaves_of(spec) if spec is not None else [None]
        if any(not isinstance(leaf, TensorSpec) or leaf.shape is None for leaf in leaves):
            return None
        if structure.trace_specs(spec) is not None:
            traced = self.traced(spec, sparse=True)
            return None if traced is None else structure.spec_from_traced(traced.template)
        first, *others = STAND_INS
        many = self._result_spec_with(spec, first)
        if many is None:
            return None
        few = (self._result_spec_with(spec, size) for size in others)
        few = next((found for found in few if found is not None), None)
        return None if few is None else structure.common_spec(many, few)

    def _result_spec_with(self, spec, size):
        def known(leaf):
            return Spec(tuple(size if n is None else n for n in leaf.shape), str(leaf.dtype))

        if not self._is_traceable:
            return None
        try:
            traced = self._trace(structure.map_leaves(known, spec))
        except (TypeError, ValueError, IndexError, ArithmeticError):
            return None  # the function is for other sizes
        return None if traced is None else structure.spec_from_traced(traced.template)


def run_on_block(traced, block):
    """The results of a RowFunction for the rows of a block, as a block."""
    results = traced(structure.leaves_of(block), structure.rows_of(block))
    return structure.pack(traced.template, results)


def _name_of(function):
    """The function's name, and where it is."""
    name, code = getattr(function, "__name__", repr(function)), getattr(function, "__code__", None)
    return name if code is None else f"{name} ({code.co_filename}, line {code.co_firstlineno})"
