"""TensorFlow's operations that make, move and pick elements, by ours. Shapes and axes are
tensors with values, also in traces.
"""

import math

import numpy as np

from estikeras import ops
from estikeras.engine import dtypes
from estikeras.engine.tensor import Tensor, as_tensor, borrowed
from estikeras.export.saved_model.interpreter import DEAD, reader_of
from estikeras.primitives import elementwise, indexing, shaping

TABLE = {}
reads = reader_of(TABLE)


def ints(x):
    """The numbers of an integer tensor that has a value, a tuple."""
    return tuple(x.value.reshape(-1).tolist())


def axis_of(x, axis):
    """An axis that is counted from 0; `axis` is a scalar tensor or an int."""
    return int(axis) % max(x.ndim, 1)


@reads("Const")
def _const(node):
    return borrowed(node.attribute("value"))


@reads(
    *("Identity", "StopGradient", "PreventGradient", "Snapshot", "CheckNumerics", "EnsureShape"),
    "PlaceholderWithDefault",
)
def _identity(node, x):
    return x


@reads("IdentityN")
def _identities(node, *xs):
    return xs


@reads("NoOp", "Assert", "ControlTrigger")
def _nothing(node, *_):
    return ()


@reads("Switch")
def _switch(node, x, condition):
    return (DEAD, x) if bool(condition) else (x, DEAD)


@reads("Shape")
def _shape(node, x):
    return Tensor(np.array(x.shape, dtypes.to_numpy(node.attribute("out_type", "int32"))))


@reads("ShapeN")
def _shapes(node, *xs):
    return tuple(_shape(node, x) for x in xs)


@reads("Size")
def _size(node, x):
    return Tensor(np.array(x.size, dtypes.to_numpy(node.attribute("out_type", "int32"))))


@reads("Rank")
def _rank(node, x):
    return Tensor(np.array(x.ndim, np.int32))


@reads("Reshape")
def _reshape(node, x, shape):
    sizes = list(ints(shape))
    if -1 in sizes:
        rest = math.prod(size for size in sizes if size != -1)
        sizes[sizes.index(-1)] = x.size // rest if rest else 0
    return shaping.reshape(x, shape=tuple(sizes))


@reads("ExpandDims")
def _expand_dims(node, x, axis):
    axis = int(axis) % (x.ndim + 1)
    return shaping.reshape(x, shape=(*x.shape[:axis], 1, *x.shape[axis:]))


@reads("Squeeze")
def _squeeze(node, x):
    axes = [axis % x.ndim for axis in node.attribute("squeeze_dims", [])]
    axes = axes or [axis for axis, size in enumerate(x.shape) if size == 1]
    shape = tuple(size for axis, size in enumerate(x.shape) if axis not in axes)
    return shaping.reshape(x, shape=shape)


@reads("Transpose")
def _transpose(node, x, axes):
    return shaping.transpose(x, axes=ints(axes))


@reads("InvertPermutation")
def _invert_permutation(node, x):
    return Tensor(np.argsort(x.value).astype(x.value.dtype))


@reads("Pack")
def _pack(node, *xs):
    return ops.stack(xs, axis=node.attribute("axis", 0))


@reads("Unpack")
def _unpack(node, x):
    axis = node.attribute("axis", 0) % x.ndim
    return tuple(ops.unstack(x, axis=axis))


@reads("ConcatV2")
def _concat(node, *xs):
    *xs, axis = xs
    return shaping.concatenate(*xs, axis=axis_of(xs[0], axis))


@reads("Concat")
def _concat_1(node, axis, *xs):
    return shaping.concatenate(*xs, axis=axis_of(xs[0], axis))


@reads("ConcatOffset")
def _concat_offset(node, axis, *shapes):
    before, out = 0, []
    for shape in shapes:
        offset = np.zeros(len(shape.value), np.int32)
        offset[int(axis)] = before
        before += int(shape.value[int(axis)])
        out.append(Tensor(offset))
    return tuple(out)


@reads("Split")
def _split(node, axis, x):
    return tuple(ops.split(x, node.attribute("num_split"), axis=axis_of(x, axis)))


@reads("SplitV")
def _split_by_sizes(node, x, sizes, axis):
    sizes = list(ints(sizes))
    if -1 in sizes:
        sizes[sizes.index(-1)] = x.shape[axis_of(x, axis)] - sum(s for s in sizes if s >= 0)
    return tuple(ops.split(x, np.cumsum(sizes)[:-1].tolist(), axis=axis_of(x, axis)))


@reads("Slice")
def _slice(node, x, begin, size):
    if type(begin) is not Tensor:  # not known before the program runs
        return indexing.dynamic_slice(x, begin, shape=ints(size))
    starts = ints(begin)
    shape = tuple(
        limit - start if n == -1 else n
        for n, start, limit in zip(ints(size), starts, x.shape, strict=True)
    )
    return shaping.slice(x, starts=starts, shape=shape, steps=(1,) * x.ndim)


@reads("StridedSlice")
def _strided_slice(node, x, begin, end, strides):
    return x[_subscript(node, begin, end, strides)]


def _subscript(node, begin, end, strides):
    """What stands in Python's brackets for the arguments and masks of a StridedSlice."""
    masks = {
        name: node.attribute(f"{name}_mask", 0)
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    out = []
    for i, (a, b, step) in enumerate(zip(ints(begin), ints(end), ints(strides), strict=True)):
        bit = 1 << i
        if masks["ellipsis"] & bit:
            out.append(...)
        elif masks["new_axis"] & bit:
            out.append(None)
        elif masks["shrink_axis"] & bit:
            out.append(a)
        else:
            a, b = None if masks["begin"] & bit else a, None if masks["end"] & bit else b
            out.append(slice(a, b, step))
    return tuple(out)


@reads("StridedSliceGrad")
def _strided_slice_gradient(node, shape, begin, end, strides, x):
    places = np.arange(math.prod(ints(shape)), dtype=np.int32).reshape(ints(shape))
    chosen = places[_subscript(node, begin, end, strides)].reshape(-1, 1)
    flat = shaping.reshape(x, shape=(x.size,))
    y = indexing.scatter_nd(Tensor(chosen), flat, shape=(places.size,))
    return shaping.reshape(y, shape=ints(shape))


@reads("TensorStridedSliceUpdate")
def _strided_slice_update(node, x, begin, end, strides, value):
    if type(begin) is not Tensor:
        return indexing.dynamic_update(x, begin, value)
    places = np.arange(x.size, dtype=np.int32).reshape(x.shape)
    chosen = places[_subscript(node, begin, end, strides)].reshape(-1, 1)
    flat = (shaping.reshape(part, shape=(part.size,)) for part in (x, value))
    first, second = flat
    y = indexing.scatter_update(first, Tensor(chosen), second, reduction=None)
    return shaping.reshape(y, shape=x.shape)


@reads("Pad", "PadV2")
def _pad(node, x, widths, value=None):
    widths = tuple(map(tuple, widths.value.tolist()))
    value = 0 if value is None else value.value.item()
    if x.dtype == "string":
        return Tensor(np.pad(x.value, widths, constant_values=value or b""))
    return shaping.pad(x, widths=widths, value=value)


@reads("MirrorPad")
def _mirror_pad(node, x, widths):
    return ops.pad(x, widths.value.tolist(), mode=node.text("mode").lower())


@reads("Fill")
def _fill(node, shape, value):
    return shaping.broadcast_to(value, shape=ints(shape))


@reads("ZerosLike")
def _zeros_like(node, x):
    return ops.zeros_like(x)


@reads("OnesLike")
def _ones_like(node, x):
    return ops.ones_like(x)


@reads("Range")
def _range(node, start, limit, delta):
    values = np.arange(*(part.value.item() for part in (start, limit, delta)))
    return Tensor(values.astype(start.value.dtype))


@reads("LinSpace")
def _linspace(node, start, stop, count):
    return ops.linspace(start, stop, int(count))


@reads("Tile")
def _tile(node, x, multiples):
    if x.dtype == "string":
        return Tensor(np.tile(x.value, ints(multiples)))
    return ops.tile(x, ints(multiples))


@reads("BroadcastTo")
def _broadcast_to(node, x, shape):
    return shaping.broadcast_to(x, shape=ints(shape))


@reads("BroadcastArgs")
def _broadcast_args(node, x, y):
    shape = np.broadcast_shapes(ints(x), ints(y))
    return Tensor(np.array(shape, x.value.dtype))


@reads("Gather", "GatherV2")
def _gather(node, x, indices, axis=0):
    axis, batch = axis_of(x, axis), node.attribute("batch_dims", 0)
    if not batch:
        return indexing.take(x, indices, axis=axis)
    batch %= indices.ndim + 1
    between = range(batch, axis)
    order = (*range(batch), axis, *between, *range(axis + 1, x.ndim))
    x = shaping.transpose(x, axes=order)
    rows, size = math.prod(x.shape[:batch]), x.shape[batch]
    flat = shaping.reshape(x, shape=(rows * size, *x.shape[batch + 1 :]))
    offsets = np.arange(rows).reshape(*x.shape[:batch], *(1,) * (indices.ndim - batch)) * size
    offsets = Tensor(offsets.astype(dtypes.to_numpy(indices.dtype)))
    y = indexing.take(flat, indices + offsets, axis=0)
    last = indices.ndim + len(between)
    back = (*range(batch), *range(indices.ndim, last), *range(batch, indices.ndim))
    return shaping.transpose(y, axes=(*back, *range(last, y.ndim)))


@reads("GatherNd")
def _gather_nd(node, x, indices):
    return indexing.gather_nd(x, indices)


@reads("ScatterNd")
def _scatter_nd(node, indices, updates, shape):
    return indexing.scatter_nd(indices, updates, shape=ints(shape))


_SCATTERS = {"Update": None, "Add": "add", "Max": "max", "Min": "min"}


@reads(*(f"TensorScatter{name}" for name in _SCATTERS))
def _scatter_update(node, x, indices, updates):
    reduction = _SCATTERS[node.op.removeprefix("TensorScatter")]
    return indexing.scatter_update(x, indices, updates, reduction=reduction)


@reads("OneHot")
def _one_hot(node, indices, depth, on, off):
    axis = node.attribute("axis", -1)
    classes = Tensor(np.arange(int(depth), dtype=dtypes.to_numpy(indices.dtype)))
    axis = indices.ndim if axis == -1 else axis
    shape = (*indices.shape[:axis], 1, *indices.shape[axis:])
    classes = shaping.reshape(classes, shape=(int(depth), *(1,) * (indices.ndim - axis)))
    hot = elementwise.equal(shaping.reshape(indices, shape=shape), classes)
    return elementwise.select(hot, on, off)


@reads("ReverseV2")
def _reverse(node, x, axes):
    return ops.flip(x, axis=ints(axes)) if ints(axes) else x


@reads("TopKV2")
def _top_k(node, x, k):
    order = indexing.argsort(x, axis=x.ndim - 1, descending=True)
    places = order[..., : int(k)]
    return indexing.take_along_axis(x, places, axis=x.ndim - 1), places


@reads("LowerBound", "UpperBound")
def _bound(node, rows, values):
    side = "left" if node.op == "LowerBound" else "right"
    if rows.shape[0] != 1:
        parts = [np.searchsorted(a, v, side) for a, v in zip(rows.value, values.value, strict=True)]
        return Tensor(np.array(parts, np.int32))
    return indexing.searchsorted(rows[0], values, side=side)


@reads("UnsortedSegmentSum")
def _segment_sum(node, x, segments, count):
    flat = shaping.reshape(x, shape=(segments.size, *x.shape[segments.ndim :]))
    places = shaping.reshape(segments, shape=(segments.size,))
    return indexing.take_add(flat, places, axis=0, size=int(count))


@reads("TensorListFromTensor")
def _list_of(node, x, _shape):
    return TensorList([x[i] for i in range(x.shape[0])])


class TensorList:
    """A list of tensors as the value of a tensor; operations on it make new ones."""

    def __init__(self, items):
        self.items = items


@reads("TensorListReserve", "EmptyTensorList")
def _new_list(node, _shape, count):
    return TensorList([None] * (int(count) if node.op == "TensorListReserve" else 0))


@reads("TensorListGetItem")
def _get_item(node, items, place, _shape):
    return items.items[int(place)]


@reads("TensorListSetItem")
def _set_item(node, items, place, value):
    place, new = int(place), list(items.items)
    new += [None] * (place + 1 - len(new))
    new[place] = value
    return TensorList(new)


@reads("TensorListPushBack")
def _push_back(node, items, value):
    return TensorList([*items.items, value])


@reads("TensorListStack")
def _stack_list(node, items, shape):
    missing = next((x for x in items.items if x is not None), None)
    if missing is None:
        return Tensor(np.zeros((0, *ints(shape)), dtypes.to_numpy(node.attribute("element_dtype"))))
    return ops.stack([ops.zeros_like(missing) if x is None else x for x in items.items], axis=0)


@reads("TensorListLength")
def _list_length(node, items):
    return as_tensor(len(items.items))
