"""Diagonals and triangles of matrices: taken out, made, masked."""

import numpy as np

from estikeras import errors
from estikeras.engine import shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import reduction
from estikeras.primitives import elementwise, indexing, shaping


@op("keras.ops.diagonal", "keras.ops.numpy.diagonal")
def diagonal(x, offset=0, axis1=0, axis2=1):
    """The elements at (i, i + offset) of two axes, along a new last axis."""
    x = as_tensor(x)
    if x.ndim < 2:
        raise errors.shape_mismatch("x", got=x.shape, expected="at least two axes")
    axis1, axis2 = (shapes.normalize_axis(a, x.ndim) for a in (axis1, axis2))
    rest = [a for a in range(x.ndim) if a not in (axis1, axis2)]
    x = shaping.transpose(x, axes=(*rest, axis1, axis2))
    rows, columns = x.shape[-2:]
    i = np.arange(max(0, -offset), max(0, -offset, min(rows, columns - offset)))
    flat = shaping.reshape(x, shape=(*x.shape[:-2], rows * columns))
    places = (i * columns + i + offset).astype(np.int32)
    return indexing.take(flat, places, axis=flat.ndim - 1)


@op("keras.ops.diag", "keras.ops.numpy.diag")
def diag(x, k=0):
    """The square matrix that has a vector on its diagonal `k`, or that diagonal of a matrix."""
    x = as_tensor(x)
    if x.ndim != 1:
        return diagonal(x, k)
    size = x.size + abs(k)
    i = np.arange(x.size) + max(0, -k)
    places = (i * size + i + k).astype(np.int32)
    return shaping.reshape(
        indexing.take_add(x, places, axis=0, size=size * size), shape=(size, size)
    )


@op("keras.ops.diagflat", "keras.ops.numpy.diagflat")
def diagflat(x, k=0):
    """The square matrix that has all elements in row order on its diagonal `k`."""
    x = as_tensor(x)
    return diag(shaping.reshape(x, shape=(x.size,)), k)


def _masked(x, mask):
    x = as_tensor(x)
    if x.ndim < 2:
        raise errors.shape_mismatch("x", got=x.shape, expected="at least two axes")
    keep = mask(np.ones(x.shape[-2:], bool))
    return elementwise.select(keep, x, elementwise.constant(0, x))


@op("keras.ops.tril", "keras.ops.numpy.tril")
def tril(x, k=0):
    """Matrices with zeros above the diagonal `k`."""
    return _masked(x, lambda ones: np.tril(ones, k))


@op("keras.ops.triu", "keras.ops.numpy.triu")
def triu(x, k=0):
    """Matrices with zeros below the diagonal `k`."""
    return _masked(x, lambda ones: np.triu(ones, k))


@op("keras.ops.trace", "keras.ops.numpy.trace")
def trace(x, offset=0, axis1=0, axis2=1):
    """The sum of a diagonal."""
    return reduction.sum(diagonal(x, offset, axis1, axis2), axis=-1)
