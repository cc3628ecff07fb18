"""Primitives that pick elements by computed positions, and those that put elements at them:
gathers, scatters, sorting.

Positions are integer tensors of values from 0 on (ops turn negative ones into these). Eager calls
refuse positions out of range; a gather and the scatter that adds are each other's gradients.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.op_errors import InvalidArgumentError
from estikeras.primitives.elementwise import constant, equal, select


def _check_integer(argument, spec):
    if not dtypes.is_int(spec.dtype):
        raise errors.wrong_type(argument, got=spec.dtype, expected="an integer dtype")


def check_range(indices, limit, argument="indices"):
    """Refuse positions outside of 0 ... limit - 1, naming the first.

    Raises:
        InvalidArgumentError: with the position and the limit.
    """
    wrong = indices[(indices < 0) | (indices >= limit)]
    if wrong.size:
        raise InvalidArgumentError(
            message=f"`{argument}`: expected indices from 0 to {limit - 1}, got {int(wrong[0])}."
        )
    return indices


# take: whole slices along one axis.
def _take_rule(x, indices, *, axis):
    _check_integer("indices", indices)
    return Spec((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]), x.dtype)


def _take(x, indices, *, axis):
    return np.take(x, check_range(indices, x.shape[axis]), axis=axis)


def _take_gradient(g, y, x, indices, *, axis):
    return take_add(g, indices, axis=axis, size=x.shape[axis]), None


def _take_add_rule(updates, indices, *, axis, size):
    _check_integer("indices", indices)
    if updates.shape[axis : axis + indices.ndim] != indices.shape:
        raise errors.shape_mismatch(
            "indices", got=indices.shape, expected=f"the axes from {axis} of {updates.shape}"
        )
    return Spec((*updates.shape[:axis], size, *updates.shape[axis + indices.ndim :]), updates.dtype)


def _take_add(updates, indices, *, axis, size):
    shape = (*updates.shape[:axis], size, *updates.shape[axis + indices.ndim :])
    y = np.zeros(shape, updates.dtype)
    places = (np.s_[:],) * axis + (check_range(indices, size),)
    np.add.at(y, places, updates)
    return y


take = primitive("take", _take_rule, _take, _take_gradient, kernel="indexing.take")

# Zeros with `size` slices along `axis`, to which each slice of the updates is added at its index.
take_add = primitive(
    "take_add",
    _take_add_rule,
    _take_add,
    lambda g, y, updates, indices, *, axis, size: (take(g, indices, axis=axis), None),
    kernel="indexing.take_add",
)


# take_along_axis: single elements along one axis.
def _along_rule(x, indices, *, axis):
    _check_integer("indices", indices)
    rest = [shape[:axis] + shape[axis + 1 :] for shape in (x.shape, indices.shape)]
    if x.ndim != indices.ndim or rest[0] != rest[1]:
        raise errors.shape_mismatch(
            "indices", got=indices.shape, expected=f"{x.shape} but for axis {axis}"
        )
    return Spec(indices.shape, x.dtype)


def _along(x, indices, *, axis):
    return np.take_along_axis(x, check_range(indices, x.shape[axis]).astype(np.int64), axis)


def _along_add_rule(updates, indices, *, axis, size):
    _check_integer("indices", indices)
    if updates.shape != indices.shape:
        raise errors.shape_mismatch("indices", got=indices.shape, expected=updates.shape)
    return Spec((*updates.shape[:axis], size, *updates.shape[axis + 1 :]), updates.dtype)


def _along_add(updates, indices, *, axis, size):
    y = np.zeros((*updates.shape[:axis], size, *updates.shape[axis + 1 :]), updates.dtype)
    places = list(np.indices(indices.shape, sparse=True))
    places[axis] = check_range(indices, size)
    np.add.at(y, tuple(places), updates)
    return y


take_along_axis = primitive(
    "take_along_axis",
    _along_rule,
    _along,
    lambda g, y, x, indices, *, axis: (
        along_axis_add(g, indices, axis=axis, size=x.shape[axis]),
        None,
    ),
)
along_axis_add = primitive(
    "along_axis_add",
    _along_add_rule,
    _along_add,
    lambda g, y, updates, indices, *, axis, size: (take_along_axis(g, indices, axis=axis), None),
)


# gather_nd: the last axis of the indices is a position in the leading axes of the input.
def _gather_nd_rule(x, indices):
    _check_integer("indices", indices)
    depth = indices.shape[-1] if indices.ndim else 0
    if not indices.ndim or depth > x.ndim:
        raise errors.shape_mismatch(
            "indices", got=indices.shape, expected=f"a last axis of at most {x.ndim}"
        )
    return Spec((*indices.shape[:-1], *x.shape[depth:]), x.dtype)


def _places(indices, shape):
    return tuple(check_range(indices[..., i], shape[i]) for i in range(indices.shape[-1]))


def _check_updates(indices, updates, shape):
    _check_integer("indices", indices)
    expected = (*indices.shape[:-1], *shape[indices.shape[-1] :])
    if updates.shape != expected:
        raise errors.shape_mismatch("updates", got=updates.shape, expected=expected)


def _scatter_nd_rule(indices, updates, *, shape):
    _check_updates(indices, updates, shape)
    return Spec(shape, updates.dtype)


def _scatter_nd(indices, updates, *, shape):
    y = np.zeros(shape, updates.dtype)
    np.add.at(y, _places(indices, shape), updates)
    return y


gather_nd = primitive(
    "gather_nd",
    _gather_nd_rule,
    lambda x, indices: x[_places(indices, x.shape)],
    lambda g, y, x, indices: (scatter_nd(indices, g, shape=x.shape), None),
)

# Zeros of `shape`, to which each update is added at its position.
scatter_nd = primitive(
    "scatter_nd",
    _scatter_nd_rule,
    _scatter_nd,
    lambda g, y, indices, updates, *, shape: (None, gather_nd(g, indices)),
)


def _scatter_update_rule(x, indices, updates, *, reduction):
    _check_updates(indices, updates, x.shape)
    if x.dtype != updates.dtype:
        raise errors.wrong_type("updates", got=updates.dtype, expected=x.dtype)
    return x


_REDUCTIONS = {"add": np.add, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


def _scatter_update(x, indices, updates, *, reduction):
    y = x.copy()
    places = _places(indices, x.shape)
    if reduction is None:
        y[places] = updates
    else:
        _REDUCTIONS[reduction].at(y, places, updates)
    return y


def _scatter_update_gradient(g, y, x, indices, updates, *, reduction):
    if reduction == "add":
        return g, None, gather_nd(g, indices)
    if reduction == "mul":
        factors = scatter_update(constant_like(1, x), indices, updates, reduction="mul")
        others = gather_nd(y, indices) / updates
        return g * factors, None, gather_nd(g, indices) * others
    if reduction is None:
        hidden = scatter_update(
            constant_like(1, x), indices, constant_like(0, updates), reduction=None
        )
        return g * hidden, None, gather_nd(g, indices)
    kept, put = equal(x, y), equal(updates, gather_nd(y, indices))
    zero = constant(0, g)
    return select(kept, g, zero), None, select(put, gather_nd(g, indices), zero)


def constant_like(value, x):
    """A constant array with a tensor's shape and dtype."""
    return np.full(x.shape, value, dtypes.to_numpy(x.dtype))


# The input with updates put at positions; `reduction` says how they meet what is there: None
# replaces it.
scatter_update = primitive(
    "scatter_update", _scatter_update_rule, _scatter_update, _scatter_update_gradient
)


# Windows at computed positions; a window that would cross the border is moved inside, as in XLA.
def _starts(starts, limits, shape):
    return [
        int(np.clip(s, 0, limit - size))
        for s, limit, size in zip(starts, limits, shape, strict=True)
    ]


def _window(starts, limits, shape):
    return tuple(
        np.s_[s : s + size] for s, size in zip(_starts(starts, limits, shape), shape, strict=True)
    )


def _dynamic_slice_rule(x, starts, *, shape):
    _check_integer("start_indices", starts)
    if starts.shape != (x.ndim,) or len(shape) != x.ndim:
        raise errors.shape_mismatch("start_indices", got=starts.shape, expected=(x.ndim,))
    if any(size > limit for size, limit in zip(shape, x.shape, strict=True)):
        raise errors.shape_mismatch("shape", got=shape, expected=f"at most {x.shape}")
    return Spec(shape, x.dtype)


def _dynamic_update_rule(x, starts, updates):
    _dynamic_slice_rule(x, starts, shape=updates.shape)
    if x.dtype != updates.dtype:
        raise errors.wrong_type("updates", got=updates.dtype, expected=x.dtype)
    return x


def _dynamic_update(x, starts, updates):
    y = x.copy()
    y[_window(starts, x.shape, updates.shape)] = updates
    return y


def _dynamic_slice_gradient(g, y, x, starts, *, shape):
    return dynamic_update(constant_like(0, x), starts, g), None


def _dynamic_update_gradient(g, y, x, starts, updates):
    hidden = dynamic_update(g, starts, constant_like(0, updates))
    return hidden, None, dynamic_slice(g, starts, shape=updates.shape)


dynamic_slice = primitive(
    "dynamic_slice",
    _dynamic_slice_rule,
    lambda x, starts, *, shape: x[_window(starts, x.shape, shape)],
    _dynamic_slice_gradient,
)
dynamic_update = primitive(
    "dynamic_update", _dynamic_update_rule, _dynamic_update, _dynamic_update_gradient
)


# Orders. Not-a-number comes last when ascending; equal elements keep their order.
def _argsort(x, *, axis, descending):
    if not descending:
        return np.argsort(x, axis=axis, kind="stable").astype(np.int32)
    order = np.argsort(np.flip(x, axis), axis=axis, kind="stable")
    return (x.shape[axis] - 1 - np.flip(order, axis)).astype(np.int32)


argsort = primitive("argsort", lambda x, *, axis, descending: Spec(x.shape, "int32"), _argsort)


def _searchsorted_rule(sequence, values, *, side):
    if sequence.ndim != 1:
        raise errors.shape_mismatch("sorted_sequence", got=sequence.shape, expected="one axis")
    return Spec(values.shape, "int32")


searchsorted = primitive(
    "searchsorted",
    _searchsorted_rule,
    lambda sequence, values, *, side: np.searchsorted(sequence, values, side).astype(np.int32),
)
