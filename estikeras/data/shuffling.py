"""The order of `shuffle`: each element is drawn from a buffer that is filled in order.

One rule, in two forms that make the same choices: over any elements, and over row numbers in native
code.
"""

import numpy as np

from estikeras.engine.specs import TensorSpec
from estikeras.kernels import direct
from estikeras.kernels import shuffle as kernels

NUMBERS = TensorSpec((), "int64")  # what the native form is for
DRAWN_AT_ONCE = 1024


def _uniform(generator):
    """Endless numbers from 0 to 1, drawn in blocks."""
    while True:
        yield from generator.random(DRAWN_AT_ONCE).tolist()


def shuffled(elements, capacity, generator):
    """Elements in the order in which they are drawn.

    Args:
        elements: iterator.
        capacity: how many elements the buffer holds.
        generator: NumPy's random generator.
    """
    buffer, chances = [], _uniform(generator)
    for element in elements:
        if len(buffer) < capacity:
            buffer.append(element)
            continue
        place = int(next(chances) * len(buffer))
        yield buffer[place]
        buffer[place] = element
    while buffer:
        place = int(next(chances) * len(buffer))
        yield buffer[place]
        buffer[place] = buffer[-1]
        buffer.pop()


def shuffled_numbers(pieces, capacity, generator, total):
    """The same for int64 numbers, as arrays.

    Args:
        pieces: iterator of int64 arrays.
        capacity: how many numbers the buffer holds.
        generator: NumPy's random generator.
        total: how many numbers there are; negative if that is not known.
    """
    chances = _Chances(generator)
    buffer = np.empty(min(capacity, total) if total >= 0 else min(capacity, 1024), np.int64)
    filled = 0
    for numbers in pieces:
        start = min(capacity - filled, len(numbers))
        if start > 0:
            if filled + start > len(buffer):
                grown = np.empty(min(capacity, 2 * (filled + start)), np.int64)
                grown[:filled] = buffer[:filled]
                buffer = grown
            buffer[filled : filled + start] = numbers[:start]
            filled += start
        if start < len(numbers):
            rest = np.ascontiguousarray(numbers[max(start, 0) :])
            out = np.empty(len(rest), np.int64)
            direct.call(
                kernels.exchange, {}, chances.take(len(rest)), rest, buffer, out, len(rest), filled
            )
            yield out
    for left in range(filled, 0, -DRAWN_AT_ONCE):
        count = min(left, DRAWN_AT_ONCE)
        out = np.empty(count, np.int64)
        direct.call(kernels.drain, {}, chances.take(count), buffer, out, count, left)
        yield out


class _Chances:
    """The numbers of `_uniform` as arrays of any length."""

    def __init__(self, generator):
        self._generator, self._left = generator, np.empty(0)

    def take(self, count):
        parts = [self._left]
        have = len(self._left)
        while have < count:
            parts.append(self._generator.random(DRAWN_AT_ONCE))
            have += DRAWN_AT_ONCE
        drawn = np.concatenate(parts)
        self._left = drawn[count:]
        return drawn[:count]
