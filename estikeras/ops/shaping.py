"""Ops that rearrange elements within one tensor: shapes, axes, order, padding, repetition."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.core import static_shape
from estikeras.primitives import shaping


@op("keras.ops.reshape", "keras.ops.numpy.reshape")
def reshape(x, newshape):
    """The same elements in row order under another shape, in which one size may be -1."""
    x = as_tensor(x)
    newshape = static_shape(newshape)
    if -1 in newshape:
        known = math.prod([size for size in newshape if size != -1])
        if newshape.count(-1) > 1 or not known or x.size % known:
            expected = f"a shape for {x.size} elements, with at most one -1"
            raise errors.shape_mismatch("newshape", got=newshape, expected=expected)
        newshape = tuple([x.size // known if size == -1 else size for size in newshape])
    return shaping.reshape(x, shape=newshape)


@op("keras.ops.ravel", "keras.ops.numpy.ravel")
def ravel(x):
    """All elements in row order along one axis."""
    return reshape(x, (-1,))


@op("keras.ops.transpose", "keras.ops.numpy.transpose")
def transpose(x, axes=None):
    """The axes in another order, by default reversed."""
    x = as_tensor(x)
    axes = range(x.ndim - 1, -1, -1) if axes is None else axes
    if len(axes) != x.ndim:
        raise errors.invalid("axes", got=axes, expected=f"a permutation of the {x.ndim} axes")
    return shaping.transpose(x, axes=tuple(shapes.normalize_axis(a, x.ndim, "axes") for a in axes))


def _several(axes):
    return (axes,) if isinstance(axes, (int, np.integer)) else tuple(axes)


@op("keras.ops.moveaxis", "keras.ops.numpy.moveaxis")
def moveaxis(x, source, destination):
    """Axes moved from places to other places; the others keep their order."""
    x = as_tensor(x)
    source = [shapes.normalize_axis(a, x.ndim, "source") for a in _several(source)]
    destination = [shapes.normalize_axis(a, x.ndim, "destination") for a in _several(destination)]
    axes = [a for a in range(x.ndim) if a not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        axes.insert(place, axis)
    return shaping.transpose(x, axes=tuple(axes))


@op("keras.ops.swapaxes", "keras.ops.numpy.swapaxes")
def swapaxes(x, axis1, axis2):
    """Two axes exchanged."""
    x = as_tensor(x)
    axes = list(range(x.ndim))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return transpose(x, axes)


@op("keras.ops.expand_dims", "keras.ops.numpy.expand_dims")
def expand_dims(x, axis):
    """New axes of size 1 at the given places of the result."""
    x = as_tensor(x)
    places = _several(axis)
    ndim = x.ndim + len(places)
    places = shapes.normalize_axes(places, ndim)
    sizes = iter(x.shape)
    return shaping.reshape(x, shape=tuple(1 if i in places else next(sizes) for i in range(ndim)))


@op("keras.ops.squeeze", "keras.ops.numpy.squeeze")
def squeeze(x, axis=None):
    """The axes of size 1 left out, all or the given ones."""
    x = as_tensor(x)
    if axis is None:
        axes = tuple(i for i, size in enumerate(x.shape) if size == 1)
    else:
        axes = shapes.normalize_axes(axis, x.ndim)
    if any(x.shape[a] != 1 for a in axes):
        raise errors.shape_mismatch("axis", got=x.shape, expected=f"size 1 along axes {axes}")
    return shaping.reshape(x, shape=shapes.reduced(x.shape, axes, False))


@op("keras.ops.broadcast_to", "keras.ops.numpy.broadcast_to")
def broadcast_to(x, shape):
    """The tensor repeated along axes of size 1 and new leading axes until it has the shape."""
    return shaping.broadcast_to(as_tensor(x), shape=static_shape(shape))


@op("keras.ops.flip", "keras.ops.numpy.flip")
def flip(x, axis=None):
    """The elements in reversed order along axes, by default all."""
    x = as_tensor(x)
    axes = shapes.normalize_axes(axis, x.ndim)
    turned = [i in axes and size > 0 for i, size in enumerate(x.shape)]
    starts = tuple(size - 1 if turn else 0 for size, turn in zip(x.shape, turned, strict=True))
    steps = tuple(-1 if turn else 1 for turn in turned)
    return shaping.slice(x, starts=starts, shape=x.shape, steps=steps)


@op("keras.ops.fliplr", "keras.ops.numpy.fliplr")
def fliplr(x):
    """The elements in reversed order along the second axis."""
    return flip(x, 1)


@op("keras.ops.flipud", "keras.ops.numpy.flipud")
def flipud(x):
    """The elements in reversed order along the first axis."""
    return flip(x, 0)


@op("keras.ops.rot90", "keras.ops.numpy.rot90")
def rot90(array, k=1, axes=(0, 1)):
    """The plane of two axes turned by k quarters, from the first axis towards the second."""
    x, k = as_tensor(array), k % 4
    if k == 0:
        return x
    if k == 2:
        return flip(x, axes)
    return swapaxes(flip(x, axes[1]), *axes) if k == 1 else flip(swapaxes(x, *axes), axes[1])


def _roll(x, shift, axis):
    size = x.shape[axis]
    shift = int(shift) % size if size else 0
    if not shift:
        return x
    cut = size - shift
    return shaping.concatenate(span(x, axis, cut, size), span(x, axis, 0, cut), axis=axis)


def span(x, axis, start, stop):
    """The part of a tensor from `start` to `stop` along one axis."""
    starts = tuple(start if i == axis else 0 for i in range(x.ndim))
    shape = tuple(stop - start if i == axis else size for i, size in enumerate(x.shape))
    return shaping.slice(x, starts=starts, shape=shape, steps=(1,) * x.ndim)


@op("keras.ops.roll", "keras.ops.numpy.roll")
def roll(x, shift, axis=None):
    """The elements moved by `shift` places along axes (in row order, if None), the last ones to the
    front.
    """
    x = as_tensor(x)
    if axis is None:
        return reshape(_roll(reshape(x, (-1,)), shift, 0), x.shape)
    axes = _several(axis)
    shifts = _several(shift) if len(axes) == len(_several(shift)) else _several(shift) * len(axes)
    for one_shift, one_axis in zip(shifts, axes, strict=True):
        x = _roll(x, one_shift, shapes.normalize_axis(one_axis, x.ndim))
    return x


@op("keras.ops.tile", "keras.ops.numpy.tile")
def tile(x, repeats):
    """The tensor laid side by side `repeats` times along each axis."""
    x = as_tensor(x)
    repeats = static_shape(repeats)
    ndim = max(x.ndim, len(repeats))
    sizes = (1,) * (ndim - x.ndim) + x.shape
    repeats = (1,) * (ndim - len(repeats)) + repeats
    pairs = list(zip(repeats, sizes, strict=True))
    x = shaping.reshape(x, shape=tuple(n for size in sizes for n in (1, size)))
    x = shaping.broadcast_to(x, shape=tuple(n for pair in pairs for n in pair))
    return shaping.reshape(x, shape=tuple(repeat * size for repeat, size in pairs))


def _pad_widths(pad_width, ndim):
    if isinstance(pad_width, Tensor):
        pad_width = pad_width.value
    widths = np.asarray(pad_width, dtype=np.int64)
    if widths.ndim == 2 and widths.shape not in ((ndim, 2), (1, 2)):
        raise errors.shape_mismatch("pad_width", got=widths.shape, expected=(ndim, 2))
    return tuple((int(low), int(high)) for low, high in np.broadcast_to(widths, (ndim, 2)))


def _mirror(x, axis, low, high, mode):
    """One axis extended by its own elements: mirrored with or without the border, or the border
    repeated.
    """
    size, skip = x.shape[axis], int(mode == "reflect")
    if mode != "edge" and max(low, high) > size - skip:
        raise errors.invalid(
            "pad_width", got=max(low, high), expected=f"at most {size - skip} for {mode!r}"
        )
    if mode == "edge":
        first, last = span(x, axis, 0, 1), span(x, axis, size - 1, size)
        before, after = [first] * low, [last] * high
    else:
        before = [flip(span(x, axis, skip, skip + low), axis)]
        after = [flip(span(x, axis, size - skip - high, size - skip), axis)]
    return shaping.concatenate(*before, x, *after, axis=axis)


@op("keras.ops.pad", "keras.ops.numpy.pad")
def pad(x, pad_width, mode="constant", constant_values=None):
    """The tensor with a border.

    Args:
        x: any tensor.
        pad_width: `((before, after), ...)`, a pair for each axis, or one pair or number for all.
        mode: "constant", "reflect", "symmetric" or "edge".
        constant_values: the border's value for "constant", by default 0.
    """
    x = as_tensor(x)
    widths = _pad_widths(pad_width, x.ndim)
    if mode not in ("constant", "reflect", "symmetric", "edge"):
        raise errors.unknown_name("pad mode", mode, ("constant", "reflect", "symmetric", "edge"))
    if mode == "constant":
        value = 0 if constant_values is None else constant_values
        return shaping.pad(
            x, widths=widths, value=value.item() if hasattr(value, "item") else value
        )
    if constant_values is not None:
        expected = "None unless mode is 'constant'"
        raise errors.invalid("constant_values", got=constant_values, expected=expected)
    for axis, (low, high) in enumerate(widths):
        x = _mirror(x, axis, low, high, mode) if low or high else x
    return x
