"""Nested structures of tuples, lists and dicts (keys in sorted order); everything else, None too,
is a leaf.
"""


def is_nested(structure):
    """Whether `structure` is a tuple, list or dict."""
    return isinstance(structure, (tuple, list, dict))


def children(structure):
    """What lies directly in a structure that is nested, in order."""
    if isinstance(structure, dict):
        return [structure[key] for key in _keys(structure)]
    return structure


def _keys(structure):
    try:
        return sorted(structure)
    except TypeError:
        return list(structure)


def _rebuild(structure, children):
    if isinstance(structure, dict):
        by_key = dict(zip(_keys(structure), children, strict=True))
        pairs = [(key, by_key[key]) for key in structure]
        if hasattr(structure, "default_factory"):
            return type(structure)(structure.default_factory, pairs)
        return type(structure)(pairs)
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    return type(structure)(children)


def flatten(structure):
    """The leaves, in order."""
    if not is_nested(structure):
        return [structure]
    out = []
    for child in children(structure):
        if is_nested(child):
            out.extend(flatten(child))
        else:
            out.append(child)
    return out


def flatten_with_path(structure, path=()):
    """The leaves as pairs of path (a tuple of keys and indices) and leaf, in order."""
    if not is_nested(structure):
        return [(path, structure)]
    keys = _keys(structure) if isinstance(structure, dict) else range(len(structure))
    return [pair for key in keys for pair in flatten_with_path(structure[key], (*path, key))]


def pack_sequence_as(structure, flat):
    """Leaves put into the form of `structure`.

    Raises:
        ValueError: when their number differs.
    """
    flat = list(flat)
    wanted = len(flatten(structure))
    if len(flat) != wanted:
        raise ValueError(f"The structure has {wanted} leaves, {len(flat)} came: {structure!r}")
    leaves = iter(flat)
    return map_structure(lambda _: next(leaves), structure)


def map_structure(function, *structures):
    """`function` on corresponding leaves; the result has the form of the first structure.

    Raises:
        ValueError: when the structures differ.
    """
    first, *others = structures
    if not is_nested(first):
        return function(*structures)
    for other in others:
        _check_same(first, other)
    columns = zip(*(children(s) for s in structures), strict=True)
    return _rebuild(first, [map_structure(function, *column) for column in columns])


def map_structure_up_to(shallow, function, *structures):
    """`function` on what lies in the structures where `shallow` has its leaves."""
    if not is_nested(shallow):
        return function(*structures)
    for other in structures:
        _check_same(shallow, other)
    columns = zip(children(shallow), *(children(s) for s in structures), strict=True)
    return _rebuild(
        shallow, [map_structure_up_to(top, function, *column) for top, *column in columns]
    )


def _check_same(first, other):
    same = (
        is_nested(other)
        and isinstance(first, dict) == isinstance(other, dict)
        and len(first) == len(other)
    )
    if same and isinstance(first, dict):
        same = set(first) == set(other)
    if not same:
        raise ValueError(f"The structures differ: {first!r} and {other!r}")


def assert_same_structure(first, second):
    """Check that two structures have the same form.

    Raises:
        ValueError: when they differ.
    """
    map_structure(lambda a, b: None, first, second)
