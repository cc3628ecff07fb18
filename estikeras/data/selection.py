"""Steps that choose among elements, or change their order, and know nothing of what they are.

All of them work on blocks as well, so that over the numbers of rows they cost next to nothing.
"""

import numpy as np

from estikeras import errors
from estikeras.data import shuffling, structure
from estikeras.data.node import INFINITE, UNKNOWN, Node, stacked


class Selection(Node):
    """A step whose elements are some of its source's, or all of them."""

    @property
    def columnar(self):
        return self.source.columnar

    def cardinality(self):
        return self.source.cardinality()


class Take(Selection):
    """The first elements.

    Args:
        source: step.
        count: how many; -1 for all.
    """

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def cardinality(self):
        total = self.source.cardinality()
        if self.count < 0 or total == 0:
            return total
        if total == UNKNOWN:
            return UNKNOWN
        return self.count if total == INFINITE else min(total, self.count)

    def many(self, run, size):
        left = self.count
        if left < 0:
            yield from self.source.pieces(run, size)
        elif left:
            # Not more than are wanted, for sources that others can see being read.
            for piece in self.source.pieces(run, min(size, left)):
                rows = structure.rows_of(piece)
                yield piece if rows <= left else structure.take_slice(piece, 0, left)
                left -= rows
                if left <= 0:
                    return

    def each(self, run):
        if self.count < 0:
            yield from self.source.elements(run)
        elif self.count:
            for number, element in enumerate(self.source.elements(run), 1):
                yield element
                if number == self.count:
                    return


class Skip(Selection):
    """All but the first elements.

    Args:
        source: step.
        count: how many to leave out; -1 for all.
    """

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def cardinality(self):
        total = self.source.cardinality()
        if self.count < 0:
            return 0
        return total if total < 0 else max(0, total - self.count)

    def many(self, run, size):
        left = self.count
        if left < 0:
            return
        for piece in self.source.pieces(run, size):
            rows = structure.rows_of(piece)
            if rows > left:
                yield structure.take_slice(piece, left, rows) if left else piece
            left = max(0, left - rows)

    def each(self, run):
        if self.count >= 0:
            for number, element in enumerate(self.source.elements(run)):
                if number >= self.count:
                    yield element


class Shard(Selection):
    """Every `num_shards`-th element.

    Args:
        source: step.
        num_shards: how many shards there are.
        index: number of the first element.
    """

    def __init__(self, source, num_shards, index):
        super().__init__(source)
        self.num_shards, self.index = num_shards, index

    def cardinality(self):
        total = self.source.cardinality()
        return total if total < 0 else len(range(self.index, total, self.num_shards))

    def many(self, run, size):
        first = self.index
        for piece in self.source.pieces(run, size * self.num_shards):
            rows = structure.rows_of(piece)
            if first < rows:
                step = self.num_shards
                yield structure.map_leaves(lambda leaf, a=first, s=step: leaf[a::s], piece)
            first = (first - rows) % self.num_shards if first < rows else first - rows

    def each(self, run):
        for number, element in enumerate(self.source.elements(run)):
            if number % self.num_shards == self.index:
                yield element


class Repeat(Selection):
    """All elements several times.

    Args:
        source: step; it is run anew each time.
        count: how many times; -1 without end.
    """

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def cardinality(self):
        total = self.source.cardinality()
        if self.count < 0:
            return 0 if total == 0 else INFINITE
        if self.count == 0:
            return 0
        return total if total < 0 else total * self.count

    def _passes(self, iterate):
        times = 0
        while self.count < 0 or times < self.count:
            came = False
            for item in iterate():
                came = True
                yield item
            if not came and self.count < 0:
                return  # nothing, without end
            times += 1

    def many(self, run, size):
        return self._passes(lambda: self.source.pieces(run, size))

    def each(self, run):
        return self._passes(lambda: self.source.elements(run))


class Concatenate(Selection):
    """The elements of one step, then those of another."""

    @property
    def columnar(self):
        alike = structure.have_one_shape(self.declared)
        return alike and all(source.columnar for source in self.inputs)

    def spec_over(self, first, second):
        return structure.common_spec(first, second)

    def cardinality(self):
        totals = [source.cardinality() for source in self.inputs]
        if INFINITE in totals:
            return INFINITE
        return UNKNOWN if UNKNOWN in totals else sum(totals)

    def many(self, run, size):
        for source in self.inputs:
            yield from source.pieces(run, size)

    def each(self, run):
        for source in self.inputs:
            yield from source.elements(run)


class Shuffle(Selection):
    """Elements in random order: each is drawn from a buffer that is filled in order.

    Args:
        source: step.
        buffer_size: how many elements the buffer holds; -1 for all.
        draws: the Draws.
    """

    def __init__(self, source, buffer_size, draws):
        super().__init__(source)
        self.buffer_size, self.draws = buffer_size, draws

    def _capacity(self):
        total = self.source.cardinality()
        if self.buffer_size < 0:
            if total == INFINITE:
                raise errors.invalid(
                    "buffer_size",
                    got="the cardinality of an endless dataset",
                    expected="a positive int",
                )
            return np.iinfo(np.int64).max
        return self.buffer_size

    @property
    def _is_native(self):
        return self.columnar and self.declared == shuffling.NUMBERS

    def each(self, run):
        generator = self.draws.begin(run)
        return shuffling.shuffled(self.source.elements(run), self._capacity(), generator)

    def many(self, run, size):
        if not self._is_native:
            return stacked(self.each(run), size)
        numbers = self.source.pieces(run, self.source.rows_at_once())
        return shuffling.shuffled_numbers(
            numbers, self._capacity(), self.draws.begin(run), self.source.cardinality()
        )

    def elements(self, run):
        return super().elements(run) if self._is_native else self.each(run)


class Zip(Node):
    """Elements of several steps side by side; it ends with the first that ends.

    Args:
        *inputs: steps.
        template: structure with the number of a step in each place.
    """

    def __init__(self, *inputs, template):
        super().__init__(*inputs)
        self.template = template

    @property
    def columnar(self):
        return all(source.columnar for source in self.inputs)

    def spec_over(self, *specs):
        return structure.map_leaves(specs.__getitem__, self.template)

    def cardinality(self):
        totals = [source.cardinality() for source in self.inputs]
        if 0 in totals:
            return 0
        known = [total for total in totals if total >= 0]
        if UNKNOWN in totals:
            return UNKNOWN
        return min(known) if known else INFINITE

    def each(self, run):
        for parts in zip(*[s.elements(run) for s in self.inputs], strict=False):
            yield structure.map_leaves(parts.__getitem__, self.template)

    def many(self, run, size):
        sources = [structure.rechunk(s.pieces(run, size), size) for s in self.inputs]
        for parts in zip(*sources, strict=False):
            rows = [structure.rows_of(part) for part in parts]
            least = min(rows)
            cut = [
                part if count == least else structure.take_slice(part, 0, least)
                for part, count in zip(parts, rows, strict=True)
            ]
            yield structure.map_leaves(cut.__getitem__, self.template)
            if least < size:
                next(sources[rows.index(least)], None)  # it ended, or raises what it ended with
                return
