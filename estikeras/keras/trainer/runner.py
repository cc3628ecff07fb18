"""Runs a step function over the batches of an epoch: as programs fed natively where nobody listens
to batches, else one by one.

Knows functions and adapters; what a step does, and what its results mean, is the trainer's.
"""

import collections
import itertools
import time

import numpy as np

from estikeras.engine import tree
from estikeras.engine.function import Function
from estikeras.engine.tensor import Tensor, TraceError
from estikeras.keras.trainer.adapters.arrays import ArrayAdapter

NATIVE_SECONDS = (
    0.05  # how long one native call may take, so that Ctrl-C and the progress bar stay prompt
)


class Runner:
    """One of the steps of a model (train, test, predict), compiled or eager.

    Args:
        step: function of a batch, a structure of tensors.
        eager: whether to run it eagerly.
    """

    def __init__(self, step, eager=False):
        self.step, self.eager = step, eager
        self.function = Function(step)

    def run(self, batch, *flags):
        """The step's result for a batch of arrays; flags are the step's further arguments."""
        if self.eager or self.function.eager or _has_strings(batch):
            batch = tree.map_structure(lambda a: None if a is None else Tensor(np.array(a)), batch)
            return self.step(batch, *flags)
        return self.function(batch, *flags)

    def epoch(self, adapter, limit=None, at_once=None, done=0, reached=None):
        """Run the step on the batches of an epoch.

        Args:
            adapter: gives the batches.
            limit: most batches to run, or None.
            at_once: None, or how many batches may run in one call: a number, or "many" when nobody
                listens to batches.
            done: how many batches of the epoch were done before.
            reached: function that is called with the last of them before the first other one.

        Yields:
            After each call `(first, count, result)`: the number of its first batch, how many there
            were, and the result of the last.

        Raises:
            ValueError: if there are fewer batches than were done.
        """
        batches = adapter.num_batches
        if limit is not None and (batches is None or limit < batches):
            batches = limit
        is_array = isinstance(adapter, ArrayAdapter)
        source = enumerate(itertools.islice(adapter.batches(), batches))
        if done:
            reached(adapter.batch(done - 1) if is_array else _last_of(source, done))
        native = at_once is not None and is_array and not self.eager
        if native and not _has_strings(adapter.data):
            yield from self._native_epoch(adapter, batches, at_once, done)
            return
        blocks = getattr(adapter, "blocks", lambda: None)() if at_once and not done else None
        if blocks is not None and not self.eager:
            yield from self._epoch_of_blocks(blocks, batches, at_once)
            return
        if is_array:
            source = ((k, adapter.batch(k)) for k in range(done, batches))
        yield from self._by_turns(source, 1 if at_once in (None, "many") else at_once)

    def _by_turns(self, source, at_once):
        """Run numbered batches one by one, and tell of `at_once` at a time."""
        for first, batch in source:
            result, count = self.run(batch), 1
            for _, following in itertools.islice(source, at_once - 1):
                result, count = self.run(following), count + 1
            yield first, count, result

    def _epoch_of_blocks(self, blocks, batches, at_once):
        done = 0
        for block in blocks:
            left = block.num_batches - block.first
            end = block.first + (left if batches is None else min(left, batches - done))
            if _has_strings(block.data):
                steps = ((k, 1, self.run(block.batch(k))) for k in range(block.first, end))
            else:
                steps = self._native_epoch(block, end, at_once, block.first)
            for _, count, result in steps:
                block.first += count
                yield done, count, result
                done += count
            if done == batches:
                return

    def _native_epoch(self, adapter, batches, at_once, done):
        full = min(batches, adapter.full_batches)
        count = 1 if at_once == "many" else at_once
        concrete = self._concrete(adapter) if full else None
        while done < full and concrete is not None:
            steps = min(count, full - done)
            began = time.perf_counter()
            result = concrete.run_steps(adapter.rows, adapter.order, done, steps)
            seconds = time.perf_counter() - began
            yield done, steps, result
            done += steps
            if at_once == "many":
                count = max(1, min(10 * count, int(NATIVE_SECONDS * steps / max(seconds, 1e-6))))
            concrete = self._concrete(adapter) if done < full else concrete
        for k in range(done, batches):
            yield k, 1, self.run(adapter.batch(k))

    def _concrete(self, adapter, *flags):
        """The compiled step for a full batch, or None when it can only run eagerly."""
        if self.function.eager:
            return None
        sample = tree.map_structure(
            lambda a: (
                None if a is None else np.broadcast_to(a[:1], (adapter.batch_size, *a.shape[1:]))
            ),
            adapter.data,
        )
        try:
            return self.function.concrete((sample, *flags), {})[0]
        except TraceError as error:
            self.function.fall_back(error)
            return None


def _has_strings(batch):
    """Whether there are strings in a batch; compiled steps take numbers only."""
    return any(a is not None and a.dtype == object for a in tree.flatten(batch))


def _last_of(source, count):
    """The last of the first `count` batches of an enumeration."""
    last = collections.deque(itertools.islice(source, count), maxlen=1)
    read = last[0][0] + 1 if last else 0
    if read < count:
        raise ValueError(
            f"`x` gave {read} batches in the epoch in which training goes on, and {count} of them "
            "were done before. A training that is started again needs the same data."
        )
    return last[0][1]
