"""Steps whose functions make datasets of elements: `flat_map`, `interleave`, `group_by_window`."""

import collections
import functools
import itertools

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.arguments import integer
from estikeras.data.functions import Applied, note
from estikeras.data.node import Draws, Node, Run, draws_of, stacked
from estikeras.engine.specs import TensorSpec
from estikeras.engine.tensor import TraceError


class Made:
    """What steps share whose functions make datasets, and maybe make random choices in them: these
    follow from Draws of the step, so that a pass can be made again, and on other ranks.
    """

    @functools.cached_property
    def draws(self):
        return Draws()

    def planner(self, run):
        """A function of a dataset that gives the plan to run, for one pass in which datasets are
        made in the same order as in the same pass elsewhere.
        """
        seeds = self.draws.begin(run)

        def plan_of(made):
            seed = int(seeds.integers(2**31))
            unseeded = [draws for draws in draws_of(made.plan) if not draws.is_seeded]
            if any(map(self._is_kept, unseeded)):
                if not self.draws.is_seeded:
                    return made.plan_to_run()
                seed = self.draws.base  # the same order at each use, and on all ranks
            return made.with_common_seed(seed).plan_to_run() if unseeded else made.plan_to_run()

        return plan_of

    def _is_kept(self, draws):
        """Whether a dataset that was made before this step has one order for all its passes."""
        return not draws.anew and draws.serial < self.draws.serial


class Datasets(Made, Applied):
    """A step whose function gives a dataset for each element."""

    columnar = False

    def dataset(self, element, number=0):
        """The dataset for an element."""
        try:
            made = self.function.call(element)
        except Exception as error:
            note(error, self.function, number)
            raise
        return structure.checked_dataset(self.function.argument, made)

    @functools.cached_property
    def _outline(self):
        """The plan of a dataset for an element without values; None if a value is asked for."""
        try:
            made = self.function.outline(self.source.declared)
        except TraceError:
            return None
        return structure.checked_dataset(self.function.argument, made).plan

    def infer_spec(self):
        return None if self._outline is None else self._outline.declared

    def blocks(self, run, size):
        # Reading ahead in such datasets has no effect that a user could notice.
        is_columnar = self._outline is not None and self._outline.columnar
        return stacked(self.each(run), size) if is_columnar else None

    def probe(self):
        first = next(self.source.elements(Run()), None)
        element = structure.stand_in(self.source.spec) if first is None else first
        spec = self.dataset(element).element_spec
        return structure.map_leaves(lambda leaf: leaf.of_any_size(), spec)


class FlatMap(Datasets):
    """The elements of the datasets, one dataset after the other."""

    def each(self, run):
        plan_of = self.planner(run)
        for number, element in enumerate(self.source.elements(run)):
            yield from plan_of(self.dataset(element, number)).elements(run)


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

    def each(self, run):
        numbered = enumerate(self.source.elements(run))
        open_ones = [None] * self.cycle_length
        try:
            yield from self._in_turn(run, numbered, open_ones)
        finally:
            for iterator in open_ones:
                if iterator is not None:
                    iterator.close()

    def _in_turn(self, run, numbered, open_ones):
        more, place, plan_of = True, 0, self.planner(run)
        while more or any(iterator is not None for iterator in open_ones):
            if open_ones[place] is None and more:
                number, element = next(numbered, (None, None))
                more = number is not None
                if more:
                    plan = plan_of(self.dataset(element, number))
                    open_ones[place] = self.opened(plan.elements(run))
            if open_ones[place] is not None:
                count = 0
                for element in itertools.islice(open_ones[place], self.block_length):
                    yield element
                    count += 1
                if count < self.block_length:
                    open_ones[place] = None
            place = (place + 1) % self.cycle_length


class GroupByWindow(Made, Node):
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
        return structure.checked_dataset(self.reduce.argument, made).plan.declared

    def probe(self):
        keys = (int(self.key.element(element)) for element in self.source.elements(Run()))
        made = self.reduce.call((np.int64(next(keys, 0)), self.made([])))
        spec = structure.checked_dataset(self.reduce.argument, made).element_spec
        return structure.map_leaves(lambda leaf: leaf.of_any_size(), spec)  # another key, another

    def each(self, run):
        groups, plan_of = collections.defaultdict(list), self.planner(run)
        for number, element in enumerate(self.source.elements(run)):
            try:
                key = integer("key_func", self.key.element(element))
            except Exception as error:
                note(error, self.key, number)
                raise
            groups[key].append(element)
            if len(groups[key]) >= self.window_size(key):
                yield from plan_of(self._reduced(key, groups.pop(key))).elements(run)
        for key in sorted(groups):
            yield from plan_of(self._reduced(key, groups[key])).elements(run)

    def _reduced(self, key, elements):
        reduced = self.reduce.call((np.int64(key), self.made(elements)))
        return structure.checked_dataset(self.reduce.argument, reduced)
