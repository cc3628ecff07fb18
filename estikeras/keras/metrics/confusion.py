"""Weighted counts of true and false positives and negatives at thresholds; what precision, recall,
AUC and others add up.
"""

import math

from estikeras import errors, ops
from estikeras.keras.losses.base import squeeze_or_expand_to_same_rank

# Lower than every prediction: with `top_k`, all that is not left out counts as positive.
LOWEST = -1e10


def as_thresholds(thresholds, default):
    """A list of thresholds in [0, 1] from a number, a list or None.

    Raises:
        ValueError: for numbers outside.
    """
    if thresholds is None:
        return [default]
    thresholds = list(thresholds) if isinstance(thresholds, list | tuple) else [thresholds]
    wrong = [t for t in thresholds if t is None or not 0 <= t <= 1]
    if wrong:
        raise errors.invalid("thresholds", got=wrong, expected="numbers in [0, 1]")
    return thresholds


def are_even(thresholds):
    """Whether at least 3 thresholds divide [0, 1] evenly, so that predictions can be sorted into
    buckets.
    """
    steps = len(thresholds) - 1
    return steps >= 2 and all(
        abs(t - i / steps) <= 1e-7 + 1e-5 * i / steps for i, t in enumerate(thresholds)
    )


def counts(
    y_true,
    y_pred,
    thresholds,
    sample_weight=None,
    *,
    even=False,
    top_k=None,
    class_id=None,
    multi_label=False,
    label_weights=None,
    dtype="float32",
):
    """The four counts of a batch at each threshold.

    Args:
        y_true: labels, `(batch, ...)`; what is not 0 is positive.
        y_pred: predictions of the same shape; what is greater than a threshold is positive.
        thresholds: list of numbers.
        sample_weight: weights of the first axes, or None.
        even: whether `thresholds` divide [0, 1] evenly; then predictions outside count as 0 or 1.
        top_k: how many predictions of the last axis can be positive, or None for all.
        class_id: the one index of the last axis that counts, or None for all.
        multi_label: whether each column of `(batch, labels)` is counted on its own.
        label_weights: weights of the last axis, or None.
        dtype: dtype of the counts.

    Returns:
        Four tensors `(thresholds,)`, or `(thresholds, labels)` with `multi_label`: true positives,
        false positives,
        true negatives, false negatives.

    Raises:
        ValueError: if there is a `class_id`, but no last axis of classes.
    """
    y_true = ops.convert_to_tensor(y_true, dtype=dtype)
    y_pred = ops.convert_to_tensor(y_pred, dtype=dtype)
    y_pred, y_true = squeeze_or_expand_to_same_rank(y_pred, y_true)
    if top_k is not None:
        y_pred = _only_top(y_pred, top_k)
    if class_id is not None:
        if len(y_pred.shape) == 1:
            raise errors.shape_mismatch(
                "y_pred", got=y_pred.shape, expected="(samples, classes), for `class_id`"
            )
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]
    weights = _weights(y_pred.shape, y_true, sample_weight, label_weights, dtype)
    if not multi_label:
        y_pred, y_true = ops.reshape(y_pred, (-1,)), ops.reshape(y_true, (-1,))
        weights = weights if weights is None else ops.reshape(weights, (-1,))
    # The last axis holds the weight as a positive and as a negative sample; one of both is 0.
    is_positive = ops.cast(ops.not_equal(y_true, 0.0), dtype)
    data = ops.equal(ops.expand_dims(is_positive, -1), ops.convert_to_tensor([1.0, 0.0], dtype))
    data = ops.cast(data, dtype)
    if weights is not None:
        data = data * ops.expand_dims(weights, -1)
    count = _count_in_buckets if even else _count_by_comparison
    above, below = count(y_pred, data, thresholds)
    return above[..., 0], above[..., 1], below[..., 1], below[..., 0]


def _only_top(y_pred, k):
    indices = ops.top_k(y_pred, k)[1]
    keep = ops.sum(ops.one_hot(indices, y_pred.shape[-1], dtype=y_pred.dtype), axis=-2)
    return y_pred * keep + LOWEST * (1.0 - keep)


def _weights(shape, y_true, sample_weight, label_weights, dtype):
    weights = None
    if sample_weight is not None:
        sample_weight = ops.expand_dims(ops.convert_to_tensor(sample_weight, dtype=dtype), -1)
        _, weights = squeeze_or_expand_to_same_rank(y_true, sample_weight, expand_rank_1=False)
    if label_weights is not None:
        label_weights = ops.expand_dims(label_weights, 0)
        weights = label_weights if weights is None else weights * label_weights
    return weights if weights is None else ops.broadcast_to(weights, shape)


def _count_by_comparison(y_pred, data, thresholds):
    """Sums of `data`, `(samples, ..., 2)`, over the samples above and below each threshold."""
    limits = ops.convert_to_tensor(thresholds, dtype=y_pred.dtype)
    limits = ops.reshape(limits, (-1, *(1 for _ in data.shape)))
    above = ops.cast(ops.greater(ops.expand_dims(y_pred, -1), limits), y_pred.dtype)
    return ops.sum(above * data, axis=1), ops.sum((1.0 - above) * data, axis=1)


def _count_in_buckets(y_pred, data, thresholds):
    """What `_count_by_comparison` gives, for even thresholds: sort into buckets, then sum up."""
    size, labels = len(thresholds), tuple(y_pred.shape[1:])
    bucket = ops.ceil(ops.clip(y_pred, 0.0, 1.0) * (size - 1)) - 1.0
    counted = data
    if thresholds[0] >= 0.0:
        # Predictions of 0 are above no threshold.
        counted = data * ops.expand_dims(ops.cast(bucket >= 0.0, data.dtype), -1)
    # The highest bucket comes first, so that sums run down to each threshold.
    place = ops.cast((size - 1) - ops.maximum(bucket, 0.0), "int32")
    if labels:
        place = place * labels[0] + ops.arange(labels[0], dtype="int32")
    rows = ops.reshape(counted, (-1, 2))
    sums = ops.segment_sum(rows, ops.reshape(place, (-1,)), size * math.prod(labels))
    above = ops.flip(ops.cumsum(ops.reshape(sums, (size, *labels, 2)), axis=0), axis=0)
    return above, ops.sum(data, axis=0) - above
