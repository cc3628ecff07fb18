"""A program: a graph lowered to tables of native calls and host functions between them, over one
arena of memory.
"""

import numpy as np

from estikeras import settings
from estikeras.engine import dtypes, passes
from estikeras.engine.passes.buffers import plan_arena
from estikeras.engine.program import team
from estikeras.engine.program.lower import Lowering
from estikeras.engine.program.table import Table, TableBuilder
from estikeras.engine.tensor import Tensor
from estikeras.engine.variable import aligned_copy, aligned_empty
from estikeras.kernels import abi
from estikeras.op_errors import InvalidArgumentError

# Smaller programs run on one thread: 32 rows through 10-64-64-2 took 0.036 ms so, and longer on two
# (barriers).
PARALLEL_BYTES = 1 << 19


class Program:
    """Runs a graph.

    Args:
        graph: a verified Graph; the passes change it.
        threads: how many may run it; None for what the work is worth.

    Attributes:
        graph: the graph after the passes.
        instructions: what it was lowered to, in order.
        threads: size of the team.
    """

    def __init__(self, graph, threads=None):
        self.graph = passes.run(graph)
        parallel = _memory(graph) >= PARALLEL_BYTES
        self.threads = threads or (settings.threads() if parallel else 1)
        lowering = self._lowering = Lowering(graph, self.threads)
        self.instructions = lowering.instructions
        self.error = aligned_empty((4,), np.int64)
        self.counter = aligned_empty((1,), np.int64)
        self._place(lowering)
        self._inputs = [self._view(x) for x in graph.inputs]
        self._outputs = [
            self._array(s, x.spec) for s, x in zip(lowering.outputs, graph.outputs, strict=True)
        ]
        self._updated, self._closing = list(graph.updates), graph.closing
        self._segments = self._build(lowering, self.threads)
        self._fed = None

    def team(self):
        """The threads that run it."""
        return team.current()

    def _place(self, lowering):
        """Find memory for all storages."""
        spans = {}
        instructions = lowering.instructions
        for i, instruction in enumerate(instructions):
            for storage in (*instruction.reads, *instruction.writes, *instruction.scratch):
                if storage.kind in ("arena", "input"):
                    first, _ = spans.setdefault(id(storage), (storage, [i, i]))[1]
                    spans[id(storage)] = (storage, [first, i])
        for storage in map(lowering.of, lowering.graph.inputs):
            if storage.kind == "input":
                spans[id(storage)] = (storage, [0, len(instructions)])
        for storage in lowering.outputs:
            if storage.kind == "arena":
                spans[id(storage)][1][1] = len(instructions)
        lifetimes = [(span[0], span[1], storage.size_bytes) for storage, span in spans.values()]
        offsets, total = plan_arena(lifetimes)
        self._arena = aligned_empty((total,), np.uint8)
        for (storage, _), offset in zip(spans.values(), offsets, strict=True):
            storage.address = self._arena.ctypes.data + offset
        for storage in {id(s.found()): s.found() for s in lowering.storages.values()}.values():
            if storage.kind == "constant":
                storage.lie_in(aligned_copy(storage.owner.value))
            elif storage.kind == "variable":
                storage.address = storage.owner.buffer.ctypes.data

    def _view(self, x):
        """The array over the storage of a tensor."""
        return self._array(self._lowering.of(x), x.spec)

    def _array(self, storage, spec):
        dtype = dtypes.to_numpy(spec.dtype)
        if storage.kind == "variable":
            return storage.owner.buffer.reshape(spec.shape)
        if storage.kind == "fixed":
            return storage.owner.reshape(spec.shape)
        start = storage.address - self._arena.ctypes.data
        return (
            self._arena[start : start + spec.size * dtype.itemsize].view(dtype).reshape(spec.shape)
        )

    def _build(self, lowering, threads):
        segments, builder = [], TableBuilder(threads, self.error, self.counter)
        for i, instruction in enumerate(lowering.instructions):
            if i == lowering.commit:
                builder.gate()
            if instruction.calls is None:
                if builder.calls:
                    segments.append(builder.table())
                    builder = TableBuilder(threads, self.error, self.counter)
                segments.append(self.host(instruction.node))
            else:
                builder.add(instruction)
        if builder.calls:
            segments.append(builder.table())
        return segments

    def host(self, node):
        """A function that computes the node with NumPy, or together with the other replicas."""
        arena = self._lowering.arenas.get(id(node))
        if arena is not None:
            return arena.exchange
        inputs, outputs = (
            [self._view(x) for x in node.inputs],
            [self._view(y) for y in node.outputs],
        )
        reference, params = node.primitive.reference, node.params
        if node.primitive.bound is not None:
            return node.primitive.bound(self, inputs, outputs, **params)

        def host():
            with np.errstate(all="ignore"):
                values = reference(*inputs, **params)
            for out, value in zip(outputs, (values,) if node.single else values, strict=True):
                np.copyto(out, value, casting="unsafe")

        return host

    def run(self, arrays):
        """Run once.

        Args:
            arrays: one for each input, of its shape and dtype.

        Returns:
            One new Tensor for each output.

        Raises:
            InvalidArgumentError: when an index is out of range; the variables are as they were.
        """
        with self.team().lock:
            self.begin(arrays)
            self._execute(self._segments)
            return self.outputs()

    def begin(self, arrays):
        """Take the inputs of a run, before its instructions."""
        for place, array in zip(self._inputs, arrays, strict=True):
            np.copyto(place, array, casting="no")
        self._before_writes()

    def end(self):
        """Do what follows on the instructions of a run."""
        for close in self._closing:
            close()

    def run_steps(self, sources, order, first, steps):
        """Run several times, each time on the next batch of rows.

        Args:
            sources: one C-contiguous array for each input; a batch is `inputs[0].shape[0]` of its
                rows.
            order: int64 array of row numbers; step k takes the numbers from `k * batch` on.
            first: number of the first step.
            steps: how many.

        Returns:
            The outputs of the last step.
        """
        with self.team().lock:
            if self._fed is None or any(
                a is not b for a, b in zip(self._fed[0], (*sources, order), strict=True)
            ):
                self._fed = ((*sources, order), self._with_feed(sources, order))
            self.counter[0] = first
            segments = self._fed[1]
            self._before_writes()
            if len(segments) == 1 and not self._closing:
                self._execute(segments, steps)
            else:
                for k in range(first, first + steps):
                    self.counter[0] = k
                    self._execute(segments)
            return self.outputs()

    def _with_feed(self, sources, order):
        builder = TableBuilder(self.threads, self.error, self.counter)
        for x, source in zip(self.graph.inputs, sources, strict=True):
            builder.add_gather(source, order, self._lowering.of(x), x.shape[0])
        feed = builder.table()
        first, *rest = self._segments
        return (
            [feed.followed_by(first), *rest]
            if isinstance(first, Table)
            else [feed, *self._segments]
        )

    def _before_writes(self):
        for variable in self._updated:
            variable.before_write()

    def _execute(self, segments, steps=1):
        for segment in segments:
            self.run_segment(segment, steps)
        self.end()

    def run_segment(self, segment, steps=1):
        """Run a Table or host function.

        Raises:
            InvalidArgumentError: when an index is out of range.
        """
        if not isinstance(segment, Table):
            segment()
            return
        self.error[:] = 0
        self.team().run(segment, steps)
        if self.error[0] != abi.NO_ERROR:
            raise self._index_error(segment)

    def outputs(self):
        """The results of the last run, copied."""
        return [Tensor(view.copy()) for view in self._outputs]

    def _index_error(self, table):
        _, value, limit, _ = self.error.tolist()
        return InvalidArgumentError(
            message=f"An index is out of range: got {value}, expected 0 <= index < {limit} "
            f"({', '.join(table.checks)}). Check labels against the number of classes, and ids "
            "against the rows of the embedding."
        )


def _memory(graph):
    """Bytes of everything that the graph touches."""
    return sum(
        y.size * dtypes.to_numpy(y.dtype).itemsize for node in graph.nodes for y in node.outputs
    )
