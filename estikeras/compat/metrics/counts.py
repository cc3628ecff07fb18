"""How many predictions of two classes are right and wrong, and what follows: precision, recall."""

from estikeras import ops
from estikeras.compat.metrics.streaming import fitted, spread, streaming
from estikeras.public import public


def _counted(labels, predictions, weights, *kinds):
    """Batch sums of true and false positives and negatives, in the order of `kinds`."""
    labels, predictions = ops.cast(labels, "bool"), ops.cast(predictions, "bool")
    predictions, labels, weights = fitted(predictions, labels, weights)
    weights = spread(weights, labels)
    cases = {
        "true_positives": (labels, predictions),
        "false_positives": (ops.logical_not(labels), predictions),
        "true_negatives": (ops.logical_not(labels), ops.logical_not(predictions)),
        "false_negatives": (labels, ops.logical_not(predictions)),
    }
    return {
        kind: ops.sum(ops.cast(ops.logical_and(*cases[kind]), "float32") * weights)
        for kind in kinds
    }


def _count(kind, labels, predictions, weights, *rest):
    batch = {"count": _counted(labels, predictions, weights, kind)[kind]}
    name, metrics_collections, updates_collections = rest
    return streaming(batch, _same, name, kind, metrics_collections, updates_collections)


def _same(count):
    return count


@public("compat.v1.metrics.true_positives")
def true_positives(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The sum of the weights of true labels that were predicted.

    Args:
        labels: tensor, cast to bool.
        predictions: likewise, of the same shape.
        weights: number, or what broadcasts to the labels; None stands for ones.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.

    Returns:
        The value over all batches before this run, and the operation that adds this batch.
    """
    rest = (name, metrics_collections, updates_collections)
    return _count("true_positives", labels, predictions, weights, *rest)


@public("compat.v1.metrics.false_positives")
def false_positives(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The sum of the weights of false labels that were predicted to be true.

    See `true_positives` for the arguments.
    """
    rest = (name, metrics_collections, updates_collections)
    return _count("false_positives", labels, predictions, weights, *rest)


@public("compat.v1.metrics.true_negatives")
def true_negatives(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The sum of the weights of false labels that were predicted.

    See `true_positives` for the arguments.
    """
    rest = (name, metrics_collections, updates_collections)
    return _count("true_negatives", labels, predictions, weights, *rest)


@public("compat.v1.metrics.false_negatives")
def false_negatives(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The sum of the weights of true labels that were predicted to be false.

    See `true_positives` for the arguments.
    """
    rest = (name, metrics_collections, updates_collections)
    return _count("false_negatives", labels, predictions, weights, *rest)


def _part(right, wrong):
    return ops.divide_no_nan(right, right + wrong)


@public("compat.v1.metrics.precision")
def precision(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of what was predicted to be true is; see `true_positives` for the arguments."""
    batch = _counted(labels, predictions, weights, "true_positives", "false_positives")
    return streaming(batch, _part, name, "precision", metrics_collections, updates_collections)


@public("compat.v1.metrics.recall")
def recall(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of what is true was predicted; see `true_positives` for the arguments."""
    batch = _counted(labels, predictions, weights, "true_positives", "false_negatives")
    return streaming(batch, _part, name, "recall", metrics_collections, updates_collections)
