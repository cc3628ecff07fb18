"""Ops between one tensor and several: concatenate, stack, split and their kin."""

import itertools

import numpy as np

from estikeras import errors
from estikeras.engine import shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.core import promote
from estikeras.ops.shaping import expand_dims, ravel, reshape, span
from estikeras.primitives import indexing, shaping


@op("keras.ops.concatenate", "keras.ops.numpy.concatenate")
def concatenate(xs, axis=0):
    """Tensors one after another along an axis; without an axis, all elements in row order."""
    xs = promote(*xs)
    if axis is None:
        xs, axis = [ravel(x) for x in xs], 0
    return shaping.concatenate(*xs, axis=shapes.normalize_axis(axis, xs[0].ndim))


@op("keras.ops.stack", "keras.ops.numpy.stack")
def stack(x, axis=0):
    """Tensors of equal shape side by side along a new axis."""
    xs = promote(*x)
    for i, one in enumerate(xs):
        if one.shape != xs[0].shape:
            raise errors.shape_mismatch(f"x[{i}]", got=one.shape, expected=xs[0].shape)
    axis = shapes.normalize_axis(axis, xs[0].ndim + 1)
    return shaping.concatenate(*[expand_dims(one, axis) for one in xs], axis=axis)


@op("keras.ops.append", "keras.ops.numpy.append")
def append(x1, x2, axis=None):
    """x2 after x1 along an axis; without an axis, all elements in row order."""
    return concatenate([x1, x2], axis)


@op("keras.ops.hstack", "keras.ops.numpy.hstack")
def hstack(xs):
    """Tensors one after another along the second axis, vectors along the first."""
    xs = [reshape(x, (-1,)) if as_tensor(x).ndim == 0 else as_tensor(x) for x in xs]
    return concatenate(xs, 0 if xs[0].ndim == 1 else 1)


@op("keras.ops.vstack", "keras.ops.numpy.vstack")
def vstack(xs):
    """Tensors one after another along the first axis, vectors as rows."""
    return concatenate([reshape(x, (1, -1)) if as_tensor(x).ndim < 2 else x for x in xs], 0)


@op("keras.ops.dstack", "keras.ops.numpy.dstack")
def dstack(xs):
    """Tensors one after another along the third axis."""
    xs = [reshape(x, (1, -1)) if as_tensor(x).ndim < 2 else as_tensor(x) for x in xs]
    return concatenate([expand_dims(x, 2) if x.ndim == 2 else x for x in xs], 2)


def _cuts(indices_or_sections):
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.value
    return np.asarray(indices_or_sections).tolist()


def _pieces(x, cuts, axis):
    size = x.shape[axis]
    borders = [0, *[min(max(cut + size if cut < 0 else cut, 0), size) for cut in cuts], size]
    return [span(x, axis, a, max(a, b)) for a, b in itertools.pairwise(borders)]


@op("keras.ops.split", "keras.ops.numpy.split")
def split(x, indices_or_sections, axis=0):
    """A list of parts along an axis: so many equal ones, or cut at the given indices."""
    x = as_tensor(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    cuts = _cuts(indices_or_sections)
    if isinstance(cuts, int):
        if cuts < 1 or x.shape[axis] % cuts:
            expected = f"a divisor of {x.shape[axis]}, the size of axis {axis}"
            raise errors.invalid("indices_or_sections", got=cuts, expected=expected)
        step = x.shape[axis] // cuts
        cuts = [step * i for i in range(1, cuts)]
    return _pieces(x, cuts, axis)


@op("keras.ops.array_split", "keras.ops.numpy.array_split")
def array_split(x, indices_or_sections, axis=0):
    """A list of parts along an axis, of sizes that differ by at most one."""
    x = as_tensor(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    cuts = _cuts(indices_or_sections)
    if isinstance(cuts, int):
        small, larger = divmod(x.shape[axis], cuts)
        cuts = [small * i + min(i, larger) for i in range(1, cuts)]
    return _pieces(x, cuts, axis)


@op("keras.ops.hsplit", "keras.ops.numpy.hsplit")
def hsplit(x, indices_or_sections):
    """A list of parts along the second axis, of a vector along the first."""
    return split(x, indices_or_sections, 0 if as_tensor(x).ndim == 1 else 1)


@op("keras.ops.vsplit", "keras.ops.numpy.vsplit")
def vsplit(x, indices_or_sections):
    """A list of parts along the first axis."""
    return split(x, indices_or_sections, 0)


@op("keras.ops.dsplit", "keras.ops.numpy.dsplit")
def dsplit(x, indices_or_sections):
    """A list of parts along the third axis."""
    return split(x, indices_or_sections, 2)


@op("keras.ops.unstack")
def unstack(x, num=None, axis=0):
    """A list of the slices along an axis, which they do not have any more."""
    x = as_tensor(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    if num is not None and num != x.shape[axis]:
        raise errors.invalid("num", got=num, expected=f"{x.shape[axis]}, the size of axis {axis}")
    rest = x.shape[:axis] + x.shape[axis + 1 :]
    pieces = [span(x, axis, i, i + 1) for i in range(x.shape[axis])]
    return [shaping.reshape(piece, shape=rest) for piece in pieces]


@op("keras.ops.repeat", "keras.ops.numpy.repeat")
def repeat(x, repeats, axis=None):
    """Each slice along an axis (each element, if None) repeated so often, one number for all or one
    for each.
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = shapes.normalize_axis(axis, x.ndim)
    counts = repeats.value if isinstance(repeats, Tensor) else np.asarray(repeats)
    if counts.size != 1:
        places = np.repeat(np.arange(x.shape[axis], dtype=np.int32), counts)
        return indexing.take(x, places, axis=axis)
    front, back = x.shape[:axis], x.shape[axis + 1 :]
    size, count = x.shape[axis], int(counts.item())
    wide = shaping.reshape(x, shape=(*front, size, 1, *back))
    wide = shaping.broadcast_to(wide, shape=(*front, size, count, *back))
    return shaping.reshape(wide, shape=(*front, size * count, *back))
