"""Metrics of the k classes with the greatest scores."""

from estikeras import errors, ops
from estikeras.compat.metrics.streaming import spread, streaming
from estikeras.engine.tensor import as_tensor
from estikeras.public import public


def _ranked(labels, ranked):
    """Labels (..., labels) and ranked class numbers (..., k), both int64."""
    labels, ranked = as_tensor(labels), as_tensor(ranked)
    if labels.dtype not in ("int32", "int64"):
        raise errors.wrong_type("labels", got=labels, expected="class numbers, int32 or int64")
    if len(labels.shape) == len(ranked.shape) - 1:
        labels = ops.expand_dims(labels, -1)
    if labels.shape[:-1] != ranked.shape[:-1]:
        raise errors.shape_mismatch(
            "labels", got=labels.shape, expected=f"{ranked.shape[:-1]}, and an axis of labels"
        )
    return ops.cast(labels, "int64"), ops.cast(ranked, "int64")


def _first_places(labels):
    """1 for each label, 0 where it stands there once more."""
    same = ops.equal(ops.expand_dims(labels, -1), ops.expand_dims(labels, -2))
    count = labels.shape[-1]
    before = ops.cast(ops.expand_dims(ops.arange(count), 1) > ops.arange(count), "float64")
    return ops.cast(ops.equal(ops.sum(ops.cast(same, "float64") * before, -1), 0), "float64")


def _hits(ranked, labels):
    """1 where a ranked class is one of the labels."""
    same = ops.equal(ops.expand_dims(ranked, -1), ops.expand_dims(labels, -2))
    return ops.cast(ops.any(same, axis=-1), "float64")


def _counts(labels, ranked, class_id, weights):
    """Batch sums of true positives, false positives and false negatives."""
    hits, found = _hits(ranked, labels), _hits(labels, ranked)
    single = _first_places(labels)
    of_class = [1.0, 1.0]
    if class_id is not None:
        of_class = [ops.cast(ops.equal(x, class_id), "float64") for x in (ranked, labels)]
    true = ops.sum(hits * of_class[0], -1)
    false = ops.sum((1 - hits) * of_class[0], -1)
    missed = ops.sum((1 - found) * single * of_class[1], -1)
    weights = spread(weights, true, "float64")
    return [ops.sum(count * weights) for count in (true, false, missed)]


def _name(name, k, class_id):
    name = f"{name}_at_{'k' if k is None else k}"
    return name if class_id is None else f"{name}_class{class_id}"


def _part(right, wrong):
    return right / (right + wrong)


@public("compat.v1.metrics.precision_at_top_k")
def precision_at_top_k(
    labels,
    predictions_idx,
    k=None,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of the best k classes are labels.

    Args:
        labels: (..., labels) class numbers, or (...) with one label each; numbers that are no class
            stand for none.
        predictions_idx: (..., k) numbers of the best classes.
        k: int for the name; None leaves it out.
        class_id: count this class only; None counts all.
        weights: number, or (...); None stands for ones.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.

    Returns:
        The value over all batches before this run, and the operation that adds this batch.
    """
    labels, ranked = _ranked(labels, predictions_idx)
    true, false, _ = _counts(labels, ranked, class_id, weights)
    batch = {"true_positive": true, "false_positive": false}
    default = _name("precision", k, class_id)
    return streaming(batch, _part, name, default, metrics_collections, updates_collections)


@public("compat.v1.metrics.precision_at_k", "compat.v1.metrics.sparse_precision_at_k")
def precision_at_k(
    labels,
    predictions,
    k,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of the k classes with the greatest scores are labels.

    Args:
        labels: see `precision_at_top_k`.
        predictions: (..., classes) scores.
        k: int.
        class_id: see `precision_at_top_k`, as for all that follow.
        weights: number, or (...); None stands for ones.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.
    """
    _, ranked = ops.top_k(as_tensor(predictions), k)
    rest = (weights, metrics_collections, updates_collections, name)
    return precision_at_top_k(labels, ranked, k, class_id, *rest)


@public("compat.v1.metrics.recall_at_top_k")
def recall_at_top_k(
    labels,
    predictions_idx,
    k=None,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of the labels is among the best k classes; see `precision_at_top_k`."""
    labels, ranked = _ranked(labels, predictions_idx)
    true, _, missed = _counts(labels, ranked, class_id, weights)
    batch = {"true_positive": true, "false_negative": missed}
    default = _name("recall", k, class_id)
    return streaming(batch, _part, name, default, metrics_collections, updates_collections)


@public("compat.v1.metrics.recall_at_k")
def recall_at_k(
    labels,
    predictions,
    k,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of the labels is among the k classes with the greatest scores.

    See `precision_at_k` for the arguments.
    """
    _, ranked = ops.top_k(as_tensor(predictions), k)
    rest = (weights, metrics_collections, updates_collections, name)
    return recall_at_top_k(labels, ranked, k, class_id, *rest)


@public(
    "compat.v1.metrics.average_precision_at_k", "compat.v1.metrics.sparse_average_precision_at_k"
)
def average_precision_at_k(
    labels,
    predictions,
    k,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean over the labels of the precision at the place where each is found.

    Args:
        labels: (..., labels) class numbers, or (...) with one label each; numbers that are no class
            stand for none.
        predictions: (..., classes) scores.
        k: int, how many places count.
        weights: number, or (...); None stands for ones.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.

    Returns:
        The value over all batches before this run, and the operation that adds this batch.
    """
    predictions = as_tensor(predictions)
    _, ranked = ops.top_k(predictions, k)
    labels, ranked = _ranked(labels, ranked)
    hits = _hits(ranked, labels)
    places = ops.cast(ops.arange(1, k + 1), "float64")
    precisions = ops.sum(ops.cumsum(hits, axis=-1) / places * hits, -1)
    is_class = ops.logical_and(labels >= 0, labels < predictions.shape[-1])
    relevant = ops.minimum(ops.sum(ops.cast(is_class, "float64"), -1), float(k))
    average = precisions / relevant
    weights = spread(weights, average, "float64")
    batch = {"total": ops.sum(average * weights), "max": ops.sum(weights)}
    default = f"average_precision_at_{k}"
    return streaming(
        batch, ops.divide_no_nan, name, default, metrics_collections, updates_collections
    )
