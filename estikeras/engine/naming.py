"""Names that come by themselves: `dense`, `dense_1`, ... one count for each kind of thing in a
session.
"""

import contextlib
import gc
import re
from collections import Counter

from estikeras.public import public

_counts = Counter()


def to_snake_case(name):
    """`MaxPooling2D` becomes `max_pooling2d`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix):
    """The next name of the session that begins with `prefix` (snake case is made of it)."""
    prefix = to_snake_case(prefix)
    count = _counts[prefix]
    _counts[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


@contextlib.contextmanager
def fresh_names():
    """Count from the beginning inside, and go on with the counts of before afterwards."""
    before = Counter(_counts)
    _counts.clear()
    try:
        yield
    finally:
        _counts.clear()
        _counts.update(before)


@public("keras.backend.get_uid")
def get_uid(prefix=""):
    """The next number for names that begin with `prefix`."""
    _counts[prefix] += 1
    return _counts[prefix]


@public("keras.backend.reset_uids")
def reset_uids():
    """Begin all counts anew."""
    _counts.clear()


@public("keras.utils.clear_session", "keras.backend.clear_session")
def clear_session(free_memory=True):
    """Forget the counts of names.

    Args:
        free_memory: whether to collect what nothing refers to any more.
    """
    reset_uids()
    if free_memory:
        gc.collect()
