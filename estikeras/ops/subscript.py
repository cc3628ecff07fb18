"""`x[...]`: Python's and NumPy's ways to index, turned into slices, reshapes and gathers."""

import numpy as np

from estikeras.engine import shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.core import tensor, value_for_size
from estikeras.ops.indexing import from_zero
from estikeras.primitives import indexing, shaping

_KEEP_ROWS = (
    "Keep all rows, and let the mask choose: losses and metrics take "
    "`weights=tf.cast(mask, tf.float32)`, a sum is `tf.reduce_sum(tf.where(mask, x, 0))`, and a "
    "mean is that sum, divided by `tf.math.divide_no_nan` by "
    "`tf.reduce_sum(tf.cast(mask, x.dtype))`. Rows of the input are picked in input_fn, by "
    "`dataset.map` before `batch`, or `dataset.filter`."
)


@op("keras.ops.get_item", "keras.ops.numpy.get_item")
def get_item(x, key):
    """`x[key]`, where the key holds ints, slices, None, `...`, integer tensors or (eager only)
    boolean ones.
    """
    x = as_tensor(x)
    keys = _complete(key if isinstance(key, tuple) else (key,), x.ndim)
    x, arrays = _basic(x, keys)
    return _advanced(x, arrays) if arrays else x


def _is_basic(key):
    return key is None or (isinstance(key, (slice, int, np.integer)) and not isinstance(key, bool))


def _complete(keys, ndim):
    """One key for each axis, and None for each new one: `...` written out, masks replaced by
    indices.
    """
    flat = []
    for key in keys:
        if key is Ellipsis or _is_basic(key):
            flat.append(key)
            continue
        key = as_tensor(key)
        if key.dtype == "bool":
            mask = value_for_size(key, "`boolean_mask` and `x[mask]`", _KEEP_ROWS)
            flat.extend(Tensor(places.astype(np.int32)) for places in np.nonzero(mask))
        else:
            flat.append(key)
    used = sum(key is not None and key is not Ellipsis for key in flat)
    if used > ndim or sum(key is Ellipsis for key in flat) > 1:
        raise IndexError(f"Too many indices: {used} for a tensor of {ndim} axes.")
    rest = [slice(None)] * (ndim - used)
    for i, key in enumerate(flat):
        if key is Ellipsis:
            return [*flat[:i], *rest, *flat[i + 1 :]]
    return flat + rest


def _basic(x, keys):
    """The tensor after all slices, ints and new axes, and the index tensors by the axis they are
    left for.
    """
    starts, sizes, steps, shape, arrays = [], [], [], [], {}
    axis = 0
    for key in keys:
        if key is None:
            shape.append(1)
            continue
        limit = x.shape[axis]
        start, size, step = _span(key, limit, axis)
        if isinstance(key, Tensor):
            arrays[len(shape)] = from_zero(key, limit)
        if isinstance(key, (slice, Tensor)):
            shape.append(size)
        starts.append(start)
        sizes.append(size)
        steps.append(step)
        axis += 1
    if tuple(sizes) != x.shape or any(step != 1 for step in steps):
        x = shaping.slice(x, starts=tuple(starts), shape=tuple(sizes), steps=tuple(steps))
    if tuple(shape) != x.shape:
        x = shaping.reshape(x, shape=tuple(shape))
    return x, arrays


def _span(key, limit, axis):
    """First position, count and step of what a key takes of an axis of size `limit`."""
    if isinstance(key, Tensor):
        return 0, limit, 1
    if isinstance(key, slice):
        limits = [
            part.__index__() if part is not None else None
            for part in (key.start, key.stop, key.step)
        ]
        start, stop, step = slice(*limits).indices(limit)
        size = len(range(start, stop, step))
        return (start if size else 0), size, step
    if not -limit <= key < limit:
        raise IndexError(f"Index {int(key)} is out of range for axis {axis} of size {limit}.")
    return int(key) % limit, 1, 1


def _advanced(x, arrays):
    """Index tensors applied together; their axes come first unless they are neighbours."""
    axes = sorted(arrays)
    if len(axes) == 1:
        return indexing.take(x, arrays[axes[0]], axis=axes[0])
    shape = shapes.broadcast(*[arrays[a].shape for a in axes])
    columns = [tensor(shaping.broadcast_to(arrays[a], shape=shape), "int32") for a in axes]
    columns = [shaping.reshape(c, shape=(*shape, 1)) for c in columns]
    places = shaping.concatenate(*columns, axis=len(shape))
    rest = [a for a in range(x.ndim) if a not in axes]
    y = indexing.gather_nd(shaping.transpose(x, axes=(*axes, *rest)), places)
    if axes != list(range(axes[0], axes[0] + len(axes))) or axes[0] == 0:
        return y
    front = range(len(shape), len(shape) + axes[0])
    back = range(len(shape) + axes[0], y.ndim)
    return shaping.transpose(y, axes=(*front, *range(len(shape)), *back))
