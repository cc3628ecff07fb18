"""Ops that pick elements by position and put elements at positions."""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, TracedTensor, as_tensor
from estikeras.ops.core import promote, static_shape, tensor
from estikeras.primitives import elementwise, indexing, shaping


def from_zero(indices, limit):
    """Integer indices with negative ones counted from the end; `limit` is a number, or one for each
    last place.
    """
    indices = as_tensor(indices)
    if not dtypes.is_int(indices.dtype):
        raise errors.wrong_type("indices", got=indices.dtype, expected="an integer dtype")
    if isinstance(indices, TracedTensor):
        limits = tensor(np.asarray(limit), indices.dtype)
        negative = elementwise.less(indices, elementwise.constant(0, indices))
        return elementwise.select(negative, elementwise.add(indices, limits), indices)
    values = indices.value
    if not (values < 0).any():
        return indices
    return Tensor(np.where(values < 0, values + np.asarray(limit), values).astype(values.dtype))


@op("keras.ops.take", "keras.ops.numpy.take")
def take(x, indices, axis=None):
    """The slices of `x` at integer indices along an axis, or single elements in row order if None.

    Raises:
        InvalidArgumentError: for an index that is out of range, when run eagerly.
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = shaping.reshape(x, shape=(x.size,)), 0
    axis = shapes.normalize_axis(axis, x.ndim)
    indices = as_tensor(indices)
    if not dtypes.is_int(indices.dtype):
        indices = elementwise.cast(indices, dtype="int32")
    return indexing.take(x, from_zero(indices, x.shape[axis]), axis=axis)


@op("keras.ops.take_along_axis", "keras.ops.numpy.take_along_axis")
def take_along_axis(x, indices, axis=None):
    """Elements of `x` at indices along one axis, one index for each place of the other axes."""
    x, indices = as_tensor(x), as_tensor(indices)
    if axis is None:
        x, axis = shaping.reshape(x, shape=(x.size,)), 0
    axis = shapes.normalize_axis(axis, x.ndim)
    if indices.ndim != x.ndim:
        raise errors.shape_mismatch("indices", got=indices.shape, expected=f"{x.ndim} axes")
    ones = [(*t.shape[:axis], 1, *t.shape[axis + 1 :]) for t in (x, indices)]
    rest = shapes.broadcast(*ones)
    x, indices = (
        shaping.broadcast_to(t, shape=(*rest[:axis], t.shape[axis], *rest[axis + 1 :]))
        if t.shape[:axis] + t.shape[axis + 1 :] != rest[:axis] + rest[axis + 1 :]
        else t
        for t in (x, indices)
    )
    return indexing.take_along_axis(x, from_zero(indices, x.shape[axis]), axis=axis)


def _static_starts(start_indices):
    """Start indices as a tuple of int, or None where a tensor that is being traced holds them."""
    parts = start_indices if isinstance(start_indices, (list, tuple)) else [start_indices]
    if any(isinstance(as_tensor(part), TracedTensor) for part in parts):
        return None
    return tuple(int(i) for part in parts for i in np.asarray(as_tensor(part).value).reshape(-1))


def _dynamic_starts(start_indices):
    if isinstance(start_indices, (list, tuple)):
        parts = [shaping.reshape(tensor(i, "int32"), shape=(1,)) for i in start_indices]
        return shaping.concatenate(*parts, axis=0)
    starts = tensor(start_indices, "int32")
    return shaping.reshape(starts, shape=(starts.size,))


@op("keras.ops.slice")
def slice(inputs, start_indices, shape):
    """The part of `inputs` that has the given shape and begins at the start indices; size -1
    reaches to the end.
    """
    x, shape = as_tensor(inputs), static_shape(shape)
    starts = _static_starts(start_indices)
    if starts is None:
        return indexing.dynamic_slice(x, _dynamic_starts(start_indices), shape=shape)
    if len(starts) != x.ndim or len(shape) != x.ndim:
        raise errors.shape_mismatch(
            "start_indices", got=f"{starts} and shape {shape}", expected=f"{x.ndim} sizes"
        )
    starts = tuple(s + n if s < 0 else s for s, n in zip(starts, x.shape, strict=True))
    sizes = zip(shape, x.shape, starts, strict=True)
    shape = tuple(limit - start if size == -1 else size for size, limit, start in sizes)
    return shaping.slice(x, starts=starts, shape=shape, steps=(1,) * x.ndim)


@op("keras.ops.slice_update")
def slice_update(inputs, start_indices, updates):
    """`inputs` with `updates` in place of the part that begins at the start indices."""
    x = as_tensor(inputs)
    return indexing.dynamic_update(x, _dynamic_starts(start_indices), tensor(updates, x.dtype))


@op("keras.ops.scatter")
def scatter(indices, values, shape):
    """Zeros of a shape, to which values are added at positions in the last axis of `indices`."""
    shape, indices = static_shape(shape), as_tensor(indices)
    indices = from_zero(indices, shape[: indices.shape[-1]])
    return indexing.scatter_nd(indices, as_tensor(values), shape=shape)


@op("keras.ops.scatter_update")
def scatter_update(inputs, indices, updates, reduction=None):
    """`inputs` with updates at positions.

    Args:
        inputs: any tensor.
        indices: positions, `(..., k)` integers that index the first k axes.
        updates: `indices.shape[:-1] + inputs.shape[k:]`.
        reduction: None replaces the values that are there; "add", "max", "min" or "mul" joins them.
    """
    if reduction not in (None, "add", "max", "min", "mul"):
        raise errors.unknown_name("reduction", reduction, ("add", "max", "min", "mul"))
    x, indices = as_tensor(inputs), as_tensor(indices)
    indices = from_zero(indices, x.shape[: indices.shape[-1]])
    updates = tensor(updates, x.dtype)
    updates = shaping.broadcast_to(
        updates, shape=(*indices.shape[:-1], *x.shape[indices.shape[-1] :])
    )
    return indexing.scatter_update(x, indices, updates, reduction=reduction)


@op("keras.ops.unravel_index", "keras.ops.numpy.unravel_index")
def unravel_index(indices, shape):
    """Positions in row order as one index tensor for each axis of `shape`."""
    rest, out = as_tensor(indices), []
    for size in reversed(static_shape(shape)):
        size = elementwise.constant(size, rest)
        out.append(elementwise.mod(rest, size))
        rest = elementwise.floor_divide(rest, size)
    return tuple(reversed(out))


@op("keras.ops.argpartition", "keras.ops.numpy.argpartition")
def argpartition(x, kth, axis=-1):
    """Indices that put the kth smallest element at place kth and smaller ones before it."""
    x = as_tensor(x)
    return indexing.argsort(x, axis=shapes.normalize_axis(axis, x.ndim), descending=False)


@op("keras.ops.argsort", "keras.ops.numpy.argsort")
def argsort(x, axis=-1):
    """The indices that sort a tensor along an axis (all elements in row order, if None), int32."""
    x = as_tensor(x)
    if axis is None:
        x, axis = shaping.reshape(x, shape=(x.size,)), 0
    return indexing.argsort(x, axis=shapes.normalize_axis(axis, x.ndim), descending=False)


@op("keras.ops.sort", "keras.ops.numpy.sort")
def sort(x, axis=-1):
    """The elements in rising order along an axis (all in row order, if None)."""
    x = as_tensor(x)
    if axis is None:
        x, axis = shaping.reshape(x, shape=(x.size,)), 0
    axis = shapes.normalize_axis(axis, x.ndim)
    return indexing.take_along_axis(x, indexing.argsort(x, axis=axis, descending=False), axis=axis)


@op("keras.ops.top_k")
def top_k(x, k, sorted=True):
    """The k largest elements along the last axis, and their indices.

    Args:
        x: at least one axis, whose size is at least k.
        k: how many.
        sorted: True; the result is in falling order either way.
    """
    x = as_tensor(x)
    if not x.ndim or not 0 <= k <= x.shape[-1]:
        raise errors.invalid("k", got=k, expected=f"at most the last size of shape {x.shape}")
    axis, shape = x.ndim - 1, (*x.shape[:-1], int(k))
    order = indexing.argsort(x, axis=axis, descending=True)
    order = shaping.slice(order, starts=(0,) * x.ndim, shape=shape, steps=(1,) * x.ndim)
    return indexing.take_along_axis(x, order, axis=axis), order


@op("keras.ops.in_top_k")
def in_top_k(targets, predictions, k):
    """Whether the prediction of each target class is among the k largest of its row."""
    targets, predictions = as_tensor(targets), as_tensor(predictions)
    targets = shaping.reshape(targets, shape=(*targets.shape, 1))
    value = take_along_axis(predictions, targets, axis=-1)
    least = top_k(predictions, k)[0][..., -1:]
    return shaping.reshape(elementwise.greater_equal(value, least), shape=targets.shape[:-1])


@op("keras.ops.searchsorted", "keras.ops.numpy.searchsorted")
def searchsorted(sorted_sequence, values, side="left"):
    """Where to insert values into a sorted vector to keep it sorted, before ("left") or after equal
    ones, int32.
    """
    if side not in ("left", "right"):
        raise errors.invalid("side", got=side, expected="'left' or 'right'")
    return indexing.searchsorted(*promote(sorted_sequence, values), side=side)


@op("keras.ops.digitize", "keras.ops.numpy.digitize")
def digitize(x, bins):
    """The number of the bin, between rising limits, into which each element falls, int32."""
    x, bins = promote(x, bins)
    return indexing.searchsorted(bins, x, side="right")
