"""Primitives that move elements, and those that pick them by position, as TensorFlow's
operations.
"""

import numpy as np

from estikeras.engine.dtypes import DType, is_float
from estikeras.export.saved_model.emission import entering
from estikeras.export.saved_model.pairing import is_known

TABLE = {}
emits = entering(TABLE)


@emits("reshape")
def _reshape(e, x, *, shape):
    return e.reshape(x, shape)


@emits("transpose")
def _transpose(e, x, *, axes):
    return e.op("Identity", x) if axes == tuple(range(x.ndim)) else e.transpose(x, axes)


@emits("broadcast_to")
def _broadcast_to(e, x, *, shape):
    return e.op("BroadcastTo", x, e.vector(shape))


@emits("sum_to")
def _sum_to(e, x, *, shape):
    extra = x.ndim - len(shape)
    ones = [extra + i for i, n in enumerate(shape) if n == 1 and x.shape[extra + i] != 1]
    axes = np.array([*range(extra), *ones], np.int32)
    return e.reshape(e.op("Sum", x, e.constant(axes), keep_dims=True), shape)


@emits("concatenate")
def _concatenate(e, *xs, axis):
    if len(xs) == 1:
        return e.op("Identity", *xs)
    return e.op("ConcatV2", *xs, e.constant(axis, "int32"), N=len(xs))


def spans(e, limits, starts, shape, steps):
    """What StridedSlice and its kin take: Values of begins, ends and steps, and the masks."""
    ends, begin_mask, end_mask = [], 0, 0
    for axis, (limit, start, size, step) in enumerate(
        zip(limits, starts, shape, steps, strict=True)
    ):
        end = start + size * step
        if start == (0 if step > 0 else limit - 1):
            begin_mask |= 1 << axis
        if end == limit or (step < 0 and is_known(end) and end < 0):
            end_mask |= 1 << axis
        ends.append(end)
    starts = [0 if begin_mask >> i & 1 else start for i, start in enumerate(starts)]
    ends = [0 if end_mask >> i & 1 else end for i, end in enumerate(ends)]
    values = [e.vector(starts), e.vector(ends), e.constant(np.array(steps, np.int32))]
    masks = {"begin_mask": begin_mask or None, "end_mask": end_mask or None}
    return values, {**masks, "Index": DType("int32")}


@emits("slice")
def _slice(e, x, *, starts, shape, steps):
    if not shape:
        return e.op("Identity", x)
    values, attributes = spans(e, x.shape, starts, shape, steps)
    return e.op("StridedSlice", x, *values, **attributes)


@emits("place")
def _place(e, x, *, starts, steps, shape):
    values, attributes = spans(e, shape, starts, x.shape, steps)
    return e.op(
        "StridedSliceGrad", e.vector(shape), *values, x, gives=x.dtype, T=DType(x.dtype),
        **attributes,
    )  # fmt: skip


@emits("pad")
def _pad(e, x, *, widths, value):
    if not x.ndim:
        return e.op("Identity", x)
    if any(not is_known(n) for pair in widths for n in pair):
        flat = e.vector([n for pair in widths for n in pair])
        widths = e.reshape(flat, (x.ndim, 2))
    else:
        widths = e.constant(np.array(widths, np.int32))
    return e.op("PadV2", x, widths, e.like(value, x))


@emits("take")
def _take(e, x, indices, *, axis):
    return _gather(e, x, indices, axis)


@emits("embedding")
def _embedding(e, table, indices):
    return _gather(e, table, indices, 0)


def _gather(e, x, indices, axis, batch_dims=None):
    indices = _wide(e, indices)
    return e.op(
        "GatherV2", x, indices, e.constant(axis, "int32"), T=None, Tparams=DType(x.dtype),
        Tindices=DType(indices.dtype), Taxis=DType("int32"), batch_dims=batch_dims,
    )  # fmt: skip


def _wide(e, indices):
    """Indices of a dtype that TensorFlow takes."""
    return indices if indices.dtype in ("int32", "int64") else e.cast(indices, "int32")


@emits("take_along_axis")
def _take_along_axis(e, x, indices, *, axis):
    order = [i for i in range(x.ndim) if i != axis] + [axis]
    back = [order.index(i) for i in range(x.ndim)]
    last = x.ndim - 1
    picked = _gather(
        e, e.transpose(x, order), e.transpose(indices, order), last, batch_dims=last or None
    )
    shape = tuple(indices.shape[i] for i in order)
    return e.transpose(type(picked)(picked.ref, picked.dtype, shape), back)


@emits("take_add")
def _take_add(e, updates, indices, *, axis, size):
    placed = range(axis, axis + indices.ndim)  # the axes of the indices come first
    rest = [i for i in range(updates.ndim) if i not in placed]
    indices = _wide(e, indices)
    y = e.op(
        "UnsortedSegmentSum", e.transpose(updates, [*placed, *rest]), indices, e.scalar(size),
        Tindices=DType(indices.dtype), of_shape=(size, *(updates.shape[i] for i in rest)),
    )  # fmt: skip
    return e.transpose(y, [*range(1, axis + 1), 0, *range(axis + 1, y.ndim)])


@emits("gather_nd")
def _gather_nd(e, x, indices):
    indices = _wide(e, indices)
    return e.op(
        "GatherNd", x, indices, T=None, Tparams=DType(x.dtype), Tindices=DType(indices.dtype)
    )


@emits("scatter_nd")
def _scatter_nd(e, indices, updates, *, shape):
    indices = _wide(e, indices)
    shape = e.cast(e.vector(shape), indices.dtype)
    return e.op(
        "ScatterNd", indices, updates, shape, gives=updates.dtype, T=DType(updates.dtype),
        Tindices=DType(indices.dtype),
    )  # fmt: skip


_SCATTERS = {None: "Update", "add": "Add", "max": "Max", "min": "Min"}


@emits("scatter_update")
def _scatter_update(e, x, indices, updates, *, reduction):
    if reduction not in _SCATTERS:
        raise e.unsupported(f"reduction={reduction!r}")
    indices = _wide(e, indices)
    op = f"TensorScatter{_SCATTERS[reduction]}"
    return e.op(op, x, indices, updates, Tindices=DType(indices.dtype))


def _clipped(e, starts, limits, shape):
    """Where windows begin, moved inside."""
    most = e.vector([limit - size for limit, size in zip(limits, shape, strict=True)])
    starts = e.cast(starts, "int32")
    return e.op("Maximum", e.op("Minimum", starts, most), e.constant(0, "int32"))


@emits("dynamic_slice")
def _dynamic_slice(e, x, starts, *, shape):
    starts = _clipped(e, starts, x.shape, shape)
    return e.op("Slice", x, starts, e.vector(shape), Index=DType("int32"))


@emits("dynamic_update")
def _dynamic_update(e, x, starts, updates):
    begin = _clipped(e, starts, x.shape, updates.shape)
    end = e.op("AddV2", begin, e.vector(updates.shape))
    ones = e.constant(np.ones(x.ndim, np.int32))
    return e.op("TensorStridedSliceUpdate", x, begin, end, ones, updates, Index=DType("int32"))


@emits("argsort")
def _argsort(e, x, *, axis, descending):
    order = [i for i in range(x.ndim) if i != axis] + [axis]
    back = [order.index(i) for i in range(x.ndim)]
    if x.dtype == "bool":
        x = type(x)(e.cast(x, "int32").ref, "int32", x.shape)
    moved = e.transpose(x, order)
    if not descending:
        moved = e.op("Neg" if is_float(x.dtype) else "Invert", moved, of_shape=moved.shape)
    # The first of equal elements comes first.
    _, places = e.op("TopKV2", moved, e.scalar(x.shape[axis]), outputs=[x.dtype, "int32"])
    return e.transpose(type(x)(places.ref, "int32", moved.shape), back)


@emits("searchsorted")
def _searchsorted(e, sequence, values, *, side):
    count = sequence.shape[0]
    flat = e.op("Reshape", values, e.constant(np.array([1, -1], np.int32)))
    op = "LowerBound" if side == "left" else "UpperBound"
    places = e.op(op, e.reshape(sequence, (1, count)), flat, gives="int32")
    return e.reshape(places, values.shape)
