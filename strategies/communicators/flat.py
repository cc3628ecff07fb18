"""One MPI.Allreduce over all sums of a dtype, in place. It must not know which ranks share a
machine.
"""

import numpy as np

from strategies.communicators.base import Buffer, Communicator
from strategies.communicators.layout import aligned_zeros, dtype_of_sum
from strategies.communicators.wire import reducer


class Flat(Communicator):
    """Leaves it to MPI how numbers travel."""

    name = "flat"

    def _make_buffer(self, placement, number):
        return FlatBuffer(self, placement, number)


class FlatBuffer(Buffer):
    """A buffer in this process's own memory."""

    def __init__(self, communicator, placement, number):
        block = aligned_zeros(placement.size_bytes)
        super().__init__(communicator, placement, number, block)
        self._sums = []
        self._gathers = gathers(self)
        if communicator.size > 1:
            self._sums = [_Sum(communicator, arena, arena.of(block)) for arena in placement.arenas]

    def close(self):
        super().close()
        self._sums, self._gathers = [], []

    def _move(self):
        for total in self._sums:
            total.reduce()
        for gather in self._gathers:
            gather()


class _Sum:
    """Sums an arena over the ranks, in the dtype in which its numbers are added."""

    def __init__(self, communicator, arena, array):
        wide = dtype_of_sum(arena.dtype)
        self._array = array
        self._wide = array if wide == arena.dtype else np.zeros(arena.count, wide)
        compression = communicator.compression if arena.dtype == np.float32 else None
        self._reduce = reducer(communicator.mpi, self._wide, compression)

    def reduce(self):
        if self._wide is self._array:
            self._reduce()
            return
        self._wide[...] = self._array
        self._reduce()
        self._array[...] = self._wide


def gathers(buffer):
    """For each gathered segment of a buffer the function that collects it from all ranks by MPI."""
    return [
        _gather(buffer.communicator, contribution, result)
        for segment, contribution, result in zip(
            buffer.layout, buffer.contributions, buffer.results, strict=True
        )
        if segment.kind == "gather" and segment.count
    ]


def _gather(communicator, contribution, result):
    if communicator.size == 1:
        return lambda: np.copyto(result[0], contribution)
    # As bytes: MPI has no name for some dtypes.
    sent, received = contribution.view(np.uint8), result.reshape(-1).view(np.uint8)
    return lambda: communicator.mpi.Allgather(sent, received)
