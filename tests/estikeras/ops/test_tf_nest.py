"""`tf.nest`: leaves in order, forms that are kept, and forms that differ."""

import collections

import numpy as np
import pytest

import estikeras as tf

Point = collections.namedtuple("Point", ["x", "y"])
Twin = collections.namedtuple("Point", ["x", "y"])
Ordered = collections.OrderedDict

STRUCTURES = {  # a structure, and its leaves
    "a leaf": (3, [3]),
    "None": (None, [None]),
    "a text": ("ab", ["ab"]),
    "an array's list": (["a", [b"b", 2]], ["a", b"b", 2]),
    "a dict in the order of its keys": ({"b": 1, "a": (2, 3)}, [2, 3, 1]),
    "a named tuple": (Point([1], {"k": 2}), [1, 2]),
    "a set": ({1}, [{1}]),
    "nothing": ([(), {}], []),
    "a dict with a default": (collections.defaultdict(list, a=[1]), [1]),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_structures_are_taken_apart_and_put_together(name):
    structure, leaves = STRUCTURES[name]
    assert tf.nest.flatten(structure) == leaves
    packed = tf.nest.pack_sequence_as(structure, tuple(leaves))
    assert packed == structure and type(packed) is type(structure)
    assert tf.nest.is_nested(structure) is isinstance(structure, list | tuple | dict)
    assert tf.nest.flatten(tf.nest.map_structure(lambda x: [x], structure)) == leaves


SAME = {  # two structures, the error with types and the one without
    "leaves": (1, "a", None, None),
    "lists": ([1, (2,)], [3, (4,)], None, None),
    "a list and a tuple": ([1], (2,), TypeError, None),
    "a list and a tuple inside": ([(1,)], [[2]], TypeError, None),
    "a dict and a list": ({"a": 1}, [2], TypeError, None),
    "kinds of dicts": (Ordered(b=1, a=2), {"a": 1, "b": 2}, None, None),
    "other keys": ({"a": 1}, {"b": 2}, ValueError, None),
    "other lengths": ([1], [2, 3], ValueError, ValueError),
    "a leaf and a list": (1, [1], ValueError, ValueError),
    "named tuples of one name": (Point(1, 2), Twin(3, 4), None, None),
    "a named tuple and a tuple": (Point(1, 2), (3, 4), TypeError, None),
}


@pytest.mark.parametrize("check_types", [True, False])
@pytest.mark.parametrize("name", SAME)
def test_structures_of_other_forms_are_refused(name, check_types):
    first, second, *kinds = SAME[name]
    kind = kinds[not check_types]
    if kind is None:
        tf.nest.assert_same_structure(first, second, check_types)
        pairs = tf.nest.map_structure(lambda a, b: (a, b), first, second, check_types=check_types)
        assert type(pairs) is (tuple if first == 1 else type(first))
    else:
        with pytest.raises(kind, match="The structures differ in"):
            tf.nest.assert_same_structure(first, second, check_types)
        with pytest.raises(kind, match="The structures differ in"):
            tf.nest.map_structure(max, first, second, check_types=check_types)


def test_functions_take_corresponding_leaves():
    doubled = tf.nest.map_structure(lambda a, b: a + b, {"b": 1, "a": [2]}, Ordered(a=[3], b=4))
    assert doubled == {"b": 5, "a": [5]} and list(doubled) == ["b", "a"]


MISUSES = {
    "too few": (lambda nest: nest.pack_sequence_as([0, 0], [1]), ValueError, "2 leaves, 1 came"),
    "too many": (lambda nest: nest.pack_sequence_as(0, [1, 2]), ValueError, "1 leaves, 2 came"),
    "a tensor": (lambda nest: nest.pack_sequence_as([0], np.ones(1)), TypeError, "`flat_sequence`"),
    "no function": (lambda nest: nest.map_structure(3, [1]), TypeError, "`func`"),
    "no structure": (lambda nest: nest.map_structure(max), ValueError, "`structure`"),
    "composites": (lambda nest: nest.flatten([], True), NotImplementedError, "`indices`"),
}


@pytest.mark.parametrize("name", MISUSES)
def test_misuses_are_named(name):
    call, kind, said = MISUSES[name]
    with pytest.raises(kind, match=said):
        call(tf.nest)
