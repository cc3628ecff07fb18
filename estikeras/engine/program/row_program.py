"""A program that runs once for each row of its inputs and gives rows."""

from estikeras.engine import dtypes
from estikeras.engine.program.program import Program
from estikeras.engine.program.table import Table, TableBuilder
from estikeras.engine.program.team import Team
from estikeras.engine.variable import aligned_empty
from estikeras.kernels import executor


class RowProgram(Program):
    """Runs a graph of one element on many, in one native call that holds neither the GIL nor the
    threads that train.

    Args:
        graph: a verified Graph, for one element; the passes change it.
        team: the Team that runs it; None for a thread of its own, the caller's.
        threads: how many may run it; None for what the work is worth.
        walked: of how many inputs, the first ones, a run takes rows; None for all.
        backwards: whether it begins with the last row.
    """

    def __init__(self, graph, team=None, threads=1, walked=None, backwards=False):
        self._team = team or Team(1)
        super().__init__(graph, threads)
        counter = self.counter.ctypes.data
        takes, puts = (TableBuilder(self.threads, self.error, self.counter) for _ in range(2))
        walked = [self._lowering.of(x) for x in graph.inputs[:walked]]
        rest = counter, backwards
        self._taken = [takes.add_row_copy(executor.take_row, s, *rest) for s in walked]
        outputs = self._lowering.outputs
        self._put = [puts.add_row_copy(executor.put_row, s, *rest) for s in outputs]
        segments = [takes.table(), *self._segments, puts.table()]
        self._stages = segments[:1]
        for segment in segments[1:]:
            if isinstance(segment, Table) and isinstance(self._stages[-1], Table):
                self._stages[-1] = self._stages[-1].followed_by(segment)
            else:
                self._stages.append(segment)

    @property
    def is_native(self):
        """Whether all rows are one native call."""
        return len(self._stages) == 1

    def team(self):
        return self._team

    def run_rows(self, columns, rows):
        """Run once for each row.

        Args:
            columns: one C-contiguous array for each input, `(rows, *shape of the input)`.
            rows: how many.

        Returns:
            One new array for each output, `(rows, *shape of the output)`.

        Raises:
            InvalidArgumentError: when an index is out of range.
        """
        specs = [x.spec for x in self.graph.outputs]
        outputs = [aligned_empty((rows, *s.shape), dtypes.to_numpy(s.dtype)) for s in specs]
        self.fill_rows(columns, rows, outputs)
        return outputs

    def fill_rows(self, columns, rows, outputs):
        """Run once for each row, and write the results to arrays that are there; see `run_rows`."""
        with self._team.lock:
            for block, column in zip(self._taken, columns, strict=True):
                block[0], block[3] = column.ctypes.data, rows
            for block, output in zip(self._put, outputs, strict=True):
                block[2], block[3] = output.ctypes.data, rows
            self._before_writes()
            self.counter[0] = 0
            if self.is_native:
                self._execute(self._stages, rows)
            else:
                for row in range(rows):
                    for stage in self._stages:
                        self.counter[0] = row  # a table counts its runs itself
                        self._execute([stage])
