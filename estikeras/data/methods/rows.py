"""Methods that choose among elements, order or keep them, whatever they are."""

import os

from estikeras.data import selection, storing
from estikeras.data.arguments import AUTOTUNE, integer, out_of_range
from estikeras.data.buffering import Prefetch
from estikeras.data.mixing import Unique
from estikeras.data.node import UNKNOWN, Draws
from estikeras.data.sources import Range

PREFETCHED = 8  # elements that AUTOTUNE keeps ready


class RowMethods:
    """What `Dataset` has of them. `name` arguments change nothing."""

    def take(self, count, name=None):
        """The first `count` elements; all of them with -1.

        Args:
            count: int.
            name: no effect.
        """
        return self.with_plan(selection.Take(self.plan, integer("count", count)))

    def skip(self, count, name=None):
        """All but the first `count` elements; none with -1.

        Args:
            count: int.
            name: no effect.
        """
        return self.with_plan(selection.Skip(self.plan, integer("count", count)))

    def shard(self, num_shards, index, name=None):
        """Every `num_shards`-th element, from number `index` on.

        Args:
            num_shards: int, how many shards there are.
            index: int from 0 to `num_shards - 1`.
            name: no effect.
        """
        num_shards = integer("num_shards", num_shards, 1)
        index = integer("index", index)
        if not 0 <= index < num_shards:
            raise out_of_range("index", index, f"an int from 0 to {num_shards - 1}")
        return self.with_plan(selection.Shard(self.plan, num_shards, index))

    def repeat(self, count=None, name=None):
        """The elements `count` times.

        Args:
            count: int; None or -1 for no end.
            name: no effect.
        """
        count = -1 if count is None else integer("count", count)
        return self.with_plan(selection.Repeat(self.plan, count))

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None, name=None):
        """The elements in random order: each is drawn from a buffer of the next ones.

        Args:
            buffer_size: int, how many elements the buffer holds; a perfect shuffle needs as many as
                there are. Arrays in memory are shuffled by row number, at 8 bytes a row.
            seed: int; None follows from Python's `random`, so from `keras.utils.set_random_seed`.
            reshuffle_each_iteration: whether every pass has another order; by default it has.
            name: no effect.
        """
        buffer_size = integer("buffer_size", buffer_size)
        if buffer_size != UNKNOWN and buffer_size < 1:
            raise out_of_range("buffer_size", buffer_size, "a positive int")
        seed = None if seed is None else integer("seed", seed)
        draws = Draws(seed, reshuffle_each_iteration is not False)
        return self.with_plan(selection.Shuffle(self.plan, buffer_size, draws))

    def concatenate(self, dataset, name=None):
        """The elements of this dataset, then those of another.

        Args:
            dataset: Dataset with elements of the same structure and dtypes.
            name: no effect.
        """
        other = self._checked(dataset, "dataset")
        node = selection.Concatenate(self.plan, other)
        node.declared  # noqa: B018  raises for elements of other kinds
        return self.with_plan(node)

    def enumerate(self, start=0, name=None):
        """Pairs of a number, int64 (), and an element.

        Args:
            start: int, the first number.
            name: no effect.
        """
        numbers = Range(integer("start", start), None)
        return self.with_plan(selection.Zip(numbers, self.plan, template=(0, 1)))

    def unique(self, name=None):
        """Every element once, when it first comes.

        Args:
            name: no effect.
        """
        return self.with_plan(Unique(self.plan))

    def cache(self, filename="", name=None):
        """The elements, made in the first whole pass and kept for later ones.

        Args:
            filename: str, where to keep them; `""` for memory. The file outlives the process, and
                is read from then on: remove it when what is before `cache` changes.
            name: no effect.
        """
        filename = filename.numpy() if hasattr(filename, "numpy") else filename
        filename = os.fsdecode(filename)
        if not filename:
            return self.with_plan(storing.MemoryCache(self.plan, storing.Kept()))
        return self.with_plan(storing.FileCache(self.plan, filename))

    def prefetch(self, buffer_size, name=None):
        """The elements, made ahead by a thread.

        Args:
            buffer_size: int, how many elements are kept ready; AUTOTUNE keeps a few, 0 none.
            name: no effect.
        """
        size = integer("buffer_size", buffer_size, -1)
        if size == 0:
            return self
        return self.with_plan(Prefetch(self.plan, PREFETCHED if size == AUTOTUNE else size))
