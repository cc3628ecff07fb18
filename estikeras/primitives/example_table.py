"""Tables with four numbers for each example, laid out as TensorFlow's dense hash tables, so that
checkpoints of either are the other's.

A table is an int64 array (slots, 2) of keys, `[0, 0]` where a slot is free, and a float32 array
(slots, 4); the number of slots is a power of 2. An example's slot is found by the hash of its key,
with quadratic probing.
"""

import numpy as np

from estikeras.op_errors import ResourceExhaustedError

SLOTS = 1 << 17
_MAX_LOAD = 0.8
_GOLDEN, _MASK = 0x9E3779B97F4A7800, (1 << 64) - 1


class ExampleTables:
    """What is known of examples, in one or more tables among which keys decide.

    Programs look into it when they run, so they see what was kept in the meantime.

    Args:
        tables: list of pairs of keys, int64 (slots, 2), and values, float32 (slots, 4). They are
            changed in place.
    """

    def __init__(self, tables):
        self._tables = list(tables)

    def _of(self, key):
        return self._tables[abs(int(key[0])) % len(self._tables)]

    def get(self, keys):
        """The numbers of examples, float64 (examples, 4); zeros for unknown ones.

        Args:
            keys: int64 array (examples, 2).
        """
        found = np.zeros((len(keys), 4))
        for row, key in enumerate(keys):
            table_keys, values = self._of(key)
            slot, known = find(table_keys, key)
            if known:
                found[row] = values[slot]
        return found

    def keep(self, keys, numbers):
        """Set the numbers of examples.

        Args:
            keys: int64 array (examples, 2).
            numbers: array (examples, 4).

        Raises:
            ResourceExhaustedError: when a table gets too full.
        """
        is_new = False
        for key, row in zip(keys, numbers, strict=True):
            table_keys, values = self._of(key)
            slot, known = find(table_keys, key)
            table_keys[slot], values[slot] = key, row
            is_new |= not known
        if is_new:
            for table_keys, _ in self._tables:
                _check_load(int(table_keys.any(axis=1).sum()), len(table_keys))

    def __repr__(self):
        return f"<{len(self._tables)} tables of examples>"


def find(keys, key):
    """The slot of a key, or the free one that it would get.

    Args:
        keys: int64 array (slots, 2).
        key: int64 array (2,).

    Returns:
        The slot, and whether it has the key.
    """
    first, second = key.tolist()
    last = len(keys) - 1
    slot, probes = _hash(key) & last, 0
    while probes <= last:
        here = keys[slot].tolist()
        if here == [first, second]:
            return slot, True
        if here == [0, 0]:
            return slot, False
        probes += 1
        slot = (slot + probes) & last
    return slot, False


def _check_load(count, slots):
    """Raise unless a table with some examples has enough free slots."""
    if count > _MAX_LOAD * slots:
        raise ResourceExhaustedError(
            message=f"A table of {slots} slots has no room for {count} examples. Give LinearSDCA "
            "`num_table_shards`, at least the number of examples divided by "
            f"{int(_MAX_LOAD * slots)}."
        )


def _hash(key):
    low, high = (int(part) & _MASK for part in key)
    first = (low + _GOLDEN) & _MASK
    return first ^ ((high + _GOLDEN + (first << 10 & _MASK) + (first >> 4)) & _MASK)
