"""Norms of vectors and matrices."""

import math

from estikeras import errors
from estikeras.engine import shapes
from estikeras.engine.operation import op
from estikeras.ops import reduction
from estikeras.ops.core import floating, tensor
from estikeras.ops.linalg import svd
from estikeras.ops.shaping import moveaxis
from estikeras.primitives import elementwise, shaping


@op("keras.ops.norm", "keras.ops.linalg.norm")
def norm(x, ord=None, axis=None, keepdims=False):
    """The norm of vectors or matrices.

    Args:
        x: any tensor; integers become floats.
        ord: for vectors any number (2 if None); for matrices "fro" (also None), "nuc", 1, -1, 2,
            -2, inf or -inf.
        axis: the vectors' axis or the matrices' two; None takes all elements.
        keepdims: whether these axes stay with size 1.
    """
    x = floating(x)
    if axis is None and (ord is None or (ord in ("fro", 2) and x.ndim == 2 and ord == "fro")):
        return _root_of_squares(x, tuple(range(x.ndim)), keepdims)
    axes = (
        tuple(range(x.ndim))
        if axis is None
        else axis
        if isinstance(axis, (tuple, list))
        else (axis,)
    )
    axes = tuple(shapes.normalize_axis(a, x.ndim) for a in axes)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes, keepdims)
    if len(axes) != 2:
        raise errors.invalid("axis", got=axis, expected="one or two axes when `ord` is given")
    return _matrix_norm(x, ord, axes, keepdims)


def _root_of_squares(x, axes, keepdims):
    return elementwise.sqrt(reduction.sum(elementwise.square(x), axes, keepdims))


def _vector_norm(x, ord, axes, keepdims):
    if ord in (None, 2, "euclidean"):
        return _root_of_squares(x, axes, keepdims)
    size = elementwise.absolute(x)
    if ord == math.inf:
        return reduction.max(size, axes, keepdims)
    if ord == -math.inf:
        return reduction.min(size, axes, keepdims)
    if isinstance(ord, str):
        raise errors.invalid("ord", got=ord, expected="a number for the norm of vectors")
    if ord == 0:
        zero = elementwise.constant(0, x)
        return reduction.sum(tensor(elementwise.not_equal(x, zero), x.dtype), axes, keepdims)
    if ord == 1:
        return reduction.sum(size, axes, keepdims)
    return reduction.sum(size**ord, axes, keepdims) ** (1 / ord)


def _matrix_norm(x, ord, axes, keepdims):
    if ord in (None, "fro", "euclidean"):
        return _root_of_squares(x, axes, keepdims)
    if ord in (1, -1, math.inf, -math.inf):
        summed, chosen = axes if abs(ord) == 1 else axes[::-1]
        sums = reduction.sum(elementwise.absolute(x), summed, keepdims=True)
        y = (reduction.max if ord > 0 else reduction.min)(sums, chosen, keepdims=True)
    elif ord in (2, -2, "nuc"):
        s = svd(moveaxis(x, axes, (-2, -1)), compute_uv=False)
        reduce = {2: reduction.max, -2: reduction.min, "nuc": reduction.sum}[ord]
        y = reduce(s, axis=-1)
    else:
        expected = "'fro', 'nuc', 1, -1, 2, -2, inf or -inf for the norm of matrices"
        raise errors.invalid("ord", got=ord, expected=expected)
    return shaping.reshape(y, shape=shapes.reduced(x.shape, axes, bool(keepdims)))
