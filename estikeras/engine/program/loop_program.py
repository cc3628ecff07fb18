"""A program for the steps of a loop inside of another program."""

from estikeras.engine import dtypes
from estikeras.engine.graph import Extract
from estikeras.engine.program.row_program import RowProgram
from estikeras.engine.variable import aligned_empty


class LoopProgram(RowProgram):
    """Runs a loop on arrays that stay where they are.

    Args:
        loop: the Loop.
        inputs: C-contiguous arrays, one for each of its inputs.
        outputs: likewise, for its outputs.
        team: the Team that runs it.
        threads: how many may run it; None for what the work is worth.
    """

    def __init__(self, loop, inputs, outputs, team, threads=None):
        self._first, self._walked, outside = loop.inputs(inputs)
        self._finals, *rows = loop.outputs(outputs)
        self._collected, self._length = [*rows[0], *rows[1]], loop.length
        self._count = inputs[-1] if loop.counted else None
        part = Extract()
        graph = part.graph
        states, *others = loop.inputs(loop.graph.inputs)
        self._states = [_State(x.spec) for x in states]
        before = [graph.read(state) for state in self._states]
        for x, made in zip(states, before, strict=True):
            part.put(x, made)
        for x in (*others[0], *others[1]):
            part.put(x, graph.add_input(x.spec))
        for node in loop.graph.nodes:
            if node.kind == "apply":
                part.add(node)
        results = [part.place(y) for y in loop.graph.outputs]
        graph.updates = dict(zip(self._states, results, strict=False))
        graph.outputs = [*(before[i] for i in loop.noted), *results[loop.carries :]]
        self._outside = dict(zip(graph.inputs[loop.rows :], outside, strict=True))
        super().__init__(graph.verify(), team, threads, loop.rows, loop.backwards)

    def _place(self, lowering):
        for x, array in self._outside.items():
            lowering.of(x).lie_in(array)
        super()._place(lowering)

    def run_loop(self):
        """Run all steps."""
        self.start()
        count = self._length if self._count is None else int(self._count)
        self.fill_rows(self._walked, count, self._collected)
        self.finish()

    def run_while(self, go_on):
        """Run a step of a loop of one step again and again.

        Args:
            go_on: function of how many times it has run.
        """
        self.start()
        count = 0
        while go_on(count):
            self.fill_rows(self._walked, 1, self._collected)
            count += 1
        self.finish()

    def start(self):
        """Carry what the first step gets."""
        for state, array in zip(self._states, self._first, strict=True):
            state.buffer[...] = array

    def finish(self):
        """Give what is carried."""
        for state, array in zip(self._states, self._finals, strict=True):
            array[...] = state.buffer


class _State:
    """Memory that a step reads and writes, as it does a Variable's."""

    def __init__(self, spec):
        self.shape, self._dtype, self.path = spec.shape, spec.dtype, "carried"
        self.size = spec.size
        self.buffer = aligned_empty(spec.shape, dtypes.to_numpy(spec.dtype))

    def before_write(self):
        """Nothing but the loop reads it."""
