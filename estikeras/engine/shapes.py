"""Shapes: broadcasting, axes, and sizes that are not known yet. Knows no tensors."""

import itertools
import math

from estikeras import errors
from estikeras.public import public


class UnknownSize(int):
    """A stand-in for a size that is not known yet: it computes as its number and reads as `None` in
    messages.
    """

    __slots__ = ()
    value = None

    def __repr__(self):
        return "None"

    __str__ = __repr__


class Size(int):
    """A size of a shape: an int with TensorFlow 1's attribute `value`."""

    __slots__ = ()

    @property
    def value(self):
        """The size as an int."""
        return int(self)


def _with_value(size):
    return Size(size) if type(size) is int else size


@public("TensorShape")
class TensorShape(tuple):
    """A shape: a tuple with TensorFlow's methods, equal to a list too.

    Args:
        dims: sequence of ints, with None for unknown sizes; or an int, for one size.
    """

    __slots__ = ()

    def __new__(cls, dims=()):
        if dims is None:
            raise errors.unsupported(
                "A TensorShape of an unknown number of dimensions", "Write None in its place."
            )
        return super().__new__(cls, (dims,) if isinstance(dims, int) else dims)

    @property
    def rank(self):
        """The number of dimensions."""
        return len(self)

    ndims = rank

    @property
    def dims(self):
        """The sizes as a list."""
        return list(self)

    def as_list(self):
        """The sizes as a list."""
        return list(self)

    def is_fully_defined(self):
        """Whether all sizes are known."""
        return None not in self

    def num_elements(self):
        """The product of the sizes; None if some are unknown."""
        return math.prod(self) if self.is_fully_defined() else None

    def is_compatible_with(self, other):
        """Whether a shape, of which None is an unknown one, may be the same as this one."""
        if other is None:
            return True
        return len(other) == len(self) and all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in zip(self, other, strict=True)
        )

    def concatenate(self, other):
        """This shape, and another one after it."""
        return TensorShape((*self, *other))

    def __add__(self, other):
        return self.concatenate(other)

    def __getitem__(self, key):
        found = tuple.__getitem__(self, key)
        return TensorShape(found) if isinstance(key, slice) else _with_value(found)

    def __iter__(self):
        return map(_with_value, tuple.__iter__(self))

    def __eq__(self, other):
        return tuple.__eq__(self, tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other):
        return not self == other

    __hash__ = tuple.__hash__


def broadcast(*shapes):
    """The shape that operands of these shapes broadcast to.

    Raises:
        ValueError: when they do not broadcast.
    """
    first = shapes[0]
    if shapes.count(first) == len(shapes):
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
