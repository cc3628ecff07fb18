"""Nested structures under TensorFlow's names and signatures: lists, tuples, named tuples and dicts
(in the order of their sorted keys); everything else is a leaf.
"""

from estikeras import errors
from estikeras.engine import tree
from estikeras.public import public


@public("nest.is_nested")
def is_nested(seq):
    """Whether something is a list, tuple or dict."""
    return tree.is_nested(seq)


@public("nest.flatten")
def flatten(structure, expand_composites=False):
    """The leaves of a structure as a list; of a leaf, itself in a list.

    Args:
        structure: any.
        expand_composites: must be False.
    """
    _refuse_composites(expand_composites)
    return tree.flatten(structure)


@public("nest.pack_sequence_as")
def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """Leaves in the form of a structure: what `flatten` took apart.

    Args:
        structure: any; what its leaves are is of no consequence.
        flat_sequence: list or tuple with as many leaves as `structure` has.
        expand_composites: must be False.

    Raises:
        ValueError: if there are more or fewer leaves.
    """
    _refuse_composites(expand_composites)
    if not tree.is_nested(flat_sequence):
        raise errors.wrong_type("flat_sequence", got=flat_sequence, expected="a list or tuple")
    return tree.pack_sequence_as(structure, tree.children(flat_sequence))


@public("nest.map_structure")
def map_structure(func, *structure, check_types=True, expand_composites=False):
    """What a function gives for corresponding leaves, in the form of the first structure.

    Args:
        func: takes one leaf of each structure.
        *structure: structures of one form.
        check_types: bool, whether lists may not meet tuples and dicts not other keys.
        expand_composites: must be False.

    Raises:
        TypeError: if a list meets a tuple or a dict.
        ValueError: if the forms differ in something else.
    """
    _refuse_composites(expand_composites)
    if not callable(func):
        raise errors.wrong_type("func", got=func, expected="a function")
    if not structure:
        raise errors.invalid("structure", got=structure, expected="at least one structure")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types)
    results = map(func, *map(tree.flatten, structure))
    return tree.pack_sequence_as(structure[0], results)


@public("nest.assert_same_structure")
def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Refuse structures of different forms.

    Args:
        nest1: any structure.
        nest2: the one that it is compared with.
        check_types: bool, whether lists may not meet tuples and dicts not other keys. All kinds of
            dicts are one kind, and so are named tuples of one name and the same fields.
        expand_composites: must be False.

    Raises:
        TypeError: if a list meets a tuple or a dict.
        ValueError: if the structures differ in something else.
    """
    _refuse_composites(expand_composites)
    difference = _difference(nest1, nest2, check_types)
    if difference is not None:
        kind, first, second = difference
        raise kind(f"The structures differ in {first!r} and {second!r}: {nest1!r} and {nest2!r}.")


def _difference(first, second, check_types):
    """The error, and where two structures differ first; None if they do not."""
    if not tree.is_nested(first) and not tree.is_nested(second):
        return None
    if not tree.is_nested(first) or not tree.is_nested(second) or len(first) != len(second):
        return ValueError, first, second
    if check_types:
        if _kind(first) != _kind(second):
            return TypeError, first, second
        if isinstance(first, dict) and first.keys() != second.keys():
            return ValueError, first, second
    pairs = zip(tree.children(first), tree.children(second), strict=True)
    found = (_difference(a, b, check_types) for a, b in pairs)
    return next((difference for difference in found if difference is not None), None)


def _kind(structure):
    if hasattr(structure, "_fields"):
        return type(structure).__name__, structure._fields
    return next(kind for kind in (dict, list, tuple) if isinstance(structure, kind))


def _refuse_composites(expand_composites):
    if expand_composites:
        raise errors.unsupported(
            "`expand_composites=True`",
            "Take a SparseTensor's `indices`, `values` and `dense_shape` in its place.",
        )
