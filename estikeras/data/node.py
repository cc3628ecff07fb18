"""The steps of a plan, and one run over them. Knows no step in particular.

A step makes its elements one by one (`each`), or many at a time (`many`) where it is columnar; who
reads it asks for `elements` or for `pieces`, and gets what it asks for either way. Iterators are
generators: closing one closes the files and threads of all before it.
"""

import collections
import copy
import itertools
import threading
from functools import cached_property

import numpy as np

from estikeras import settings
from estikeras.data import structure
from estikeras.data.arguments import AUTOTUNE
from estikeras.data.options import Options
from estikeras.ops import seeds
from estikeras.public import public

INFINITE = public("data.INFINITE_CARDINALITY", "data.experimental.INFINITE_CARDINALITY")(-1)
UNKNOWN = public("data.UNKNOWN_CARDINALITY", "data.experimental.UNKNOWN_CARDINALITY")(-2)
BLOCK_BYTES = 1 << 20  # what is made at once: it stays in a processor's cache
BLOCK_ROWS = 4096


class Node:
    """A step of a plan. It is not changed once it is made.

    Args:
        *inputs: the steps that it reads.

    Attributes:
        columnar: whether elements are made many at a time: that costs less, and reading ahead has
            no effect that a user could notice.
    """

    columnar = False

    def __init__(self, *inputs):
        self.inputs = inputs

    @property
    def source(self):
        """The only step that this one reads."""
        (source,) = self.inputs
        return source

    def with_inputs(self, inputs):
        """The same step over other ones."""
        made = copy.copy(self)
        made.inputs = tuple(inputs)
        return made

    @cached_property
    def declared(self):
        """The spec of an element, if it is known before there is one; else None."""
        return self.infer_spec()

    @cached_property
    def spec(self):
        """The spec of an element: structure of TensorSpecs.

        Where functions run in Python, only their result tells; then a first element is made for
        this, and all sizes count as unknown.
        """
        return self.probe() if self.declared is None else self.declared

    def infer_spec(self):
        """What `declared` is."""
        known = [source.declared for source in self.inputs]
        return None if any(spec is None for spec in known) else self.spec_over(*known)

    def probe(self):
        """What `spec` is where it is not declared."""
        return self.spec_over(*[source.spec for source in self.inputs])

    def spec_over(self, *specs):
        """The spec of elements, from those of all sources' elements."""
        (spec,) = specs
        return spec

    def cardinality(self):
        """How many elements there are; INFINITE, or UNKNOWN."""
        return UNKNOWN

    def each(self, run):
        """An iterator over the elements, made one by one: what a step says that is not columnar."""
        raise NotImplementedError

    def many(self, run, size):
        """An iterator over blocks of one or more elements, of `size` where that is as easy: what a
        step says where it is columnar.
        """
        raise NotImplementedError

    def elements(self, run):
        """An iterator over the elements."""
        if not self.columnar:
            return self.each(run)
        return unstacked(self.many(run, self.rows_at_once()))

    def pieces(self, run, size):
        """An iterator over blocks of one or more elements, of `size` where that is as easy."""
        return self.many(run, size) if self.columnar else stacked(self.elements(run), size)

    def blocks(self, run, size):
        """An iterator over blocks that, unlike pieces, may differ in shape from one to the next;
        None where elements are made one by one.
        """
        return self.pieces(run, size) if self.columnar else None

    def rows_at_once(self):
        """How many elements are made at once where elements are read ahead; 1 if they are not."""
        if not self.inputs and not self.columnar:
            return 1
        most = min((source.rows_at_once() for source in self.inputs), default=BLOCK_ROWS)
        size = None if self.declared is None else structure.size_bytes(self.declared)
        return most if size is None else max(1, min(most, BLOCK_BYTES // max(1, size)))

    def attempts(self, run):
        """An iterator over pairs of an element and None, or None and the error in its place. What
        cannot go on after an error ends with it.
        """
        try:
            for element in self.elements(run):
                yield element, None
        except Exception as error:  # noqa: BLE001  handed on as a value
            yield None, error


def unstacked(blocks):
    """The elements of blocks; closing it closes the iterator of blocks."""
    for block in blocks:
        yield from structure.unstack(block)


def stacked(elements, size):
    """Blocks of `size` elements of an iterator, the last maybe of fewer."""
    while rows := list(itertools.islice(elements, size)):
        yield structure.stack(rows)


def walk(node):
    """All steps of a plan, sources first."""
    for source in node.inputs:
        yield from walk(source)
    yield node


_serials = itertools.count()


class Draws:
    """The random choices of a step: a new sequence for each run, or always the same.

    Args:
        seed: int, or None for one of its own.
        anew: whether each run draws other numbers.

    Attributes:
        serial: int, larger than that of all Draws that were made before.
    """

    def __init__(self, seed=None, anew=True):
        self.is_seeded, self.anew = seed is not None, anew
        self.serial = next(_serials)
        self.base = seeds.make_default_seed() if seed is None else int(seed) & (2**63 - 1)
        self._next, self._lock = 0, threading.Lock()

    def begin(self, run):
        """The generator for one pass; the run remembers which."""
        with self._lock:
            number = run.replayed(self)
            if number is None:
                number = self._next
            number = number if self.anew else 0
            self._next = max(self._next, number + 1)
            run.drawn[self].append(number)
        return np.random.Generator(np.random.PCG64([self.base, number]))

    def passes(self, run):
        """The numbers of the passes that a run began, and of the one that would come next."""
        with self._lock:
            return [*run.drawn.get(self, ()), self._next]

    def seeded(self, seed):
        """The same with a given seed, if this one had none."""
        if self.is_seeded:
            return self
        made = Draws(seed, self.anew)
        made.serial = self.serial
        return made


class Run:
    """One iteration over a plan.

    Args:
        options: the Options; None for the usual.
        replay: dict from Draws to what `passes` gave, for the same passes again; or None.

    Attributes:
        drawn: Draws -> the numbers of the passes that were begun.
    """

    def __init__(self, options=None, replay=None):
        self.options = Options() if options is None else options
        self.drawn = collections.defaultdict(list)
        self._replay = {
            draws: itertools.chain(numbers[:-1], itertools.count(numbers[-1]))
            for draws, numbers in (replay or {}).items()
        }

    def workers(self, parallel):
        """How many threads a step uses that may run `parallel` calls at once, or AUTOTUNE."""
        if parallel != AUTOTUNE:
            return parallel
        return self.options.threading.private_threadpool_size or max(2, settings.threads())

    def is_ordered(self, deterministic):
        """Whether a step keeps its order, by its own argument or else by the options."""
        said = self.options.deterministic if deterministic is None else deterministic
        return said is not False

    def replayed(self, draws):
        """The number of the next pass if passes are made again; else None."""
        return next(self._replay.get(draws, iter(())), None)


def draws_of(plan):
    """The Draws of all steps of a plan, in order."""
    found = [node.draws for node in walk(plan) if getattr(node, "draws", None) is not None]
    return list(dict.fromkeys(found))
