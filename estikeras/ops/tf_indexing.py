"""Gathers, scatters, masks and sorting under TensorFlow's names and signatures."""

import math
from collections import namedtuple

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import comparison, core, indexing, reduction, shaping, subscript
from estikeras.primitives import elementwise
from estikeras.primitives import indexing as primitives
from estikeras.primitives import shaping as moves

TopKV2 = namedtuple("TopKV2", ["values", "indices"])
Unique = namedtuple("Unique", ["y", "idx"])
UniqueWithCounts = namedtuple("UniqueWithCounts", ["y", "idx", "count"])


@op("gather")
def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """The slices of `params` at integer indices along an axis.

    Args:
        params: any tensor.
        indices: integers from 0 on.
        validate_indices: of no consequence: they are always checked.
        axis: by default `batch_dims`.
        batch_dims: how many first axes both have in common: each batch is gathered by itself.
        name: of no consequence.
    """
    x, indices = as_tensor(params), as_tensor(indices)
    batch_dims = shapes.normalize_axis(batch_dims, indices.ndim + 1, "batch_dims")
    axis = batch_dims if axis is None else shapes.normalize_axis(axis, x.ndim)
    if not batch_dims:
        return indexing.take(x, indices, axis)
    x = shaping.moveaxis(x, axis, batch_dims)
    batch, size = x.shape[:batch_dims], x.shape[batch_dims]
    rows = moves.reshape(x, shape=(math.prod(batch) * size, *x.shape[batch_dims + 1 :]))
    offsets = np.arange(math.prod(batch)).reshape(batch + (1,) * (indices.ndim - batch_dims)) * size
    places = elementwise.add(indices, core.tensor(offsets, indices.dtype))
    y = primitives.take(rows, places, axis=0)
    inner = list(np.arange(batch_dims, indices.ndim))
    return shaping.moveaxis(y, inner, [i + axis - batch_dims for i in inner])


@op("gather_nd")
def gather_nd(params, indices, batch_dims=0, name=None):
    """The slices of `params` at the positions in the last axis of `indices`; the first `batch_dims`
    axes are common.
    """
    x, indices = as_tensor(params), as_tensor(indices)
    if batch_dims:
        batch = indices.shape[:batch_dims]
        shape = (*indices.shape[:-1], batch_dims)
        grid = np.stack(np.indices(batch), axis=-1)
        grid = grid.reshape(*batch, *(1,) * (indices.ndim - 1 - batch_dims), batch_dims)
        grid = np.broadcast_to(grid, shape).astype(indices.dtype)
        indices = moves.concatenate(grid, indices, axis=indices.ndim - 1)
    return primitives.gather_nd(x, indices)


@op("scatter_nd")
def scatter_nd(indices, updates, shape, name=None):
    """Zeros of a shape, to which each update is added at its position."""
    return indexing.scatter(indices, updates, shape)


@op("tensor_scatter_nd_update")
def tensor_scatter_nd_update(tensor, indices, updates, name=None):
    """`tensor` with updates in place of what is at their positions."""
    return indexing.scatter_update(tensor, indices, updates)


@op("tensor_scatter_nd_add")
def tensor_scatter_nd_add(tensor, indices, updates, name=None):
    """`tensor` with updates added at their positions."""
    return indexing.scatter_update(tensor, indices, updates, "add")


@op("tensor_scatter_nd_sub")
def tensor_scatter_nd_sub(tensor, indices, updates, name=None):
    """`tensor` with updates subtracted at their positions."""
    return indexing.scatter_update(tensor, indices, -core.convert_to_tensor(updates), "add")


@op("tensor_scatter_nd_max")
def tensor_scatter_nd_max(tensor, indices, updates, name=None):
    """`tensor` with the larger of what is there and the updates at their positions."""
    return indexing.scatter_update(tensor, indices, updates, "max")


@op("tensor_scatter_nd_min")
def tensor_scatter_nd_min(tensor, indices, updates, name=None):
    """`tensor` with the smaller of what is there and the updates at their positions."""
    return indexing.scatter_update(tensor, indices, updates, "min")


@op("boolean_mask")
def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The slices where a mask over the axes from `axis` on is true (needs the mask's values)."""
    x, mask = as_tensor(tensor), core.boolean(mask)
    axis = 0 if axis is None else int(axis)
    if x.shape[axis : axis + mask.ndim] != mask.shape:
        raise errors.shape_mismatch(
            "mask", got=mask.shape, expected=x.shape[axis : axis + mask.ndim]
        )
    return subscript.get_item(x, (np.s_[:],) * axis + (mask,))


@op("where")
def where(condition, x=None, y=None, name=None):
    """The elements of x where the condition is true, else of y; with the condition alone, the
    positions, `(count, axes)` int64.
    """
    if x is None and y is None:
        array = core.value_for_size(condition, "`where(condition)`", comparison.PLACES)
        return Tensor(np.argwhere(array).astype(np.int64))
    return comparison.where(condition, x, y)


@op("strided_slice")
def strided_slice(
    input_,
    begin,
    end,
    strides=None,
    begin_mask=0,
    end_mask=0,
    ellipsis_mask=0,
    new_axis_mask=0,
    shrink_axis_mask=0,
    var=None,
    name=None,
):
    """`input_[begin:end:strides, ...]`; bit i of a mask says what entry i stands for.

    Args:
        input_: any tensor.
        begin: first positions.
        end: positions before which to end.
        strides: steps, by default 1.
        begin_mask: the beginning is open.
        end_mask: the end is open.
        ellipsis_mask: the entry stands for all axes between.
        new_axis_mask: the entry is a new axis.
        shrink_axis_mask: the entry is a single position.
        var: must be None.
        name: of no consequence.
    """
    if var is not None:
        raise errors.unsupported("strided_slice with var", "Assign to the variable.")
    begin, end = (np.asarray(v).tolist() for v in (begin, end))
    strides = [1] * len(begin) if strides is None else np.asarray(strides).tolist()
    keys = []
    for i, (start, stop, step) in enumerate(zip(begin, end, strides, strict=True)):
        if ellipsis_mask >> i & 1:
            keys.append(...)
        elif new_axis_mask >> i & 1:
            keys.append(None)
        elif shrink_axis_mask >> i & 1:
            keys.append(start)
        else:
            start = None if begin_mask >> i & 1 else start
            keys.append(np.s_[start : None if end_mask >> i & 1 else stop : step])
    return subscript.get_item(input_, tuple(keys))


def _descending(direction):
    if direction not in ("ASCENDING", "DESCENDING"):
        raise errors.invalid("direction", got=direction, expected="'ASCENDING' or 'DESCENDING'")
    return direction == "DESCENDING"


@op("argsort")
def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """The indices that sort along an axis, int32; equal elements always keep their order."""
    x = as_tensor(values)
    axis = shapes.normalize_axis(axis, x.ndim)
    return primitives.argsort(x, axis=axis, descending=_descending(direction))


@op("sort")
def sort(values, axis=-1, direction="ASCENDING", name=None):
    """The elements in rising or falling order along an axis."""
    x = as_tensor(values)
    axis = shapes.normalize_axis(axis, x.ndim)
    order = primitives.argsort(x, axis=axis, descending=_descending(direction))
    return primitives.take_along_axis(x, order, axis=axis)


@op("math.top_k", "nn.top_k")
def top_k(input, k=1, sorted=True, index_type="int32", name=None):
    """The k largest elements along the last axis, and their indices."""
    values, indices = indexing.top_k(input, k, sorted)
    return TopKV2(values, core.cast(indices, index_type))


@op("searchsorted")
def searchsorted(sorted_sequence, values, side="left", out_type="int32", name=None):
    """Where to insert values into sorted rows to keep them sorted; with equal leading axes."""
    rows, values = core.promote(sorted_sequence, values)
    if rows.ndim == 1:
        return core.cast(indexing.searchsorted(rows, values, side), out_type)
    if rows.shape[:-1] != values.shape[:-1]:
        raise errors.shape_mismatch("values", got=values.shape, expected=(*rows.shape[:-1], "any"))
    smaller = comparison.less if side == "left" else comparison.less_equal
    before = smaller(rows[..., None, :], values[..., :, None])
    return core.cast(reduction.sum(core.cast(before, "int32"), axis=-1), out_type)


def _unique(x):
    """Values in the order in which they occur first, the place of each element among them, and
    counts.
    """
    array = core.value_for_size(
        x,
        "`unique`",
        "Do it in input_fn, by `dataset.map`; sums and means of equal ids are "
        "`tf.math.unsorted_segment_sum` and its kin with a known `num_segments`.",
    )
    if array.ndim != 1:
        raise errors.shape_mismatch("x", got=array.shape, expected="one axis")
    values, first, inverse, counts = np.unique(
        array, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    rank = np.argsort(order)
    return values[order], rank[inverse], counts[order]


@op("unique")
def unique(x, out_idx="int32", name=None):
    """The different elements of a vector in the order of their first occurrence, and each one's
    place (eager only).
    """
    values, places, _ = _unique(x)
    return Unique(Tensor(values), Tensor(places.astype(dtypes.standardize(out_idx))))


@op("unique_with_counts")
def unique_with_counts(x, out_idx="int32", name=None):
    """`unique`, and how often each element occurs (eager only)."""
    values, places, counts = _unique(x)
    kind = dtypes.standardize(out_idx)
    return UniqueWithCounts(
        *(Tensor(a) for a in (values, places.astype(kind), counts.astype(kind)))
    )


@op("unravel_index")
def unravel_index(indices, dims, name=None):
    """Positions in row order as indices, `(axes, ...)`."""
    return moves.concatenate(
        *[shaping.expand_dims(i, 0) for i in indexing.unravel_index(indices, dims)], axis=0
    )


@op("reverse_sequence")
def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None):
    """The first `seq_lengths[b]` elements of batch entry b reversed along `seq_axis`."""
    x, lengths = as_tensor(input), core.tensor(seq_lengths, "int32")
    seq_axis, batch_axis = seq_axis or 0, batch_axis or 0
    steps = x.shape[seq_axis]
    at = core.tensor(np.arange(steps), "int32")
    lengths = moves.reshape(lengths, shape=(lengths.size, 1))
    places = elementwise.select(at < lengths, lengths - 1 - at, at + lengths * 0)
    places = places if batch_axis < seq_axis else moves.transpose(places, axes=(1, 0))
    sizes = tuple(n if i in (seq_axis, batch_axis) else 1 for i, n in enumerate(x.shape))
    return indexing.take_along_axis(x, moves.reshape(places, shape=sizes), axis=seq_axis)
