"""Steps that run users' functions on elements: `map`, `filter`, `scan` and their kin.

A function that can be traced runs as a native program on blocks of elements; any other runs in
Python, for each element, in threads where that was asked for.
"""

import collections
import functools
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.node import Node, Run, stacked, unstacked
from estikeras.data.selection import Repeat, Shuffle
from estikeras.data.user_function import run_on_block
from estikeras.ops import seeds


def note(error, function, number):
    """Add to an error where in the data it happened."""
    if hasattr(error, "add_note"):
        error.add_note(f"This was element {number} for `{function.argument}`: {function.name}.")


def spec_of_first(node, otherwise):
    """The spec of the first element, with unknown sizes.

    Args:
        node: step.
        otherwise: function that gives an element where there is none.
    """
    first = next(node.elements(Run()), None)
    spec = structure.spec_of(otherwise() if first is None else first)
    return structure.map_leaves(lambda leaf: leaf.of_any_size(), spec)


class Applied(Node):
    """A step with a function of each element.

    Args:
        source: step.
        function: the UserFunction.
    """

    def __init__(self, source, function):
        super().__init__(source)
        self.function = function

    @property
    def traced(self):
        """The RowFunction for the source's elements, or None."""
        return self.function.traced(self.source.declared)

    @property
    def columnar(self):
        return self.source.columnar and self.traced is not None and not self.is_noticed

    @property
    def is_noticed(self):
        """Whether the function assigns to users' variables, so that it must not run ahead."""
        traced = self.traced
        return traced is not None and not all(map(seeds.is_state, traced.updates))

    def results_of(self, blocks):
        """Pairs of a block, and the results for it: a block. Elements of too many shapes to trace
        the function for all are given to it one by one.
        """
        number = 0
        for piece in blocks:
            try:
                traced = self.function.traced(structure.spec_of_row(piece))
                if traced is None:
                    elements = structure.unstack(piece)
                    results = structure.stack(list(map(self.function.element, elements)))
                else:
                    results = run_on_block(traced, piece)
            except Exception as error:
                if structure.rows_of(piece) == 1:
                    note(error, self.function, number)
                    raise
                yield from self._until_failure(piece, number)
                raise  # alone, no row failed
            yield piece, results
            number += structure.rows_of(piece)

    def _until_failure(self, piece, number):
        """The results for a block that failed as a whole, row by row up to the one that fails."""
        for row in range(structure.rows_of(piece)):
            one = structure.take_slice(piece, row, row + 1)
            result = self.result(structure.take_row(piece, row), number + row)
            yield one, structure.stack([result])

    def result(self, element, number):
        """The result for an element, as an element."""
        try:
            traced = self.function.traced(structure.spec_of(element))
            if traced is None:
                return self.function.element(element)
            rows = structure.map_leaves(lambda leaf: structure.stack_leaves([leaf]), element)
            return structure.take_row(run_on_block(traced, rows), 0)
        except Exception as error:
            note(error, self.function, number)
            raise


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
            for number, element in _until_failure(numbered, failures):
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


def _until_failure(iterator, failures):
    """What an iterator gives; its error goes into a list, for after what came before it."""
    try:
        yield from iterator
    except Exception as error:  # noqa: BLE001  handed on as a value
        failures.append(error)


class Filter(Applied):
    """The elements for which the function is true."""

    def holds(self, element, number):
        """Whether the function is true for an element."""
        result = self.result(element, number)
        if np.shape(result) != () or np.asarray(result).dtype != bool:
            raise errors.InvalidArgumentError(
                message=f"`{self.function.argument}`: expected one boolean, got "
                f"{structure.describe(result)}."
            )
        return bool(result)

    def masks(self, run, size):
        """Pairs of a block of the source, and where the function is true."""
        for piece, mask in self.results_of(self.source.pieces(run, size)):
            if not isinstance(mask, np.ndarray) or mask.ndim != 1 or mask.dtype != bool:
                found = structure.describe(structure.take_row(mask, 0))
                raise errors.InvalidArgumentError(
                    message=f"`{self.function.argument}`: expected one boolean, got {found}."
                )
            yield piece, mask

    def many(self, run, size):
        for piece, mask in self.masks(run, size):
            if mask.any():
                yield structure.map_leaves(lambda leaf, mask=mask: leaf[mask], piece)

    def each(self, run):
        for number, element in enumerate(self.source.elements(run)):
            if self.holds(element, number):
                yield element


class TakeWhile(Filter):
    """The elements before the first for which the function is false."""

    def many(self, run, size):
        for piece, mask in self.masks(run, size):
            count = len(mask) if mask.all() else int(mask.argmin())
            if count:
                yield structure.take_slice(piece, 0, count)
            if count < len(mask):
                return

    def each(self, run):
        for number, element in enumerate(self.source.elements(run)):
            if not self.holds(element, number):
                return
            yield element


class Scan(Node):
    """Results of a function that also hands a state from element to element.

    Args:
        source: step.
        state: the first state, an element.
        function: UserFunction of state and element; gives the next state and the result.
    """

    def __init__(self, source, state, function):
        super().__init__(source)
        self.state, self.function = state, function

    def infer_spec(self):
        if self.source.declared is None:
            return None
        own = structure.spec_of(self.state)
        while True:
            spec = self.function.result_spec((own, self.source.declared))
            if spec is None:
                return None
            state, result = self._pair(spec)
            check_state(self.function, kinds_of(self.state), structure.stand_in(state))
            wider = structure.common_spec(own, state)
            if wider == own:
                return result
            own = wider

    def probe(self):
        def result():
            stand_in = structure.stand_in(self.source.spec)
            return self._pair(self.function.element((self.state, stand_in)))[1]

        return spec_of_first(self, result)

    def cardinality(self):
        return self.source.cardinality()

    def each(self, run):
        state = self.state
        kinds = kinds_of(state)
        for number, element in enumerate(self.source.elements(run)):
            try:
                state, result = self._pair(self.function.element((state, element)))
            except Exception as error:
                note(error, self.function, number)
                raise
            check_state(self.function, kinds, state)
            yield result

    def _pair(self, returned):
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise errors.wrong_type(
                self.function.argument,
                got=structure.describe(returned),
                expected="a function that returns the new state and a result",
            )
        return returned


def kinds_of(state):
    """The structure of the names of the dtypes of a state."""
    return structure.map_leaves(lambda leaf: np.asarray(leaf).dtype.name, state)


def check_state(function, kinds, state):
    """TypeError unless a new state has the form and dtypes of the first."""
    if kinds_of(state) != kinds:
        raise TypeError(
            f"`{function.argument}`: expected a new state like the first, {kinds}, got "
            f"{kinds_of(state)}."
        )


class IgnoreErrors(Node):
    """Leaves out elements whose making fails.

    Args:
        source: step.
        warn: function that is called with each error that is left out.
    """

    def __init__(self, source, warn):
        super().__init__(source)
        self.warn = warn

    def elements(self, run):
        for element, error in self.source.attempts(run):
            if error is None:
                yield element
            else:
                self.warn(error)
