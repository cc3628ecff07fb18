"""Tables of native calls: addresses, argument blocks, and where the threads of the team must wait
for one another.
"""

import numpy as np

from estikeras.engine.variable import aligned_copy
from estikeras.kernels import abi, executor

PARALLEL_BYTES = 1 << 16  # a gather of fewer bytes is done by one thread


class Table:
    """What the team runs.

    Attributes:
        functions: int64 addresses of kernels.
        blocks: int64 addresses of argument blocks.
        modes: int64 bits, see `kernels.executor`.
        counter: int64[1], the number of the step.
        error: int64[4], the error record.
        words: addresses of the arrays, and their length, as the team's control block has them.
        threads: 1 when no kernel is parallel.
        checks: names of the primitives that check indices.
    """

    def __init__(self, functions, blocks, modes, counter, error, threads, checks):
        self._blocks = blocks
        self.functions = np.array(functions, np.int64)
        self.blocks = np.array([block.ctypes.data for block in blocks], np.int64)
        self.modes = np.array(modes, np.int64)
        self.counter, self.error, self.threads, self.checks = counter, error, threads, checks
        arrays = [a.ctypes.data for a in (self.functions, self.blocks, self.modes, counter, error)]
        self.words = (*arrays[:3], len(self.functions), *arrays[3:])

    def followed_by(self, other):
        """A table that does the work of both, with a barrier between."""
        modes = other.modes.copy()
        modes[:1] |= executor.BARRIER  # there may be none
        return Table(
            [*self.functions, *other.functions],
            [*self._blocks, *other._blocks],
            [*self.modes, *modes],
            self.counter,
            self.error,
            max(self.threads, other.threads),
            [*self.checks, *other.checks],
        )


class TableBuilder:
    """Collects calls and finds out where barriers are needed.

    Args:
        threads: size of the team.
        error: the int64[4] error record.
        counter: the int64[1] step counter.
    """

    def __init__(self, threads, error, counter):
        self.threads, self.error, self.counter = threads, error, counter
        self.calls, self._functions, self._blocks, self._modes = 0, [], [], []
        self._pending, self._gate, self._checks = [], False, []

    def gate(self):
        """What follows does not run once an error is recorded."""
        self._gate = True

    def add(self, instruction):
        """Add the calls of an instruction."""

        def resolve(place):
            kind, i = place
            if kind == "blas":
                return abi.blas_address(i)
            if kind == "error":
                return self.error.ctypes.data
            return {
                "in": instruction.reads,
                "out": instruction.writes,
                "scratch": instruction.scratch,
            }[kind][i].address

        reads = [_span(s) for s in instruction.reads]
        writes = [_span(s) for s in (*instruction.writes, *instruction.scratch)]
        for i, call in enumerate(instruction.calls):
            if ("error", 0) in call.arguments:
                self._checks.append(instruction.node.primitive.name)
            self._append(
                call.native.address,
                abi.encode(call.arguments, resolve),
                call.parallel,
                reads,
                writes,
                i > 0,
            )

    def add_gather(self, source, order, storage, batch):
        """Add the copy of a batch of rows of `source` into a storage."""
        row_bytes = source.nbytes // max(1, len(source))
        words = [source.ctypes.data, order.ctypes.data, self.counter.ctypes.data, storage.address]
        words += [len(source), row_bytes, len(order), batch]
        parallel = self.threads > 1 and batch * row_bytes >= PARALLEL_BYTES
        block = np.array(words, np.int64)
        self._append(
            executor.gather_rows.native({}).address, block, parallel, [], [_span(storage)], False
        )

    def add_row_copy(self, loop, storage, counter, backwards):
        """Add the copy of one row between a storage and a larger array, whose address (word 0 for
        `take_row`, word 2 for `put_row`) and rows (word 3) the caller writes into the block that
        this returns.
        """
        size = storage.size_bytes
        is_input = loop is executor.take_row
        words = [0, counter, storage.address] if is_input else [storage.address, counter, 0]
        block = np.array([*words, 0, size, backwards], np.int64)
        reads, writes = ([], [_span(storage)]) if is_input else ([_span(storage)], [])
        self._append(loop.native({}).address, block, False, reads, writes, False)
        return self._blocks[-1]

    def _append(self, address, block, parallel, reads, writes, follows):
        mode = executor.PARALLEL if parallel else 0
        gated, self._gate = self._gate, False
        if gated or self._conflicts(parallel, reads, writes, follows):
            mode |= executor.BARRIER
            self._pending = []
        if gated:
            mode |= executor.GATE
        self._pending.append((parallel, reads, writes))
        self.calls += 1
        self._functions.append(address)
        self._blocks.append(aligned_copy(block))
        self._modes.append(mode)

    def _conflicts(self, parallel, reads, writes, follows):
        """Whether something since the last barrier wrote what this call touches, or read what it
        writes.
        """
        for other, other_reads, other_writes in self._pending:
            if not parallel and not other:
                continue  # both on thread 0, one after the other
            if (
                _overlap(writes, other_reads)
                or _overlap(writes, other_writes)
                or _overlap(reads, other_writes)
            ):
                return True
        return follows and parallel

    def table(self):
        """The finished table."""
        threads = self.threads if any(mode & executor.PARALLEL for mode in self._modes) else 1
        return Table(
            self._functions,
            self._blocks,
            self._modes,
            self.counter,
            self.error,
            threads,
            sorted(set(self._checks)),
        )


def _span(storage):
    return storage.address, storage.address + storage.size_bytes


def _overlap(first, second):
    return any(a < d and c < b for a, b in first for c, d in second)
