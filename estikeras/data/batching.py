"""Steps that put several elements into one, or take one apart."""

import itertools

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.node import UNKNOWN, Node, stacked
from estikeras.engine.specs import SparseTensor, SparseTensorSpec, TensorSpec


def batches_in(source, size, drop_remainder):
    """How many batches the elements of a step make."""
    total = source.cardinality()
    if total < 0:
        return total
    return total // size if drop_remainder else -(-total // size)


class Batch(Node):
    """Elements stacked along a new first axis.

    Args:
        source: step.
        size: elements in a batch.
        drop_remainder: whether a last batch of fewer is left out.
    """

    def __init__(self, source, size, drop_remainder=False):
        super().__init__(source)
        self.size, self.drop_remainder = size, drop_remainder

    @property
    def columnar(self):
        return self.source.columnar and structure.have_one_shape(self.declared)

    def spec_over(self, spec):
        return structure.batched(spec, self.size if self.drop_remainder else None)

    def cardinality(self):
        return batches_in(self.source, self.size, self.drop_remainder)

    def elements(self, run):
        if self.source.columnar:
            for block in self._many(run, self.rows_at_once()):
                yield from self._cut(block)
        else:
            yield from filter(self._counts, self._many(run, 1))

    def rows_at_once(self):
        return max(1, self.source.rows_at_once() // self.size)

    def blocks(self, run, size):
        return self.many(run, size) if self.source.columnar else None

    def many(self, run, size):
        """Blocks of whole batches; a last batch of fewer elements is a block of its own."""
        for block in self._many(run, size):
            rows = structure.rows_of(block)
            whole = rows - rows % self.size
            if whole:
                shape = (whole // self.size, self.size)
                yield structure.map_leaves(
                    lambda leaf, n=whole, s=shape: leaf[:n].reshape(*s, *leaf.shape[1:]), block
                )
            if whole < rows and not self.drop_remainder:
                yield structure.map_leaves(lambda leaf, n=whole: leaf[n:][None], block)

    def _many(self, run, batches):
        """Blocks of the rows of several batches."""
        rows = self.size * batches
        return structure.rechunk(self.source.pieces(run, rows), rows, self.size)

    def _cut(self, block):
        rows = structure.rows_of(block)
        end = rows - rows % self.size if self.drop_remainder else rows
        for start in range(0, end, self.size):
            yield structure.take_slice(block, start, start + self.size)

    def _counts(self, batch):
        return not self.drop_remainder or structure.rows_of(batch) == self.size


class Unbatch(Node):
    """The rows of elements."""

    @property
    def columnar(self):
        return self.source.columnar

    def spec_over(self, spec):
        return structure.unbatched(spec)

    def cardinality(self):
        total, spec = self.source.cardinality(), self.source.declared
        if total <= 0:
            return total
        if spec is None:
            return UNKNOWN
        rows = {leaf.shape[0] if leaf.shape else None for leaf in structure.leaves_of(spec)} - {
            None
        }
        return total * rows.pop() if len(rows) == 1 and rows != {0} else UNKNOWN

    def pieces(self, run, size):
        if structure.have_one_shape(self.declared):
            yield from filter(structure.rows_of, map(_rows_checked, self.source.elements(run)))
        else:
            yield from stacked(self.elements(run), size)

    def elements(self, run):
        for element in self.source.elements(run):
            yield from structure.unstack(_rows_checked(element))


def _rows_checked(element):
    leaves = structure.leaves_of(element)
    rows = {leaf.shape[0] if leaf.shape else None for leaf in leaves}
    if None in rows or len(rows) > 1:
        raise errors.InvalidArgumentError(
            message="`unbatch`: expected tensors with equally many rows, got "
            f"{structure.describe(element)}."
        )
    return structure.map_leaves(_dense, element)


def _dense(leaf):
    if isinstance(leaf, SparseTensor):
        raise errors.unsupported("`unbatch` of sparse tensors", "Use `tf.sparse.to_dense` before.")
    return leaf


class Rebatch(Node):
    """The rows of batches in batches of other sizes.

    Args:
        source: step whose elements are batches.
        sizes: rows in the batches, in turn.
        drop_remainder: whether a last batch of fewer is left out.
    """

    def __init__(self, source, sizes, drop_remainder):
        super().__init__(source)
        self.sizes, self.drop_remainder = sizes, drop_remainder

    def spec_over(self, spec):
        first = structure.leaves_of(spec)[0].shape
        whole = self.drop_remainder or (first and first[0] and first[0] % self.sizes[0] == 0)
        size = self.sizes[0] if whole and len(set(self.sizes)) == 1 else None
        return structure.map_leaves(lambda leaf: leaf.unbatched().batched(size), spec)

    def each(self, run):
        sizes, held, count = itertools.cycle(self.sizes), [], 0
        wanted = next(sizes)
        for batch in self.source.elements(run):
            batch = _rows_checked(batch)
            held.append(batch)
            count += structure.rows_of(batch)
            while count >= wanted:
                rows = structure.concatenate(held)
                yield structure.take_slice(rows, 0, wanted)
                count -= wanted
                held = [structure.take_slice(rows, wanted, wanted + count)] if count else []
                wanted = next(sizes)
        if count and not self.drop_remainder:
            yield structure.concatenate(held)


class PaddedBatch(Node):
    """Elements stacked after each was filled up to a common shape.

    Args:
        source: step.
        size: elements in a batch.
        shapes: structure of shapes, with None for the largest size in the batch; None for the sizes
            of `element_spec`.
        values: structure of what fills tensors up; None for zeros, and empty strings.
        drop_remainder: whether a last batch of fewer is left out.
    """

    def __init__(self, source, size, shapes, values, drop_remainder):
        super().__init__(source)
        self.size, self.shapes, self.values = size, shapes, values
        self.drop_remainder = drop_remainder

    def spec_over(self, spec):
        size = self.size if self.drop_remainder else None
        leaves = structure.leaves_of(spec)
        shapes = [leaf.shape for leaf in leaves] if self.shapes is None else self.shapes
        padded = [
            TensorSpec((size, *shape), str(leaf.dtype))
            for leaf, shape in zip(leaves, shapes, strict=True)
        ]
        return structure.pack(spec, padded)

    def cardinality(self):
        return batches_in(self.source, self.size, self.drop_remainder)

    def each(self, run):
        elements = self.source.elements(run)
        while rows := list(itertools.islice(elements, self.size)):
            if len(rows) == self.size or not self.drop_remainder:
                yield self._padded(rows)

    def _padded(self, rows):
        columns = list(zip(*map(structure.leaves_of, rows), strict=True))
        shapes = [None] * len(columns) if self.shapes is None else self.shapes
        values = [None] * len(columns) if self.values is None else self.values
        parts = zip(columns, shapes, values, strict=True)
        return structure.pack(rows[0], [_pad_column(*part) for part in parts])


def _pad_column(leaves, shape, value):
    if isinstance(leaves[0], SparseTensor):
        raise TypeError("Sparse tensors cannot be padded. Use `tf.sparse.to_dense` before.")
    arrays = [np.asarray(leaf, object if isinstance(leaf, bytes) else None) for leaf in leaves]
    rank, dtype = arrays[0].ndim, arrays[0].dtype
    shape = (None,) * rank if shape is None else shape
    if any(array.ndim != len(shape) for array in arrays):
        raise errors.InvalidArgumentError(
            message=f"`padded_shapes`: expected shapes with {rank} sizes, got {shape}."
        )
    largest = np.array([array.shape for array in arrays]).reshape(len(arrays), rank).max(0)
    full = tuple(
        int(most) if wanted is None else wanted for most, wanted in zip(largest, shape, strict=True)
    )
    if any(most > size for most, size in zip(largest, full, strict=True)):
        raise errors.DataLossError(
            message=f"`padded_shapes`: {shape} is smaller than an element of shape "
            f"{tuple(largest.tolist())}."
        )
    if value is None:
        value = b"" if dtype.kind == "O" else np.zeros((), dtype)
    out = np.empty((len(arrays), *full), dtype)
    out[...] = value
    for row, array in zip(out, arrays, strict=True) if rank else ():
        row[tuple(map(slice, array.shape))] = array
    if not rank:
        out[...] = arrays
    return out


class SparseBatch(Node):
    """Elements as rows of sparse tensors that have all their entries.

    Args:
        source: step whose elements are tensors.
        size: elements in a batch.
        shape: shape of a row, with None for the largest size in the batch.
    """

    def __init__(self, source, size, shape):
        super().__init__(source)
        self.size, self.shape = size, shape

    def spec_over(self, spec):
        return SparseTensorSpec((None, *self.shape), spec.dtype)

    def cardinality(self):
        return batches_in(self.source, self.size, drop_remainder=False)

    def each(self, run):
        elements = self.source.elements(run)
        while rows := list(itertools.islice(elements, self.size)):
            yield self._sparse([np.asarray(row) for row in rows])

    def _sparse(self, rows):
        largest = np.max([row.shape for row in rows], 0).tolist()
        shape = [m if n is None else n for m, n in zip(largest, self.shape, strict=True)]
        if any(m > n for m, n in zip(largest, shape, strict=True)):
            raise errors.InvalidArgumentError(
                message=f"`row_shape`: {self.shape} is smaller than an element of shape "
                f"{tuple(largest)}."
            )
        places = [np.indices(row.shape).reshape(row.ndim, -1).T for row in rows]
        numbers = np.repeat(np.arange(len(rows)), [row.size for row in rows])
        indices = np.column_stack([numbers, np.concatenate(places)])
        values = np.concatenate([row.reshape(-1) for row in rows])
        return SparseTensor(indices, values, [len(rows), *shape])


class Window(Node):
    """Datasets of consecutive elements.

    Args:
        source: step.
        size: elements in a window.
        shift: how far a window begins after the one before.
        stride: distance between a window's elements.
        drop_remainder: whether last windows of fewer are left out.
        made: function that makes a Dataset of a block, or of a list of leaves, and its spec.
    """

    def __init__(self, source, size, shift, stride, drop_remainder, made):
        super().__init__(source)
        self.size, self.shift, self.stride = size, shift, stride
        self.drop_remainder, self.made = drop_remainder, made

    def infer_spec(self):
        return None

    def cardinality(self):
        total = self.source.cardinality()
        if total < 0:
            return total
        if self.drop_remainder:
            span = (self.size - 1) * self.stride + 1
            return max(0, (total - span) // self.shift + 1)
        return -(-total // self.shift)

    def probe(self):
        return structure.map_leaves(lambda leaf: self.made([], leaf).spec(), self.source.spec)

    def each(self, run):
        span = (self.size - 1) * self.stride + 1
        held = []  # what may still be needed, from element number `begin` on
        number, begin = -1, 0
        for number, element in enumerate(self.source.elements(run)):
            if number >= begin:
                held.append(element)
            if number + 1 == begin + span:
                yield self._window(held[:: self.stride])
                begin += self.shift
                held = held[self.shift :]
        while not self.drop_remainder and begin <= number:
            yield self._window(held[:: self.stride][: self.size])
            begin += self.shift
            held = held[self.shift :]

    def _window(self, elements):
        if not structure.is_structure(elements[0]):
            return self.made(elements, _spec_of_all(elements))
        columns = zip(*map(structure.leaves_of, elements), strict=True)
        made = [self.made(list(column), _spec_of_all(column)) for column in columns]
        return structure.pack(elements[0], made)


def _spec_of_all(leaves):
    spec = structure.spec_of(leaves[0])
    for leaf in leaves[1:]:
        spec = structure.common_spec(spec, structure.spec_of(leaf))
    return spec
