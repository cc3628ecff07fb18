"""Weighted counts of true and false positives and negatives at thresholds; what precision, recall,
AUC and others add up.
"""

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
    weights = _weights(y_pred, y_true, sample_weight, label_weights)
    is_positive = ops.cast(ops.not_equal(y_true, 0), dtype)
    positives, negatives = is_positive * weights, (1.0 - is_positive) * weights
    if not multi_label:
        y_pred, positives, negatives = (
            ops.reshape(x, (-1, 1)) for x in (y_pred, positives, negatives)
        )
    count = _count_in_buckets if even else _count_by_comparison
    table = count(y_pred, positives, negatives, thresholds, dtype)
    return tuple(x if multi_label else ops.squeeze(x, axis=1) for x in table)


def _only_top(y_pred, k):
    indices = ops.top_k(y_pred, k)[1]
    keep = ops.sum(ops.one_hot(indices, y_pred.shape[-1], dtype=y_pred.dtype), axis=-2)
    return y_pred * keep + LOWEST * (1.0 - keep)


def _weights(y_pred, y_true, sample_weight, label_weights):
    weights = ops.ones_like(y_pred)
    if sample_weight is not None:
        sample_weight = ops.expand_dims(
            ops.convert_to_tensor(sample_weight, dtype=y_pred.dtype), axis=-1
        )
        _, sample_weight = squeeze_or_expand_to_same_rank(
            y_true, sample_weight, expand_rank_1=False
        )
        weights = weights * sample_weight
    return weights if label_weights is None else weights * ops.expand_dims(label_weights, 0)


def _count_by_comparison(y_pred, positives, negatives, thresholds, dtype):
    """Compare all `(samples, labels)` predictions with all thresholds."""
    limits = ops.reshape(ops.convert_to_tensor(thresholds, dtype=dtype), (-1, 1, 1))
    above = ops.cast(ops.greater(ops.expand_dims(y_pred, 0), limits), dtype)
    below = 1.0 - above
    pairs = ((above, positives), (above, negatives), (below, negatives), (below, positives))
    return tuple(ops.sum(side * weights, axis=1) for side, weights in pairs)


def _count_in_buckets(y_pred, positives, negatives, thresholds, dtype):
    """Sort all `(samples, labels)` predictions into the buckets between even thresholds, then sum
    from the top.
    """
    size, labels = len(thresholds), y_pred.shape[1]
    bucket = ops.ceil(ops.clip(y_pred, 0.0, 1.0) * (size - 1)) - 1.0
    in_bucket = ops.cast(bucket >= 0.0, dtype)
    if thresholds[0] < 0.0:
        in_bucket = ops.ones_like(in_bucket)
    index = ops.cast(ops.maximum(bucket, 0.0), "int32") * labels + ops.arange(labels, dtype="int32")
    data = ops.stack([positives * in_bucket, negatives * in_bucket], axis=-1)
    sums = ops.segment_sum(ops.reshape(data, (-1, 2)), ops.reshape(index, (-1,)), size * labels)
    above = ops.flip(
        ops.cumsum(ops.flip(ops.reshape(sums, (size, labels, 2)), axis=0), axis=0), axis=0
    )
    true_positives, false_positives = above[..., 0], above[..., 1]
    true_negatives = ops.sum(negatives, axis=0) - false_positives
    false_negatives = ops.sum(positives, axis=0) - true_positives
    return true_positives, false_positives, true_negatives, false_negatives
