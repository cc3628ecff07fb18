"""The step `map`: the results of a user's function, for blocks of elements, or for one after the
other, in threads where that was asked for.
"""

import collections
import functools
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from estikeras import errors
from estikeras.data import structure
from estikeras.data.functions import Applied, spec_of_first
from estikeras.data.node import Run, stacked, unstacked
from estikeras.data.selection import Repeat, Shuffle
from estikeras.data.user_function import run_on_block
from estikeras.ops import seeds


class Map(Applied):
    """The function's results.

    Args:
        source: step.
        function: the UserFunction.
        parallel: how many calls may run at once, or AUTOTUNE.
        deterministic: whether results keep the order of elements; None for what the options say.
    """

    def __init__(self, source, function, parallel=1, deterministic=None):
        super().__init__(source, function)
        self.parallel, self.deterministic = parallel, deterministic

    def infer_spec(self):
        return self.function.result_spec(self.source.declared)

    def probe(self):
        return spec_of_first(
            self, lambda: self.function.element(structure.stand_in(self.source.spec))
        )

    def cardinality(self):
        return self.source.cardinality()

    @functools.cached_property
    def _measured(self):
        """The RowFunction for elements like the first one, where no other can be had; or None."""
        is_traced = self.traced is not None or self.declared is not None
        if is_traced or not self.function.needs_lengths or not self.source.columnar:
            return None
        source = self.source
        while isinstance(source, Shuffle | Repeat):
            source = source.source
        first = next(source.elements(Run()), None)
        return None if first is None else self.function.measured(first)

    def _as_measured(self, blocks):
        """The results for blocks; those for elements unlike the first one are made one by one."""
        number = 0
        for piece in blocks:
            try:
                results = run_on_block(self._measured, piece)
            except Exception:  # noqa: BLE001  an element that fails does so alone, too
                yield from (result for _, result in self._until_failure(piece, number))
            else:
                yield results
            number += structure.rows_of(piece)

    def pieces(self, run, size):
        if self._measured is not None:
            return self._as_measured(self.source.pieces(run, size))
        if self.traced is None:
            return stacked(self.each(run), size)
        return (results for _, results in self.results_of(self.source.pieces(run, size)))

    def blocks(self, run, size):
        # Where its result is known from unknown sizes, the function was traced for some of them.
        made_one_by_one = self.declared is None or self.is_noticed or self._with_sparse is not None
        blocks = None if made_one_by_one else self.source.blocks(run, size)
        return blocks and (results for _, results in self.results_of(blocks))

    def elements(self, run):
        size = self.rows_at_once()
        if self._measured is not None:
            return unstacked(self._as_measured(self.source.pieces(run, size)))
        blocks = self.blocks(run, size)
        return self.each(run) if blocks is None else unstacked(blocks)

    @property
    def _with_sparse(self):
        """The RowFunction, if it gives SparseTensors; else None."""
        traced = self.function.traced(self.source.declared, sparse=True)
        return traced if traced is not None and traced.has_sparse else None

    def _sparse_elements(self, run):
        """The results of a function that gives SparseTensors, from blocks of elements; None where
        there are no blocks, or no such function.
        """
        traced = self._with_sparse
        if traced is None or not all(map(seeds.is_state, traced.updates)):
            return None
        blocks = self.source.blocks(run, self.source.rows_at_once())
        return blocks and self._unstacked_results(traced, blocks)

    def _unstacked_results(self, traced, blocks):
        number = 0
        for piece in blocks:
            try:
                results = structure.unstack(run_on_block(traced, piece))
            except errors.InvalidArgumentError:  # of some row, which is named when it is reached
                rows = enumerate(structure.unstack(piece), number)
                results = (self.result(element, row) for row, element in rows)
            yield from results
            number += structure.rows_of(piece)

    def each(self, run):
        found = self._sparse_elements(run)
        if found is not None:
            yield from found
            return
        numbered = enumerate(self.source.elements(run))
        workers = run.workers(self.parallel)
        if workers == 1:
            for number, element in numbered:
                yield self.result(element, number)
            return
        take = self._first if run.is_ordered(self.deterministic) else self._first_done
        with ThreadPoolExecutor(workers, "estikeras-map") as pool:
            yield from self._in_threads(pool, numbered, 2 * workers, take)

    def attempts(self, run):
        for number, (element, error) in enumerate(self.source.attempts(run)):
            if error is None:
                try:
                    element = self.result(element, number)
                except Exception as own:  # noqa: BLE001  handed on as a value
                    error = own
            yield element, error

    def _in_threads(self, pool, numbered, most, take):
        pending, failures = collections.deque(), []
        try:
            for number, element in _without_error(numbered, failures):
                pending.append(pool.submit(self.result, element, number))
                if len(pending) >= most:
                    yield take(pending).result()
            while pending:
                yield take(pending).result()
            if failures:
                raise failures[0]
        finally:
            for future in pending:
                future.cancel()

    @staticmethod
    def _first(pending):
        return pending.popleft()

    @staticmethod
    def _first_done(pending):
        wait(pending, return_when=FIRST_COMPLETED)
        done = next(future for future in pending if future.done())
        pending.remove(done)
        return done


def _without_error(iterator, failures):
    """What an iterator gives; its error goes into a list, for after what came before it."""
    try:
        yield from iterator
    except Exception as error:  # noqa: BLE001  handed on as a value
        failures.append(error)
