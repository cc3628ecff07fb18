"""Primitives that move elements without computing with them: reshape, transpose, broadcast, slice,
pad, concatenate.

`broadcast_to` and `sum_to` are each other's gradients, and so are `slice` and `place`. All
parameters are static tuples of numbers, one per axis. Knows no arithmetic beyond the sum that
undoes a broadcast.
"""

import builtins
import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives.precision import widened


def unbroadcast(g, x):
    """The gradient of an operand that was broadcast: `g` summed down to the shape of `x`."""
    return g if g.shape == x.shape else sum_to(g, shape=x.shape)


def _reshape_rule(x, *, shape):
    if math.prod(shape) != x.size:
        raise errors.shape_mismatch(
            "shape", got=shape, expected=f"{x.size} elements, as shape {x.shape} has"
        )
    return Spec(shape, x.dtype)


reshape = primitive(
    "reshape",
    rule=_reshape_rule,
    reference=lambda x, *, shape: x.reshape(shape),
    gradient=lambda g, y, x, *, shape: (reshape(g, shape=x.shape),),
    kernel="view",
)


def _transpose_rule(x, *, axes):
    if sorted(axes) != list(range(x.ndim)):
        raise errors.invalid(
            "axes", got=axes, expected=f"a permutation of the {x.ndim} axes of shape {x.shape}"
        )
    return Spec(tuple(x.shape[axis] for axis in axes), x.dtype)


def inverse(axes):
    """The permutation that undoes a permutation of axes."""
    return tuple(axes.index(axis) for axis in range(len(axes)))


transpose = primitive(
    "transpose",
    rule=_transpose_rule,
    reference=lambda x, *, axes: x.transpose(axes),
    gradient=lambda g, y, x, *, axes: (transpose(g, axes=inverse(axes)),),
    kernel="shaping.transpose",
)


def _broadcast_to_rule(x, *, shape):
    if shapes.broadcast(x.shape, shape) != tuple(shape):
        raise errors.shape_mismatch(
            "shape", got=shape, expected=f"one to which {x.shape} broadcasts"
        )
    return Spec(shape, x.dtype)


broadcast_to = primitive(
    "broadcast_to",
    rule=_broadcast_to_rule,
    reference=lambda x, *, shape: np.broadcast_to(x, shape),
    gradient=lambda g, y, x, *, shape: (unbroadcast(g, x),),
    kernel="shaping.broadcast_to",
)


def _sum_to_rule(x, *, shape):
    if shapes.broadcast(x.shape, shape) != x.shape:
        raise errors.shape_mismatch(
            "shape", got=shape, expected=f"one that broadcasts to {x.shape}"
        )
    return Spec(shape, x.dtype)


def _sum_to(x, *, shape):
    extra = x.ndim - len(shape)
    ones = (
        extra + axis for axis, size in enumerate(shape) if size == 1 and x.shape[extra + axis] != 1
    )
    return x.sum(axis=(*range(extra), *ones), keepdims=True, dtype=x.dtype).reshape(shape)


sum_to = primitive(
    "sum_to",
    rule=_sum_to_rule,
    reference=widened(_sum_to),
    gradient=lambda g, y, x, *, shape: (broadcast_to(g, shape=x.shape),),
    kernel="shaping.sum_to",
)


def _concatenate_rule(*xs, axis):
    first = xs[0]
    for i, x in enumerate(xs):
        rest = (*x.shape[:axis], *x.shape[axis + 1 :])
        if x.ndim != first.ndim or rest != (*first.shape[:axis], *first.shape[axis + 1 :]):
            expected = f"as shape {first.shape} but for axis {axis}"
            raise errors.shape_mismatch(f"xs[{i}]", got=x.shape, expected=expected)
    size = sum(x.shape[axis] for x in xs)
    return Spec((*first.shape[:axis], size, *first.shape[axis + 1 :]), first.dtype)


def _concatenate_gradient(g, y, *xs, axis):
    gradients, at = [], 0
    for x in xs:
        starts = tuple(at if i == axis else 0 for i in range(x.ndim))
        gradients.append(slice(g, starts=starts, shape=x.shape, steps=(1,) * x.ndim))
        at += x.shape[axis]
    return tuple(gradients)


concatenate = primitive(
    "concatenate",
    rule=_concatenate_rule,
    reference=lambda *xs, axis: np.concatenate(xs, axis),
    gradient=_concatenate_gradient,
    kernel="shaping.concatenate",
)


def _spans(starts, shape, steps):
    """The Python slices that reach `shape` elements from `starts`, `steps` apart (a step may be
    negative).
    """
    stops = [start + size * step for start, size, step in zip(starts, shape, steps, strict=True)]
    return tuple(
        builtins.slice(start, stop if stop >= 0 else None, step)
        for start, stop, step in zip(starts, stops, steps, strict=True)
    )


def _check_spans(argument, limits, starts, shape, steps):
    for limit, start, size, step in zip(limits, starts, shape, steps, strict=True):
        last = start + (size - 1) * step
        if size and not (0 <= start < limit and 0 <= last < limit):
            got = f"{size} elements from {start} to {last}"
            raise errors.shape_mismatch(
                argument, got=got, expected=f"positions inside of shape {tuple(limits)}"
            )


def _slice_rule(x, *, starts, shape, steps):
    _check_spans("starts", x.shape, starts, shape, steps)
    return Spec(shape, x.dtype)


def _place_rule(x, *, starts, steps, shape):
    _check_spans("starts", shape, starts, x.shape, steps)
    return Spec(shape, x.dtype)


def _place(x, *, starts, steps, shape):
    y = np.zeros(shape, x.dtype)
    y[_spans(starts, x.shape, steps)] = x
    return y


# Element i of an axis is element `start + i * step` of the input's axis.
slice = primitive(
    "slice",
    rule=_slice_rule,
    reference=lambda x, *, starts, shape, steps: x[_spans(starts, shape, steps)],
    gradient=lambda g, y, x, *, starts, shape, steps: (
        place(g, starts=starts, steps=steps, shape=x.shape),
    ),
    kernel="shaping.slice",
)

# Zeros of `shape`, with the input at the positions from which `slice` would take it.
place = primitive(
    "place",
    rule=_place_rule,
    reference=_place,
    gradient=lambda g, y, x, *, starts, steps, shape: (
        slice(g, starts=starts, shape=x.shape, steps=steps),
    ),
    kernel="shaping.place",
)


def _pad_rule(x, *, widths, value):
    if len(widths) != x.ndim or any(low < 0 or high < 0 for low, high in widths):
        raise errors.invalid(
            "pad_width", got=widths, expected=f"{x.ndim} pairs of sizes, none negative"
        )
    return Spec(
        tuple(low + size + high for size, (low, high) in zip(x.shape, widths, strict=True)), x.dtype
    )


def _pad_gradient(g, y, x, *, widths, value):
    starts = tuple(low for low, _ in widths)
    return (slice(g, starts=starts, shape=x.shape, steps=(1,) * x.ndim),)


pad = primitive(
    "pad",
    rule=_pad_rule,
    reference=lambda x, *, widths, value: np.pad(x, widths, constant_values=value) if x.ndim else x,
    gradient=_pad_gradient,
    kernel="shaping.pad",
)


def _bitcast_rule(x, *, dtype):
    before, after = dtypes.to_numpy(x.dtype).itemsize, dtypes.to_numpy(dtype).itemsize
    last = x.shape[-1] * before if x.ndim else before
    if last % after or (not x.ndim and before != after):
        raise errors.invalid(
            "dtype", got=dtype, expected=f"a size that divides the last axis of {x.dtype}{x.shape}"
        )
    return Spec((*x.shape[:-1], last // after) if x.ndim else (), dtype)


# The same bytes read as another dtype; the last axis grows or shrinks when the size differs.
bitcast = primitive(
    "bitcast",
    rule=_bitcast_rule,
    reference=lambda x, *, dtype: (
        np.ascontiguousarray(x).reshape(x.shape).view(dtypes.to_numpy(dtype))
    ),
)
