"""Steps that run users' functions on elements: `filter`, `scan` and their kin, and what they have
in common with `map`, which has a file of its own.

A function that can be traced runs as a native program on blocks of elements; any other runs in
Python, for each element.
"""

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.node import Node, Run
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
