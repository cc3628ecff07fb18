"""Shapes: broadcasting, axes, and sizes that are not known yet. Knows no tensors."""

import itertools

from estikeras import errors


class UnknownSize(int):
    """A stand-in for a size that is not known yet: it computes as its number and reads as `None` in
    messages.
    """

    __slots__ = ()

    def __repr__(self):
        return "None"

    __str__ = __repr__


def broadcast(*shapes):
    """The shape that operands of these shapes broadcast to.

    Raises:
        ValueError: when they do not broadcast.
    """
    first = shapes[0]
    if all(shape == first for shape in shapes):
        return first
    out = []
    for sizes in itertools.zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1):
        wide = [size for size in sizes if size != 1]
        if any(size != wide[0] for size in wide[1:]):
            text = " and ".join(str(tuple(shape)) for shape in shapes)
            raise ValueError(
                f"Operands of shapes {text} do not broadcast: sizes must be equal or 1."
            )
        out.append(wide[0] if wide else 1)
    return tuple(reversed(out))


def normalize_axis(axis, ndim, argument="axis"):
    """One axis as a number from 0 to `ndim - 1`."""
    if not -ndim <= axis < ndim:
        raise errors.invalid(argument, got=axis, expected=f"an axis from {-ndim} to {ndim - 1}")
    return int(axis) % ndim


def normalize_axes(axis, ndim, argument="axis"):
    """None (all axes), one axis or several, as a sorted tuple of numbers from 0 to `ndim - 1`."""
    if axis is None:
        return tuple(range(ndim))
    axes = (axis,) if not isinstance(axis, (tuple, list)) else axis
    out = tuple(sorted(normalize_axis(a, ndim, argument) for a in axes))
    if len(set(out)) != len(out):
        raise errors.invalid(argument, got=axis, expected="axes that differ")
    return out


def reduced(shape, axes, keepdims):
    """The shape that is left when `axes` (normalised) are reduced."""
    if keepdims:
        return tuple(1 if i in axes else size for i, size in enumerate(shape))
    return tuple(size for i, size in enumerate(shape) if i not in axes)
