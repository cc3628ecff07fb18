"""The batches of a Dataset, as a session takes them: many rows by number where they lie in memory,
else arrays one batch after the other. On several ranks each takes its rows of every batch.
"""

import functools
import math
import zlib
from dataclasses import dataclass

import numpy as np

from estikeras import errors
from estikeras.data import awaiting, feeding, structure
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import Spec, Tensor
from estikeras.keras.trainer.adapters.pipelines import BLOCKS, shared
from estikeras.op_errors import (
    FailedPreconditionError,
    InvalidArgumentError,
    OutOfRangeError,
)
from estikeras.ops.tf_sparse import padded
from strategies.errors import disagreement
from strategies.input import share


@dataclass(frozen=True)
class Weight:
    """How much a rank's rows of a batch count.

    Attributes:
        rows: how many of them are this rank's.
        total: how many all ranks have.
    """

    rows: int
    total: int


class Source:
    """The batches of one pass through a Dataset.

    Args:
        dataset: a Dataset of batches; on several ranks all have the same. One of placeholders waits
            for their values.
        strategy: a Strategy whose ranks share every batch, or None.
    """

    def __init__(self, dataset, strategy=None):
        self.strategy, self._dataset = strategy, dataset
        self._pieces, self._form = None, PaddedForm()
        if not awaiting.tensors_of(dataset):
            self._open(dataset)

    def begin(self, fed):
        """Begin a pass, unless the last one has just begun.

        Args:
            fed: dict from the id of a placeholder to its value.

        Raises:
            InvalidArgumentError: if the dataset is of something that was not fed.
        """
        awaited = awaiting.tensors_of(self._dataset)
        missing = [x for x in awaited if id(x) not in fed]
        if missing:
            raise InvalidArgumentError(
                message=f"The dataset of an iterator is of {missing[0]!r}. Let it be of "
                "placeholders, and feed them where the iterator's `initializer` is run."
            )
        if awaited or self.is_used:
            self.close()
            self._open(awaiting.given(self._dataset, lambda x: fed[id(x)]))

    def _open(self, dataset):
        shares = self.strategy is not None
        self._pieces = self._read(shared(dataset, by_files=False) if shares else dataset)
        self._ready, self.is_used = None, False
        self._is_agreed = not shares or self.strategy.num_replicas_in_sync == 1

    def first(self):
        """What `ready` gives; while values are waited for, a batch of the same form, if there are
        enough rows for a batch.
        """
        if self._pieces is not None:
            return self.ready()
        element = next(feeding.arrays(awaiting.first_like(self._dataset)), None)
        if element is None:
            raise OutOfRangeError(message="End of sequence")
        return Batch(element, self.strategy, self._form)

    def ready(self):
        """The batches that can be taken now, Rows or one Batch.

        Raises:
            OutOfRangeError: when there are none left.
            FailedPreconditionError: while values of placeholders are waited for.
        """
        if self._pieces is None:
            raise FailedPreconditionError(
                message="An iterator of input_fn was not initialized. Run its `initializer` in "
                "`after_create_session` of a hook, and feed the placeholders that its dataset is "
                "of."
            )
        while self._ready is None or not self._ready.count:
            self._ready = next(self._pieces, None)
            if not self._is_agreed:
                self._agree()
            if self._ready is None:
                raise OutOfRangeError(message="End of sequence")
        return self._ready

    def _agree(self):
        """Check that the first batch is the same on all ranks, of which each takes its rows."""
        self._is_agreed = True
        own = None if self._ready is None else self._ready.checksum
        of_ranks = self.strategy.communicator.allgather(own, "checksum of the first batch")
        if any(other != own for other in of_ranks):
            raise disagreement(
                "the first batch that input_fn gives (its checksum)",
                of_ranks,
                "Each rank takes its rows of every batch: give all ranks the same data, without "
                "`dataset.shard`, and seed what is drawn by NumPy.",
            )

    def close(self):
        """Close the files and threads that give the batches."""
        if self._pieces is not None:
            self._pieces.close()

    def _read(self, dataset):
        rows = feeding.batched_rows(dataset)
        if rows is not None:
            leaves = [np.ascontiguousarray(a) for a in structure.leaves_of(rows.rows)]
            for order in rows.numbers():
                yield from self._rows(rows.rows, leaves, order, rows.batch_size)
            return
        pieces = feeding.blocks(dataset, BLOCKS)
        if pieces is None:
            for element in feeding.arrays(dataset):
                yield Batch(element, self.strategy, self._form)
            return
        for piece in pieces:
            leaves = structure.leaves_of(piece)
            counts = {a.shape[:2] for a in leaves}
            if len(counts) > 1:
                for k in range(len(leaves[0])):
                    element = structure.map_leaves(lambda a, k=k: a[k], piece)
                    yield Batch(element, self.strategy, self._form)
                continue
            ((batches, size),) = counts
            flat = [a.reshape(-1, *a.shape[2:]) for a in leaves]
            yield from self._rows(piece, flat, np.arange(batches * size), size)

    def _rows(self, template, leaves, order, size):
        whole = len(order) - len(order) % size
        if whole:
            yield Rows(template, leaves, order[:whole].reshape(-1, size), self.strategy)
        if len(order) > whole:
            yield Rows(template, leaves, order[whole:].reshape(1, -1), self.strategy)


class Rows:
    """Batches of rows that lie in memory.

    Args:
        template: a structure like a batch.
        leaves: list of arrays with all rows.
        order: int64 (batches, rows of a batch), numbers of rows.
        strategy: a Strategy whose ranks share every batch, or None.

    Attributes:
        count: how many batches are left.
        weight: the Weight of this rank's rows.
    """

    def __init__(self, template, leaves, order, strategy):
        self.template, self._leaves = template, leaves
        self.weight, (start, stop) = _weight(order.shape[1], strategy)
        self._order = np.ascontiguousarray(order[:, start:stop], np.int64)
        self._numbers = self._order.reshape(-1)  # one object: programs know it again
        self._first = order[0]
        self._next, self.count = 0, len(order)

    @property
    def checksum(self):
        """That of all ranks' rows of the first batch."""
        return _checksum([a[self._first] for a in self._leaves])

    @functools.cached_property
    def specs(self):
        """The Specs of the tensors of one batch."""
        size = self._order.shape[1]
        return tuple(Spec((size, *a.shape[1:]), dtypes.from_numpy(a.dtype)) for a in self._leaves)

    def take(self):
        """The arrays of the next batch."""
        rows = self._order[self._next]
        self._next, self.count = self._next + 1, self.count - 1
        return [a[rows] for a in self._leaves]

    def take_many(self, steps):
        """What `Program.run_steps` needs for the next batches: all rows, their order, the number of
        the first batch.
        """
        first = self._next
        self._next, self.count = self._next + steps, self.count - steps
        return self._leaves, self._numbers, first


class Batch:
    """One batch of arrays.

    Args:
        element: structure of what NumPy indexing gives, and SparseTensors.
        strategy: a Strategy whose ranks share every batch, or None.
        form: the PaddedForm of the batches of this source.
    """

    def __init__(self, element, strategy, form):
        self.template, self.count = element, 1
        leaves = form.padded(structure.leaves_of(element))
        self._arrays = self._whole = [_as_array(leaf) for leaf in leaves]
        sizes = {len(a) for a in self._arrays if a.ndim}
        if strategy is not None and strategy.num_replicas_in_sync > 1 and len(sizes) > 1:
            raise errors.invalid(
                "input_fn",
                got=f"parts with {sorted(sizes)} rows in one batch",
                expected="batches whose parts have equally many rows, which the ranks share",
            )
        self.weight, (start, stop) = _weight(max(sizes, default=1), strategy)
        if stop - start < self.weight.total:
            self._arrays = [a[start:stop] if a.ndim else a for a in self._arrays]

    @property
    def checksum(self):
        """That of all ranks' rows."""
        return _checksum(self._whole)

    @functools.cached_property
    def specs(self):
        """The Specs of the tensors of the batch."""
        return tuple(Spec(a.shape, dtypes.from_numpy(a.dtype)) for a in self._arrays)

    def take(self):
        """The arrays."""
        self.count = 0
        return self._arrays


def _weight(size, strategy):
    """The Weight of this rank's rows of a batch, and from where to where they go; a rank without
    rows takes one that does not count.
    """
    if strategy is None or strategy.num_replicas_in_sync == 1:
        return Weight(size, size), (0, size)
    start, stop = share(size, strategy.num_replicas_in_sync, strategy.cluster.rank)
    weight = Weight(stop - start, size)
    return weight, (start, stop) if stop > start else (0, 1)


class PaddedForm:
    """To which sizes sparse tensors are padded: powers of two, and those of an earlier batch where
    that makes no batch much larger. Each form is a trace of the model function, and rows of any
    length in several features come in very many.
    """

    _MUCH = 4

    def __init__(self):
        self._known = []

    def padded(self, leaves):
        """The leaves of a batch, with dense tensors in place of sparse ones."""
        sparse = [leaf for leaf in leaves if isinstance(leaf, SparseTensor)]
        if not sparse:
            return leaves
        sizes = iter(self._sizes([leaf.shape[1:] for leaf in sparse]))
        return [
            padded(leaf, (leaf.shape[0], *next(sizes))) if isinstance(leaf, SparseTensor) else leaf
            for leaf in leaves
        ]

    def _sizes(self, shapes):
        least = [tuple(1 << max(n - 1, 0).bit_length() for n in shape) for shape in shapes]
        limit = self._MUCH * _entries(least)
        for known in self._known:
            if known == _joined(known, least) and _entries(known) <= limit:
                return known
        joined = _joined(self._known[-1], least) if self._known else least
        self._known.append(joined if _entries(joined) <= limit else least)
        return self._known[-1]


def _entries(shapes):
    return sum(math.prod(shape) for shape in shapes)


def _joined(*forms):
    """The least form that has room for others."""
    return [tuple(map(max, *shapes)) for shapes in zip(*forms, strict=True)]


def _as_array(leaf):
    if isinstance(leaf, Tensor):
        leaf = leaf.value
    return np.array(leaf, object) if isinstance(leaf, bytes) else np.asarray(leaf)


def _checksum(arrays):
    """The CRC-32 of some arrays, their shapes and dtypes."""
    total = 0
    for a in arrays:
        total = zlib.crc32(f"{a.shape} {a.dtype}".encode(), total)
        parts = a.reshape(-1).tolist() if a.dtype == object else [np.ascontiguousarray(a)]
        for part in parts:
            total = zlib.crc32(part, total)
    return total
