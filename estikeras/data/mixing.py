"""Steps that take their elements from several others, one at a time."""

import functools

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.arguments import integer
from estikeras.data.node import INFINITE, UNKNOWN, Node
from estikeras.engine.specs import TensorSpec

CHANCES_DRAWN_AT_ONCE = 1024


class Choose(Node):
    """Elements of the datasets that another step names by number.

    Args:
        choices: step that gives int64 numbers.
        *sources: the steps chosen from.
        stop_on_empty: whether all ends when the chosen one is at its end; else it is passed over.
    """

    def __init__(self, choices, *sources, stop_on_empty):
        super().__init__(choices, *sources)
        self.stop_on_empty = stop_on_empty

    def spec_over(self, _, *specs):
        return functools.reduce(structure.common_spec, specs)

    def cardinality(self):
        totals = [source.cardinality() for source in self.inputs[1:]]
        if all(total == INFINITE for total in totals):
            return self.inputs[0].cardinality()
        if not self.stop_on_empty and self.inputs[0].cardinality() == INFINITE:
            if INFINITE in totals:
                return INFINITE
            return UNKNOWN if UNKNOWN in totals else sum(totals)
        return UNKNOWN

    def each(self, run):
        choices, *sources = [source.elements(run) for source in self.inputs]
        left = len(sources)
        for choice in choices:
            number = int(choice)
            if not 0 <= number < len(sources):
                raise errors.InvalidArgumentError(
                    message=f"`choice_dataset`: expected numbers from 0 to {len(sources) - 1}, got "
                    f"{number}."
                )
            if sources[number] is None:
                continue
            for element in sources[number]:
                yield element
                break
            else:
                if self.stop_on_empty or left == 1:
                    return
                sources[number] = None
                left -= 1


class Sample(Node):
    """Elements of datasets that are drawn at random, each in its own order.

    Args:
        *sources: the steps drawn from; the first gives the weights if they change with each draw.
        weights: array (datasets,) of what each weighs; None if the first source gives it.
        draws: the Draws.
        stop_on_empty: whether all ends with the first source that ends; else the others go on.
    """

    def __init__(self, *sources, weights, draws, stop_on_empty):
        super().__init__(*sources)
        self.weights, self.draws, self.stop_on_empty = weights, draws, stop_on_empty

    @property
    def _sources(self):
        return self.inputs if self.weights is not None else self.inputs[1:]

    def spec_over(self, *specs):
        first = len(self.inputs) - len(self._sources)
        return functools.reduce(structure.common_spec, specs[first:])

    def cardinality(self):
        totals = [source.cardinality() for source in self._sources]
        if self.stop_on_empty or UNKNOWN in totals:
            return UNKNOWN
        return INFINITE if INFINITE in totals else sum(totals)

    def each(self, run):
        generator = self.draws.begin(run)
        sources = [source.elements(run) for source in self._sources]
        alive = np.ones(len(sources), bool)
        changing = None if self.weights is not None else self.inputs[0].elements(run)
        chances = iter(())
        while alive.any():
            weights = self.weights if changing is None else next(changing, None)
            if weights is None:
                return
            limits = np.cumsum(np.where(alive, weights, 0.0))
            if limits[-1] <= 0:
                return
            chance = next(chances, None)
            if chance is None:
                chances = iter(generator.random(CHANCES_DRAWN_AT_ONCE).tolist())
                chance = next(chances)
            number = int(np.searchsorted(limits, chance * limits[-1], "right"))
            for element in sources[number]:
                yield element
                break
            else:
                if self.stop_on_empty:
                    return
                alive[number] = False


class Resample(Node):
    """Pairs of a class and an element, of which some are left out so that classes come as often as
    is wanted.

    Args:
        source: step.
        function: UserFunction of an element, gives its class.
        target: float64 (classes,), how often each is wanted.
        initial: float64 (classes,), how often each comes; None to count.
        draws: the Draws.
    """

    def __init__(self, source, function, target, initial, draws):
        super().__init__(source)
        self.function, self.target, self.initial = function, target, initial
        self.draws = draws

    def spec_over(self, spec):
        return (TensorSpec((), "int64"), spec)

    def each(self, run):
        generator, counts = self.draws.begin(run), np.ones(len(self.target))
        for element in self.source.elements(run):
            kind = integer("class_func", self.function.element(element), 0)
            if kind >= len(counts):
                raise errors.InvalidArgumentError(
                    message=f"`class_func`: expected a class below {len(counts)}, got {kind}."
                )
            counts[kind] += 1
            initial = counts / counts.sum() if self.initial is None else self.initial
            with np.errstate(divide="ignore", invalid="ignore"):
                wanted = np.where(self.target > 0, self.target / initial, 0.0)
            if wanted[kind] == np.inf or generator.random() * wanted.max() < wanted[kind]:
                yield np.int64(kind), element


class Unique(Node):
    """Every element once, when it first comes."""

    def each(self, run):
        seen = set()
        for element in self.source.elements(run):
            key = tuple(_key(leaf) for leaf in structure.leaves_of(element))
            if key not in seen:
                seen.add(key)
                yield element


def _key(leaf):
    if isinstance(leaf, bytes):
        return leaf
    return leaf.shape, leaf.dtype.str, leaf.tolist() if leaf.dtype == object else leaf.tobytes()


class Counted(Node):
    """A step that says how many elements it has, and fails if that is not so.

    Args:
        source: step.
        count: how many; INFINITE or UNKNOWN too.
    """

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def cardinality(self):
        return self.count

    def each(self, run):
        number = 0
        for element in self.source.elements(run):
            if number == self.count:
                raise self._error("more")
            yield element
            number += 1
        if self.count != UNKNOWN and number != self.count:
            raise self._error(number)

    def _error(self, found):
        expected = "no end" if self.count == INFINITE else f"{self.count} elements"
        return errors.FailedPreconditionError(
            message=f"`assert_cardinality`: expected {expected}, got {found}."
        )
