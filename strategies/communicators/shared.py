"""Sums in memory that the ranks of a machine share: each rank adds its slice of what all of them
wrote there, and writes the sum back to all. Between machines slices are all-reduced, by as many
ranks at once as a machine has. It must not know how shared memory is made.
"""

import functools

import numpy as np

from strategies import errors
from strategies.communicators import memory
from strategies.communicators.base import Buffer, Communicator
from strategies.communicators.flat import FlatBuffer, gathers
from strategies.communicators.layout import dtype_of_sum
from strategies.communicators.wire import BLOCK_BYTES, reducer

# The ranks' blocks are skewed by a page and 33 cache lines. Measured: blocks whose addresses differ
# by a power of two made the sum 15 times slower at 256 MB, since they compete for the same places
# of the cache.
_PAGE_BYTES, _SKEW_BYTES = 4096, 4096 + 33 * 64
# Measured with 2 ranks: up to here MPI's own way takes the same few microseconds.
_SMALLEST_BYTES = 4 * 1024


class Shared(Communicator):
    """Shares memory wherever it can, and is Flat where there is not enough."""

    name = "shared"
    smallest_bytes = 0

    @property
    def shares_memory(self):
        """Whether `shared_array` can be called."""
        return self.size > 1

    def shared_array(self, size_bytes):
        self.agree("the size of a shared array", size_bytes)
        if not self.shares_memory:
            return super().shared_array(size_bytes)
        # Nothing can be mapped that has no bytes.
        array = memory.allocate(self, max(size_bytes, 1))
        if array is None:
            raise errors.DistributionError(
                f"The ranks of a machine cannot share {size_bytes / 1e6:.1f} MB of memory."
            )
        return array[:size_bytes]

    def _make_buffer(self, placement, number):
        if self.shares_memory and placement.size_bytes > self.smallest_bytes:
            stride = -(-placement.size_bytes // _PAGE_BYTES) * _PAGE_BYTES + _SKEW_BYTES
            array = memory.allocate(self, stride * self.cluster.local_size)
            if array is not None:
                blocks = array.reshape(self.cluster.local_size, stride)
                return SharedBuffer(self, placement, number, blocks)
        return FlatBuffer(self, placement, number)


class Auto(Shared):
    """Shares memory where every machine has several ranks and there is enough to sum."""

    name = "auto"
    smallest_bytes = _SMALLEST_BYTES

    @property
    def shares_memory(self):
        """Whether `shared_array` can be called."""
        return self.lanes > 1


class SharedBuffer(Buffer):
    """A buffer whose contributions lie where the other ranks of the machine can read them.

    Args:
        blocks: array (local_size, bytes) uint8 of shared memory; a row for each rank.
    """

    def __init__(self, communicator, placement, number, blocks):
        cluster = communicator.cluster
        self._local_rank, self._local = cluster.local_rank, cluster.local_communicator
        super().__init__(communicator, placement, number, blocks[self._local_rank])
        self._one_machine = cluster.local_size == cluster.size
        self._sums = []
        for arena in placement.arenas:
            start, stop = arena.slice(communicator.lane, communicator.lanes)
            if stop > start:
                slices = [arena.of(block)[start:stop] for block in blocks]
                self._sums.append(self._sum_of(slices, arena, cluster.peer_communicator))
        if self._one_machine:
            everyone = [placement.views(block) for block in blocks]
            self._gathers = [
                functools.partial(_collect, self.results[i], [views[i] for views in everyone])
                for i, segment in enumerate(self.layout)
                if segment.kind == "gather"
            ]
        else:
            self._gathers = gathers(self)

    def close(self):
        super().close()
        self._sums, self._gathers = [], []

    def _sum_of(self, slices, arena, peers):
        everywhere = arena.kind == "sum"
        total = _SliceSum(slices, self._local_rank, everywhere, keep=not self._one_machine)
        if self._one_machine:
            return total, None
        compression = self.communicator.compression if arena.dtype == np.float32 else None
        return total, reducer(peers, total.total, compression)

    def _move(self):
        for total, reduce_between in self._sums:
            if reduce_between is None:
                total.add_and_spread()
            else:
                total.add()
                reduce_between()
                total.spread()
        for gather in self._gathers:
            gather()
        # Nobody writes the next contributions before all have read these.
        self._local.Barrier()


class _SliceSum:
    """Adds one slice over the ranks of a machine, in their order, so that it does not matter which
    of them adds it.

    It goes in blocks that stay in the cache from the first addition to the last copy.

    Args:
        slices: list of arrays (n,), those of all local ranks.
        mine: the number of this rank among them.
        everywhere: whether all ranks get the sum, or this one alone.
        keep: whether the whole sum must be kept in the dtype in which it was added.

    Attributes:
        total: array (n,) that holds the sum after `add`.
    """

    def __init__(self, slices, mine, everywhere, keep):
        dtype = slices[0].dtype
        self._dtype = dtype_of_sum(dtype)
        same = self._dtype == dtype
        step = BLOCK_BYTES // self._dtype.itemsize
        length = slices[0].size
        scratch = np.empty(min(step, length), self._dtype)
        self.total = slices[mine] if same else np.empty(length if keep else 0, self._dtype)
        # Where the sum goes; this rank may have it already.
        others = [i for i in range(len(slices)) if i != mine] if everywhere else []
        order = others if same else [mine, *others]
        self._blocks = []
        for start in range(0, length, step):
            parts = [part[start : start + step] for part in slices]
            between = scratch[: parts[0].size]
            last = self.total[start : start + step] if same or keep else between
            self._blocks.append((_additions(parts, between, last), last, [parts[i] for i in order]))

    def add(self):
        for additions, _, _ in self._blocks:
            self._add(additions)

    def spread(self):
        for _, total, targets in self._blocks:
            self._spread(total, targets)

    def add_and_spread(self):
        for additions, total, targets in self._blocks:
            self._add(additions)
            self._spread(total, targets)

    def _add(self, additions):
        for ufunc, inputs, out in additions:
            ufunc(*inputs, out=out, dtype=self._dtype)

    def _spread(self, total, targets):
        for target in targets:
            np.copyto(target, total, casting="same_kind")


def _additions(parts, between, last):
    """What to compute for one block: list of (ufunc, inputs, out).

    The sum of all but the last part is put into scratch memory, since this rank's own part, where
    the sum goes in the end, may come at any place.
    """
    if len(parts) == 1:
        return [] if last is parts[0] else [(np.positive, (parts[0],), last)]
    outs = [between] * (len(parts) - 2) + [last]
    sums = [parts[0], *outs[:-1]]
    return [(np.add, (x, y), out) for x, y, out in zip(sums, parts[1:], outs, strict=True)]


def _collect(result, parts):
    for row, part in zip(result, parts, strict=True):
        np.copyto(row, part)
