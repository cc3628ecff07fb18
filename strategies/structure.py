"""Nested structures of tuples, named tuples, lists and dicts: whatever else, None too, is a leaf.

Dicts keep their own order, and are compared by their keys alone.
"""

import copy


def map_structure(function, structure, *others):
    """The structure with `function(leaf, ...)` for each leaf.

    Args:
        function: of a leaf of each structure.
        structure: gives the form of the result.
        others: structures of the same form.

    Raises:
        ValueError: if the forms differ.
    """
    if not is_nested(structure):
        return function(structure, *others)
    for other in others:
        _check_same(structure, other)
    if isinstance(structure, dict):
        mapped = {
            key: map_structure(function, value, *(other[key] for other in others))
            for key, value in structure.items()
        }
        if type(structure) is dict:
            return mapped
        copied = copy.copy(structure)  # keeps what a subclass has besides: a default factory
        copied.update(mapped)
        return copied
    children = [map_structure(function, *parts) for parts in zip(structure, *others, strict=True)]
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    return type(structure)(children)


def flatten(structure):
    """The list of the leaves, in the order in which `map_structure` comes to them."""
    if not is_nested(structure):
        return [structure]
    children = structure.values() if isinstance(structure, dict) else structure
    return [leaf for child in children for leaf in flatten(child)]


def is_nested(structure):
    """Whether it is a tuple, named tuple, list or dict."""
    return isinstance(structure, (tuple, list, dict))


def _check_same(structure, other):
    """A tuple may meet a list; a dict meets a dict of the same keys."""
    kinds = isinstance(structure, dict), isinstance(other, dict)
    same = is_nested(other) and kinds[0] == kinds[1] and len(structure) == len(other)
    if not same or (kinds[0] and structure.keys() != other.keys()):
        raise ValueError(f"Structures differ: {_form(structure)} and {_form(other)}.")


def _form(structure):
    """How a structure looks without its leaves, for messages: `(., {'a': .})`."""
    return repr(map_structure(lambda leaf: _Dot(), structure))


class _Dot:
    def __repr__(self):
        return "."
