"""Segments, counts and classes under TensorFlow's names and signatures: `tf.math.segment_sum`,
`confusion_matrix`, ...
"""

import numpy as np

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import comparison, core, math, reduction, segment
from estikeras.ops.indexing import in_top_k as keras_in_top_k
from estikeras.primitives import elementwise, indexing, shaping


def _count(segment_ids):
    """The number of segments; their ids must not fall."""
    ids = as_tensor(segment_ids).value
    if (np.diff(ids) < 0).any():
        raise errors.invalid("segment_ids", got=ids, expected="ids that do not fall")
    return int(ids.max(initial=-1)) + 1


def _sizes(data, segment_ids, count):
    """How many rows each segment has, in the shape of a column beside the results."""
    data = as_tensor(data)
    ones = np.ones(data.shape[:1], "float32")
    sizes = segment.segment_sum(ones, segment_ids, count)
    return shaping.reshape(sizes, shape=(count,) + (1,) * (data.ndim - 1))


def _zero_if_empty(y, data, segment_ids, count):
    filled = _sizes(data, segment_ids, count) > 0
    return elementwise.select(filled, y, elementwise.constant(0, y))


@op("math.segment_sum")
def segment_sum(data, segment_ids, name=None):
    """The sums of the rows of each segment; the ids do not fall."""
    return segment.segment_sum(data, segment_ids, _count(segment_ids))


@op("math.segment_prod")
def segment_prod(data, segment_ids, name=None):
    """The products of the rows of each segment; the ids do not fall."""
    return segment.segment_prod(data, segment_ids, _count(segment_ids))


@op("math.segment_max")
def segment_max(data, segment_ids, name=None):
    """The largest elements of each segment's rows, 0 where it is empty; the ids do not fall."""
    count = _count(segment_ids)
    y = segment.segment_max(data, segment_ids, count)
    return _zero_if_empty(y, data, segment_ids, count)


@op("math.segment_min")
def segment_min(data, segment_ids, name=None):
    """The smallest elements of each segment's rows, 0 where it is empty; the ids do not fall."""
    count = _count(segment_ids)
    y = segment.segment_min(data, segment_ids, count)
    return _zero_if_empty(y, data, segment_ids, count)


@op("math.segment_mean")
def segment_mean(data, segment_ids, name=None):
    """The means of the rows of each segment, 0 where it is empty; the ids do not fall."""
    return unsorted_segment_mean(data, segment_ids, _count(segment_ids))


@op("math.unsorted_segment_sum")
def unsorted_segment_sum(data, segment_ids, num_segments, name=None):
    """The sums of the rows of each segment, 0 where it is empty."""
    return segment.segment_sum(data, segment_ids, num_segments)


@op("math.unsorted_segment_prod")
def unsorted_segment_prod(data, segment_ids, num_segments, name=None):
    """The products of the rows of each segment, 1 where it is empty."""
    return segment.segment_prod(data, segment_ids, num_segments)


def _finite(y):
    """Infinities, which stand for empty segments, as the limits of the dtype, which TensorFlow
    gives.
    """
    return math.nan_to_num(y, nan=float("nan"))


@op("math.unsorted_segment_max")
def unsorted_segment_max(data, segment_ids, num_segments, name=None):
    """The largest elements of the rows of each segment, the least value where it is empty."""
    return _finite(segment.segment_max(data, segment_ids, num_segments))


@op("math.unsorted_segment_min")
def unsorted_segment_min(data, segment_ids, num_segments, name=None):
    """The smallest elements of the rows of each segment, the largest value where it is empty."""
    return _finite(segment.segment_min(data, segment_ids, num_segments))


@op("math.unsorted_segment_mean")
def unsorted_segment_mean(data, segment_ids, num_segments, name=None):
    """The means of the rows of each segment, 0 where it is empty."""
    total = core.floating(segment.segment_sum(data, segment_ids, num_segments))
    sizes = core.tensor(_sizes(data, segment_ids, num_segments), total.dtype)
    return total / elementwise.maximum(sizes, elementwise.constant(1, sizes))


@op("math.unsorted_segment_sqrt_n")
def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """The sums of the rows of each segment divided by the square roots of their numbers."""
    total = core.floating(segment.segment_sum(data, segment_ids, num_segments))
    sizes = core.tensor(_sizes(data, segment_ids, num_segments), total.dtype)
    return total / elementwise.sqrt(elementwise.maximum(sizes, elementwise.constant(1, sizes)))


@op("math.bincount")
def bincount(
    arr,
    weights=None,
    minlength=None,
    maxlength=None,
    dtype="int32",
    name=None,
    axis=None,
    binary_output=False,
):
    """How often each number from 0 to below `maxlength` occurs, in all or (axis=-1) in each row of
    a matrix.
    """
    if binary_output:
        raise errors.unsupported(
            "bincount with binary_output=True", "Use `tf.math.bincount(...) > 0`."
        )
    arr = as_tensor(arr)
    arr = arr if axis == -1 else shaping.reshape(arr, shape=(arr.size,))
    if weights is not None:
        weights = shaping.reshape(as_tensor(weights), shape=arr.shape)
    y = segment.bincount(arr, weights, minlength or 0)
    y = y if maxlength is None else y[..., :maxlength]
    return y if weights is not None else core.cast(y, dtype)


@op("math.confusion_matrix")
def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    """How often each label (row) was predicted as each class (column).

    Args:
        labels: `(samples,)` integers from 0 on.
        predictions: `(samples,)` integers from 0 on.
        num_classes: how many classes there are; None counts them (eager only).
        weights: `(samples,)`, what a sample counts, by default 1.
        dtype: of the result.
        name: of no consequence.
    """
    labels, predictions = core.tensor(labels, "int32"), core.tensor(predictions, "int32")
    if num_classes is None:
        num_classes = max(int(x.value.max(initial=-1)) + 1 for x in (labels, predictions))
    weights = core.tensor(1 if weights is None else weights, str(dtype))
    weights = shaping.broadcast_to(weights, shape=labels.shape)
    columns = [shaping.reshape(x, shape=(x.size, 1)) for x in (labels, predictions)]
    places = shaping.concatenate(*columns, axis=1)
    return indexing.scatter_nd(places, weights, shape=(int(num_classes),) * 2)


@op("math.in_top_k", "nn.in_top_k")
def in_top_k(targets, predictions, k, name=None):
    """Whether the prediction of each target class is among the k largest of its row."""
    return keras_in_top_k(targets, predictions, k)


@op("math.zero_fraction", "nn.zero_fraction")
def zero_fraction(value, name=None):
    """The share of elements that are zero, float32."""
    x = as_tensor(value)
    zeros = core.tensor(elementwise.equal(x, elementwise.constant(0, x)), "float32")
    return reduction.mean(zeros)


@op("histogram_fixed_width_bins")
def histogram_fixed_width_bins(values, value_range, nbins=100, dtype="int32", name=None):
    """The number of the bin of each value among `nbins` equal ones; values beyond the range go to
    the outer bins.
    """
    low, high = (float(as_tensor(v)) for v in (value_range[0], value_range[1]))
    place = (core.floating(values) - low) * (nbins / (high - low))
    return core.cast(math.clip(math.floor(place), 0, nbins - 1), dtype)


@op("histogram_fixed_width")
def histogram_fixed_width(values, value_range, nbins=100, dtype="int32", name=None):
    """How many values fall into each of `nbins` equal bins; values beyond the range go to the outer
    bins.
    """
    bins = histogram_fixed_width_bins(values, value_range, nbins)
    bins = shaping.reshape(bins, shape=(bins.size,))
    return segment.segment_sum(np.ones(bins.shape, str(dtype)), bins, nbins)


@op("math.invert_permutation")
def invert_permutation(x, name=None):
    """The permutation that undoes a permutation."""
    x = as_tensor(x)
    return indexing.scatter_nd(
        shaping.reshape(x, shape=(x.size, 1)), np.arange(x.size, dtype=x.dtype), shape=x.shape
    )


def _neighbours(x, compare):
    x = as_tensor(x)
    x = shaping.reshape(x, shape=(x.size,))
    return reduction.all(compare(x[:-1], x[1:]))


@op("math.is_non_decreasing")
def is_non_decreasing(x, name=None):
    """Whether no element is less than the one before it."""
    return _neighbours(x, comparison.less_equal)


@op("math.is_strictly_increasing")
def is_strictly_increasing(x, name=None):
    """Whether every element is greater than the one before it."""
    return _neighbours(x, comparison.less)


@op("dynamic_partition")
def dynamic_partition(data, partitions, num_partitions, name=None):
    """A list of the parts of `data` that belong to each of the partitions (eager only)."""
    data = as_tensor(data)
    partitions = core.value_for_size(
        partitions,
        "`dynamic_partition`",
        "Compute for all rows, and choose by `tf.where(tf.equal(partitions, i), x, y)`.",
    )
    rest = data.shape[partitions.ndim :]
    rows = shaping.reshape(data, shape=(partitions.size, *rest))
    places = [np.flatnonzero(partitions == i).astype(np.int32) for i in range(num_partitions)]
    return [indexing.take(rows, p, axis=0) for p in places]


@op("dynamic_stitch")
def dynamic_stitch(indices, data, name=None):
    """One tensor from parts: the slice at `indices[m][i]` is `data[m][i]`, later ones win (eager
    only).
    """
    places = np.concatenate([as_tensor(i).value.reshape(-1) for i in indices])
    parts = core.promote(*data)
    rest = parts[0].shape[as_tensor(indices[0]).ndim :]
    rows = shaping.concatenate(
        *[
            shaping.reshape(p, shape=(as_tensor(i).size, *rest))
            for p, i in zip(parts, indices, strict=True)
        ],
        axis=0,
    )
    last = np.zeros(int(places.max(initial=-1)) + 1, np.int32)
    last[places] = np.arange(places.size, dtype=np.int32)
    return indexing.take(rows, Tensor(last), axis=0)
