"""Mapping over nested structures keeps their form."""

from collections import OrderedDict, defaultdict, namedtuple

import pytest

from strategies.structure import flatten, map_structure

Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("structure", "doubled"),
    [
        (1, 2),
        ((1, [2, 3]), (2, [4, 6])),
        ({"b": 1, "a": (2,)}, {"b": 2, "a": (4,)}),
        (Point(1, Point(2, 3)), Point(2, Point(4, 6))),
        (OrderedDict(a=1), OrderedDict(a=2)),
        (defaultdict(list, a=1), defaultdict(list, a=2)),
        ((), ()),
    ],
)
def test_the_form_is_kept(structure, doubled):
    mapped = map_structure(lambda leaf: 2 * leaf, structure)
    assert mapped == doubled
    assert type(mapped) is type(structure)
    assert [2 * leaf for leaf in flatten(structure)] == flatten(doubled)


def test_several_structures_are_mapped_together():
    pairs = map_structure(lambda x, y: (x, y), {"a": 1, "b": [2]}, {"b": [20], "a": 10})
    assert pairs == {"a": (1, 10), "b": [(2, 20)]}


def test_none_is_a_leaf():
    assert map_structure(lambda leaf: leaf is None, (1, None)) == (False, True)


@pytest.mark.parametrize("other", [(1,), 1, {"a": 1, "b": 2}, (1, (2,), 3)])
def test_other_forms_are_refused(other):
    with pytest.raises(ValueError, match=r"Structures differ: \(\., \(\.,\)\)"):
        map_structure(lambda x, y: x, (1, (2,)), other)
