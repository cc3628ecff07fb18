"""Steps that run users' functions on elements: `map`, `filter`, `flat_map` and their kin.

A function that can be traced runs as a native program on blocks of elements; any other runs in
Python, for each element, in threads where that was asked for.
"""

import collections
import itertools
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.arguments import integer
from estikeras.data.node import Node, Run
from estikeras.data.user_function import run_on_block
from estikeras.engine.specs import TensorSpec
from estikeras.engine.tensor import TraceError


def note(error, function, number):
    """Add to an error where in the data it happened."""
    if hasattr(error, "add_note"):
        error.add_note(f"This was element {number} for `{function.argument}` ({function.name}).")


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
        return self.source.columnar and self.traced is not None

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
                row = getattr(error, "row", 0)
                note(error, self.function, number + row)
                if row:
                    before = structure.take_slice(piece, 0, row)
                    yield before, run_on_block(traced, before)
                raise
            yield piece, results
            number += structure.rows_of(piece)

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

    def pieces(self, run, size):
        if self.traced is None:
            return super().pieces(run, size)
        return (results for _, results in self.results_of(self.source.pieces(run, size)))

    def blocks(self, run, size):
        # Where its result is known from unknown sizes, the function was traced for some of them.
        blocks = None if self.declared is None else self.source.blocks(run, size)
        return blocks and (results for _, results in self.results_of(blocks))

    def elements(self, run):
        blocks = self.blocks(run, self.rows_at_once())
        if blocks is not None:
            for block in blocks:
                yield from structure.unstack(block)
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

    def pieces(self, run, size):
        if not self.columnar:
            yield from super().pieces(run, size)
            return
        for piece, mask in self.masks(run, size):
            if mask.any():
                yield structure.map_leaves(lambda leaf, mask=mask: leaf[mask], piece)

    def elements(self, run):
        if self.columnar:
            yield from super().elements(run)
            return
        for number, element in enumerate(self.source.elements(run)):
            if self.holds(element, number):
                yield element


class TakeWhile(Filter):
    """The elements before the first for which the function is false."""

    def pieces(self, run, size):
        if not self.columnar:
            yield from super().pieces(run, size)
            return
        for piece, mask in self.masks(run, size):
            count = len(mask) if mask.all() else int(mask.argmin())
            if count:
                yield structure.take_slice(piece, 0, count)
            if count < len(mask):
                return

    def elements(self, run):
        if self.columnar:
            yield from Node.elements(self, run)
            return
        for number, element in enumerate(self.source.elements(run)):
            if not self.holds(element, number):
                return
            yield element


class Datasets(Applied):
    """A step whose function gives a dataset for each element."""

    columnar = False

    def dataset(self, element, number=0):
        """The dataset for an element."""
        try:
            made = self.function.call(element)
        except Exception as error:
            note(error, self.function, number)
            raise
        return checked_dataset(self.function, made)

    def infer_spec(self):
        try:
            made = self.function.outline(self.source.declared)
        except TraceError:
            return None
        return checked_dataset(self.function, made)._plan.declared

    def probe(self):
        first = next(self.source.elements(Run()), None)
        element = structure.stand_in(self.source.spec) if first is None else first
        spec = self.dataset(element).element_spec
        return structure.map_leaves(lambda leaf: leaf.of_any_size(), spec)


def checked_dataset(function, made):
    """A Dataset that a function made; TypeError if it is none."""
    if not hasattr(made, "_plan"):
        raise errors.wrong_type(
            function.argument, got=made, expected="a function that returns a Dataset"
        )
    return made


class FlatMap(Datasets):
    """The elements of the datasets, one dataset after the other."""

    def elements(self, run):
        for number, element in enumerate(self.source.elements(run)):
            yield from self.dataset(element, number).plan_to_run().elements(run)


class Interleave(Datasets):
    """The elements of several datasets in turn.

    Args:
        source: step.
        function: the UserFunction.
        cycle_length: how many datasets are open at once.
        block_length: how many elements of one come in succession.
        opened: function of an iterator, what reads it: ahead in a thread, or the iterator itself.
    """

    def __init__(self, source, function, cycle_length, block_length, opened=iter):
        super().__init__(source, function)
        self.cycle_length, self.block_length, self.opened = cycle_length, block_length, opened

    def elements(self, run):
        numbered = enumerate(self.source.elements(run))
        open_ones = [None] * self.cycle_length
        try:
            yield from self._in_turn(run, numbered, open_ones)
        finally:
            for iterator in open_ones:
                if iterator is not None:
                    iterator.close()

    def _in_turn(self, run, numbered, open_ones):
        more, place = True, 0
        while more or any(iterator is not None for iterator in open_ones):
            if open_ones[place] is None and more:
                number, element = next(numbered, (None, None))
                more = number is not None
                if more:
                    plan = self.dataset(element, number).plan_to_run()
                    open_ones[place] = self.opened(plan.elements(run))
            if open_ones[place] is not None:
                count = 0
                for element in itertools.islice(open_ones[place], self.block_length):
                    yield element
                    count += 1
                if count < self.block_length:
                    open_ones[place] = None
            place = (place + 1) % self.cycle_length


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

    def elements(self, run):
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


class GroupByWindow(Node):
    """Datasets of elements with the same key, reduced.

    Args:
        source: step.
        key: UserFunction of an element, gives an int.
        reduce: UserFunction of a key and a Dataset, gives a Dataset.
        window_size: function of a key, how many elements are grouped.
        made: function that makes a Dataset of a list of elements.
        spec: structure of the TensorSpecs of the results, if it is known; else None.
    """

    def __init__(self, source, key, reduce, window_size, made, spec=None):
        super().__init__(source)
        self.given = spec
        self.key, self.reduce, self.window_size, self.made = key, reduce, window_size, made

    def infer_spec(self):
        spec = self.source.declared
        key = self.key.result_spec(spec)
        if key is not None and (structure.is_structure(key) or not key.dtype.is_integer):
            raise errors.wrong_type("key_func", got=key, expected="a function with an int64 result")
        if spec is None or self.given is not None:
            return self.given
        try:
            made = self.reduce.outline((TensorSpec((), "int64"), self.made([]).spec()))
        except TraceError:
            return None
        return checked_dataset(self.reduce, made)._plan.declared

    def probe(self):
        keys = (int(self.key.element(element)) for element in self.source.elements(Run()))
        made = self.reduce.call((np.int64(next(keys, 0)), self.made([])))
        spec = checked_dataset(self.reduce, made).element_spec
        return structure.map_leaves(lambda leaf: leaf.of_any_size(), spec)  # another key, another

    def elements(self, run):
        groups = collections.defaultdict(list)
        for number, element in enumerate(self.source.elements(run)):
            try:
                key = integer("key_func", self.key.element(element))
            except Exception as error:
                note(error, self.key, number)
                raise
            groups[key].append(element)
            if len(groups[key]) >= self.window_size(key):
                yield from self._reduced(key, groups.pop(key), run)
        for key in sorted(groups):
            yield from self._reduced(key, groups[key], run)

    def _reduced(self, key, elements, run):
        reduced = self.reduce.call((np.int64(key), self.made(elements)))
        return checked_dataset(self.reduce, reduced).plan_to_run().elements(run)


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
