"""What `tf.data` means, over Python lists: the specification that random pipelines are compared
with.

A dataset is a list of elements; an element is a NumPy array, or a tuple or dict of elements. Every
function takes lists and gives a list.
"""

import collections
import itertools

import numpy as np


def leaf(value):
    """A value as the array that a tensor holds: Python's numbers have 32 bits, text is bytes."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    if isinstance(value, str | bytes):
        return np.array(value.encode() if isinstance(value, str) else value, object)
    return np.asarray(value, {bool: "bool", int: "int32", float: "float32"}[type(value)])


def over(function, first, *others):
    """`function` on corresponding arrays of elements of one structure."""
    if isinstance(first, tuple):
        return tuple(over(function, *parts) for parts in zip(first, *others, strict=True))
    if isinstance(first, dict):
        return {key: over(function, first[key], *(o[key] for o in others)) for key in first}
    return function(first, *others)


def leaves(element):
    """The arrays of an element."""
    if isinstance(element, tuple | dict):
        children = element.values() if isinstance(element, dict) else element
        return [one for child in children for one in leaves(child)]
    return [element]


def call(function, element):
    """A user's function on an element: tuples are arguments; its results are arrays."""
    result = function(*element) if isinstance(element, tuple) else function(element)
    return over(leaf, result)


def stack(rows):
    """Elements of one shape as one."""
    return over(lambda *arrays: np.stack(arrays), *rows)


def can_stack(rows):
    """Whether elements have one shape."""
    return len({str([array.shape for array in leaves(row)]) for row in rows}) <= 1


def split(block):
    """The rows of an element as elements."""

    def row(i):
        return over(lambda array: leaf(array[i]), block)

    return [row(i) for i in range(len(leaves(block)[0]))]


def chunks(rows, size, drop_remainder):
    """Lists of that many elements; the last may have fewer."""
    found = [rows[start : start + size] for start in range(0, len(rows), size)]
    return [chunk for chunk in found if len(chunk) == size or not drop_remainder]


def batch(rows, size, drop_remainder=False):
    """Elements together."""
    return [stack(chunk) for chunk in chunks(rows, size, drop_remainder)]


def unbatch(rows):
    """Elements apart."""
    return [part for row in rows for part in split(row)]


def rebatch(rows, size, drop_remainder=False):
    """Batches of another size."""
    return batch(unbatch(rows), size, drop_remainder)


def padded_batch(rows, size, drop_remainder=False):
    """Elements of at least one axis together, filled up with zeros to the largest of the batch."""

    def fill(*arrays):
        shape = [max(sizes) for sizes in zip(*(array.shape for array in arrays), strict=True)]
        block = np.zeros((len(arrays), *shape), arrays[0].dtype)
        if block.dtype == object:
            block.fill(b"")
        for row, array in zip(block, arrays, strict=True):
            row[tuple(slice(n) for n in array.shape)] = array
        return block

    return [over(fill, *chunk) for chunk in chunks(rows, size, drop_remainder)]


def window(rows, size, shift, stride, drop_remainder):
    """Lists of elements: windows that begin `shift` apart and take every `stride`-th."""
    found = [rows[start : start + size * stride : stride] for start in range(0, len(rows), shift)]
    return [one for one in found if len(one) == size or not drop_remainder]


def interleave(rows, function, cycle_length, block_length):
    """Blocks of the lists that `function` gives, in turn; who is at its end makes place."""
    waiting, places, result = collections.deque(rows), [None] * cycle_length, []
    place = taken = 0
    while waiting or any(one is not None for one in places):
        if places[place] is None and waiting:
            places[place] = collections.deque(function(waiting.popleft()))
        if places[place]:
            result.append(places[place].popleft())
            taken += 1
            if taken < block_length:
                continue
        elif places[place] is not None:
            places[place] = None
        place, taken = (place + 1) % cycle_length, 0
    return result


def scan(rows, state, function):
    """Results of a function that also gets, and gives, a state."""
    result = []
    for row in rows:
        state, value = function(state, row)
        result.append(over(leaf, value))
    return result


def unique(rows):
    """Each value once, at its first place."""
    seen, result = set(), []
    for row in rows:
        if row.item() not in seen:
            seen.add(row.item())
            result.append(row)
    return result


def choose(lists, choices):
    """The next element of the chosen list each time, until that one has no more."""
    iterators, result = [iter(rows) for rows in lists], []
    for choice in choices:
        try:
            result.append(next(iterators[choice]))
        except StopIteration:
            break
    return result


def group(rows, key, size):
    """Lists of `size` elements with one key; at the end the unfinished ones, by key."""
    open_windows, result = collections.defaultdict(list), []
    for row in rows:
        found = open_windows[key(row)]
        found.append(row)
        if len(found) == size:
            result.append(open_windows.pop(key(row)))
    return result + [open_windows[one] for one in sorted(open_windows)]


def endless(rows):
    """The elements again and again."""
    return itertools.cycle(rows)


class Functions:
    """The few functions of `tf` that the users' functions call, over NumPy."""

    float32, int64 = "float32", "int64"

    @staticmethod
    def cast(x, dtype):
        return np.asarray(x).astype(dtype)

    @staticmethod
    def reduce_sum(x):
        return np.sum(x, dtype=x.dtype)

    @staticmethod
    def size(x):
        return np.int32(np.size(x))

    @staticmethod
    def stack(parts):
        return np.stack(parts)

    @staticmethod
    def logical_not(x):
        return np.logical_not(x)
