"""Users' functions, which run on tensors and, in the model, on NumPy arrays.

The tables hold (name, function of `tf` and the parts of an element, which elements it is for).
"""

import numpy as np
from hypothesis import strategies as st

from tests.support import data_model as model


def is_leaf(element):
    """Whether an element is one array."""
    return isinstance(element, np.ndarray)


def is_number(element):
    """Whether an element is an array of numbers."""
    return is_leaf(element) and element.dtype.kind in "if"


def is_truth(element):
    """Whether an element is an array of bools."""
    return is_leaf(element) and element.dtype == bool


def is_pair(element):
    """Whether an element is a tuple of two."""
    return isinstance(element, tuple) and len(element) == 2


def is_pair_of_leaves(element):
    """Whether an element is a tuple of two arrays."""
    return is_pair(element) and all(map(is_leaf, element))


def is_dict(element):
    """Whether an element is a dict."""
    return isinstance(element, dict)


def is_any(_):
    """All elements."""
    return True


MAPS = [
    ("double", lambda tf, x: x + x, is_number),
    ("by value", lambda tf, x: x + x if tf.reduce_sum(x) > 3 else x, is_number),
    ("total", lambda tf, x: tf.reduce_sum(x), is_number),
    ("float", lambda tf, x: tf.cast(x, tf.float32), is_number),
    ("not", lambda tf, x: tf.logical_not(x), is_truth),
    ("pair", lambda tf, x: (x, x), is_leaf),
    ("dict", lambda tf, x: {"b": x, "a": x}, is_leaf),
    ("size", lambda tf, x: tf.size(x), is_leaf),
    ("stack", lambda tf, x: tf.stack([x, x]), lambda x: is_leaf(x) and x.ndim < 2),
    ("head", lambda tf, x: x[:1], lambda x: is_leaf(x) and x.ndim),
    ("constant", lambda tf, *x: 7, is_any),
    ("nothing", lambda tf, x: x, is_leaf),
    ("first", lambda tf, x, y: x, is_pair),
    ("swap", lambda tf, x, y: (y, x), is_pair),
    ("nest", lambda tf, x, y: ((x, y), x), is_pair_of_leaves),
    ("values", lambda tf, x: (x["a"], x["b"]), is_dict),
    ("exchange", lambda tf, x: {"b": x["a"], "a": x["b"]}, is_dict),
]
PREDICATES = [
    ("even", lambda tf, x: tf.reduce_sum(x) % 2 == 0, is_number),
    ("small", lambda tf, x: tf.reduce_sum(x) < 5, is_number),
    ("short", lambda tf, x: tf.size(x) < 2, is_leaf),
    ("always", lambda tf, *x: True, is_any),
    ("alike", lambda tf, x, y: tf.size(x) == tf.size(y), is_pair_of_leaves),
]


def choose_function(draw, table, pipeline):
    """A function of a table that applies.

    Args:
        draw: hypothesis's.
        table: `MAPS` or `PREDICATES`.
        pipeline: the Pipeline before.

    Returns:
        name, function of `tf` and an element's parts, and the function of an element over NumPy.
    """
    found = [(name, function) for name, function, fits in table if fits(pipeline.example)]
    name, function = draw(st.sampled_from(found))
    return name, function, lambda row: model.call(lambda *x: function(model.Functions, *x), row)
