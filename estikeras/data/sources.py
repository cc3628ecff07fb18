"""Where data come from: tensors in memory, ranges, generators, random numbers."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.arguments import out_of_range
from estikeras.data.node import INFINITE, Node
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor, TensorSpec
from estikeras.engine.tensor import TraceError

PARALLEL_BYTES = 1 << 18  # of a block's rows; handing over half of fewer takes longer


class Tensors(Node):
    """One element.

    Args:
        element: what it is.
    """

    def __init__(self, element):
        super().__init__()
        self.element = element

    def infer_spec(self):
        return structure.spec_of(self.element)

    def cardinality(self):
        return 1

    def each(self, run):
        yield self.element


class Pending(Node):
    """Elements of something that is being traced and has no value yet: only what they are is known.

    Args:
        spec: structure of TensorSpecs.
        tensors: structure of what the elements are made of, some of it tensors of the trace, if it
            may be given later.
        kind: the step that makes elements of values of that structure.
    """

    def __init__(self, spec, tensors=(), kind=None):
        super().__init__()
        self._given, self.tensors, self.kind = spec, tensors, kind

    def infer_spec(self):
        return self._given

    def each(self, run):
        raise TraceError(
            "A dataset of tensors that are being traced has no elements yet. In an input function, "
            "make an iterator by `make_initializable_iterator`, and run its `initializer`."
        )


class Slices(Node):
    """The rows of arrays.

    Args:
        block: structure of arrays with equally many rows.
    """

    columnar = True

    def __init__(self, block):
        super().__init__()
        self.block = block
        self.rows = rows_of_all(block)

    def infer_spec(self):
        return structure.map_leaves(
            lambda leaf: TensorSpec(leaf.shape[1:], dtypes.from_numpy(leaf.dtype)), self.block
        )

    def cardinality(self):
        return self.rows

    def many(self, run, size):
        for start in range(0, self.rows, size):
            yield structure.take_slice(self.block, start, start + size)


def rows_of_all(block):
    """How many rows all leaves of a block have.

    Raises:
        ValueError: when there is no leaf, or they have none, or not equally many.
    """
    leaves = structure.leaves_of(block)
    if not leaves:
        raise errors.invalid("tensors", got=block, expected="at least one tensor")
    for leaf in leaves:
        axes = len(leaf.shape) if isinstance(leaf, SparseTensor) else np.ndim(leaf)
        least = 2 if isinstance(leaf, SparseTensor) else 1
        if axes < least and isinstance(leaf, np.ndarray | np.generic | SparseTensor):
            raise errors.invalid(
                "tensors",
                got=structure.describe(block),
                expected="tensors with at least one dimension, along which they are sliced, and "
                "SparseTensors with another one",
                hint="Use `from_tensors` for a single element.",
            )
    rows = {structure.rows_of(leaf) for leaf in leaves}
    if len(rows) > 1:
        raise errors.invalid(
            "tensors", got=structure.describe(block), expected="tensors with equally many rows"
        )
    return rows.pop()


class Gather(Node):
    """Rows of arrays, chosen by number: what slices become when others choose among them.

    Args:
        numbers: step that gives int64 numbers of rows.
        slices: the Slices.
    """

    columnar = True

    def __init__(self, numbers, slices):
        super().__init__(numbers)
        self.slices = slices

    def infer_spec(self):
        return self.slices.declared

    def cardinality(self):
        return self.source.cardinality()

    def many(self, run, size):
        with ThreadPoolExecutor(1, "estikeras-gather") as pool:  # it starts when it is used
            for numbers in structure.rechunk(self.source.pieces(run, size), size):
                yield structure.map_leaves(
                    lambda leaf, numbers=numbers: _gathered(leaf, numbers, pool), self.slices.block
                )


def _gathered(rows, numbers, pool):
    """Rows by number: by two threads where they are many bytes, as memory serves two at once."""
    # "clip" only says that numbers need no check: they are numbers of rows.
    if rows.dtype.hasobject or len(numbers) * rows[:1].nbytes < PARALLEL_BYTES:
        return rows.take(numbers, 0, mode="clip")
    out = np.empty((len(numbers), *rows.shape[1:]), rows.dtype)
    half = len(numbers) // 2
    other = pool.submit(rows.take, numbers[half:], 0, out[half:], "clip")
    rows.take(numbers[:half], 0, out[:half], "clip")
    other.result()
    return out


class Range(Node):
    """Numbers from `start` on, `stop` left out.

    Args:
        start: int.
        stop: int; None for no end.
        step: int, not 0.
        dtype: name of the dtype of the numbers.
    """

    columnar = True

    def __init__(self, start, stop, step=1, dtype="int64"):
        super().__init__()
        if not step:
            raise out_of_range("step", step, "an int other than 0")
        self.start, self.stop, self.step = start, stop, step
        self.dtype = dtype

    def infer_spec(self):
        return TensorSpec((), self.dtype)

    def cardinality(self):
        if self.stop is None:
            return INFINITE
        return len(range(self.start, self.stop, self.step))

    def many(self, run, size):
        dtype = dtypes.to_numpy(self.dtype)
        end = itertools.count() if self.stop is None else range(0, self.cardinality(), size)
        for k in end:
            first = k * size if self.stop is None else k
            rows = size if self.stop is None else min(size, self.cardinality() - k)
            numbers = np.arange(first, first + rows, dtype=np.int64) * self.step + self.start
            yield numbers.astype(dtype, copy=False)


class Random(Node):
    """Endless random int64 numbers from 0 to 2**32 - 1.

    Args:
        draws: the Draws.
    """

    columnar = True

    def __init__(self, draws):
        super().__init__()
        self.draws = draws

    def infer_spec(self):
        return TensorSpec((), "int64")

    def cardinality(self):
        return INFINITE

    def many(self, run, size):
        generator = self.draws.begin(run)
        while True:
            yield generator.integers(0, 2**32, size, np.int64)


class Generated(Node):
    """What a Python generator gives.

    Args:
        generator: function that returns an iterable; called at each pass.
        args: its arguments.
        spec: structure of the specs that its elements must fit.
    """

    def __init__(self, generator, args, spec):
        super().__init__()
        self.generator, self.args, self.signature = generator, args, spec
        self._leaves = structure.leaves_of(spec)
        self._plain = not structure.is_structure(spec)

    def infer_spec(self):
        return self.signature

    def each(self, run):
        for number, item in enumerate(self._items()):
            yield self._element(item, number)

    def pieces(self, run, size):
        items, number = self._items(), 0
        while rows := list(itertools.islice(items, size)):
            yield self._block(rows, number)
            number += len(rows)

    def _items(self):
        made = self.generator(*self.args)
        if not hasattr(made, "__iter__"):
            raise errors.wrong_type(
                "generator", got=made, expected="a function that returns an iterable"
            )
        return iter(made)

    def _block(self, rows, number):
        """Many elements at once where they are plain arrays of one shape; else one by one."""
        specs = self._leaves
        if all(isinstance(s, TensorSpec) and s.is_static and s.dtype != "string" for s in specs):
            columns = [rows] if self._plain else self._columns(rows)
            if columns is not None:
                try:
                    arrays = [
                        _numbers(column, spec) for column, spec in zip(columns, specs, strict=True)
                    ]
                except (TypeError, ValueError):
                    arrays = []  # found again below, where it is known which element it is
                shapes = [(len(rows), *spec.shape) for spec in specs]
                if [array.shape for array in arrays] == shapes:
                    return structure.pack(self.signature, arrays)
        return structure.stack([self._element(row, number + i) for i, row in enumerate(rows)])

    def _columns(self, rows):
        """One list for each leaf, or None when that is not as simple as it looks."""
        spec = self.signature
        if type(spec) is not tuple or any(map(structure.is_structure, spec)) or None in spec:
            return None
        if any(type(row) is not tuple or len(row) != len(spec) for row in rows):
            return None
        return list(zip(*rows, strict=True))

    def _element(self, item, number):
        try:
            return _fit(self.signature, item)
        except (TypeError, ValueError) as error:
            raise errors.InvalidArgumentError(
                message=f"Element {number} of the generator does not fit `output_signature`: "
                f"{error} Got {structure.describe(item)}, expected {self.signature}."
            ) from error


def _fit(spec, value):
    """A value of a generator as an element of the given spec."""
    if spec is None:
        return None
    if isinstance(spec, dict):
        if not isinstance(value, dict) or value.keys() != spec.keys():
            raise TypeError(f"Expected a dict with the keys {list(spec)}.")
        return {key: _fit(spec[key], value[key]) for key in spec}
    if isinstance(spec, tuple):
        if not isinstance(value, tuple | list) or len(value) != len(spec):
            raise TypeError(f"Expected a tuple of {len(spec)}.")
        children = [_fit(s, v) for s, v in zip(spec, value, strict=True)]
        return type(spec)(*children) if hasattr(spec, "_fields") else tuple(children)
    if not isinstance(spec, TensorSpec):
        return value
    if spec.dtype == "string":
        if isinstance(value, dict):
            raise TypeError("Expected strings.")
        array = structure.as_element(list(value) if isinstance(value, tuple) else value)
        if dtypes.from_numpy(array.dtype) != "string":
            raise TypeError("Expected strings.")
    else:
        array = _numbers(value, spec)
    if not spec.allows(array.shape):
        raise ValueError(f"Shape {array.shape} is not {spec.shape}.")
    return array


def _numbers(value, spec):
    """An array of a spec's dtype from the numbers that a generator gave; fractions are cut off."""
    dtype = dtypes.to_numpy(str(spec.dtype))
    try:
        array = np.array(value)
    except ValueError:
        if not isinstance(value, tuple | list):
            raise
        kind = f"{type(value).__name__} of {len(value)}"
        hint = " A tuple of tensors has a tuple of specs." if isinstance(value, tuple) else ""
        raise ValueError(
            f"Expected one tensor, as there is one spec, got a {kind} that do not stack.{hint}"
        ) from None  # NumPy's own speaks of arrays, which the user did not write
    if array.dtype == dtype:
        return array
    kind = array.dtype.kind
    if kind not in "biufcV" or (kind == "c" and dtype.kind != "c"):
        raise TypeError(f"Expected numbers of dtype {spec.dtype}.")
    if dtype.kind in "iu" and kind in "iu":
        try:
            return np.array(value, dtype)  # checks Python's ints
        except OverflowError as error:
            raise ValueError(f"{error}.") from None
    return array.astype(dtype)


class Listed(Node):
    """Elements from a list, one by one.

    Args:
        items: list of elements.
        spec: what they fit.
    """

    def __init__(self, items, spec):
        super().__init__()
        self.items, self._given = items, spec

    def infer_spec(self):
        return self._given

    def cardinality(self):
        return len(self.items)

    def each(self, run):
        yield from self.items
