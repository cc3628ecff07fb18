"""Metrics of probabilities: what is right and wrong at each of some thresholds."""

from estikeras import errors, ops
from estikeras.compat.metrics.streaming import fitted, spread, streaming
from estikeras.engine.tensor import as_tensor
from estikeras.public import public

EPSILON = 1e-7
ALL = ("true_positives", "false_negatives", "true_negatives", "false_positives")


def counted_at(labels, predictions, thresholds, weights, kinds=ALL):
    """Batch sums (thresholds,) of true and false positives and negatives.

    Args:
        labels: tensor, cast to bool.
        predictions: probabilities of the same shape.
        thresholds: sequence of float; what is above one is predicted to be true.
        weights: number, or what broadcasts to the labels; None stands for ones.
        kinds: which sums.

    Returns:
        dict from kind to tensor.
    """
    labels, predictions = ops.cast(labels, "bool"), ops.cast(predictions, "float32")
    predictions, labels, weights = fitted(predictions, labels, weights)
    weights = ops.reshape(spread(weights, predictions), (1, -1))
    predictions, labels = ops.reshape(predictions, (1, -1)), ops.reshape(labels, (1, -1))
    thresholds = ops.reshape(ops.cast(as_tensor([*thresholds]), "float32"), (-1, 1))
    positive = ops.cast(ops.greater(predictions, thresholds), "float32")
    true = ops.cast(labels, "float32") * weights
    false = weights - true
    cases = {
        "true_positives": (positive, true),
        "false_negatives": (1 - positive, true),
        "true_negatives": (1 - positive, false),
        "false_positives": (positive, false),
    }
    return {kind: ops.sum(cases[kind][0] * cases[kind][1], axis=1) for kind in kinds}


def even_thresholds(count, last=1 + EPSILON):
    """Thresholds from below 0 to above 1 at equal distances."""
    inner = [(i + 1) / (count - 1) for i in range(count - 2)]
    return [-EPSILON, *inner, last]


def _count_at(kind, labels, predictions, thresholds, weights, *rest):
    batch = counted_at(labels, predictions, thresholds, weights, (kind,))
    name, metrics_collections, updates_collections = rest
    return streaming(batch, lambda x: x, name, kind, metrics_collections, updates_collections)


@public("compat.v1.metrics.true_positives_at_thresholds")
def true_positives_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The sums of the weights of true labels that were predicted, for each threshold.

    Args:
        labels: tensor, cast to bool.
        predictions: probabilities of the same shape.
        thresholds: sequence of float; what is above one is predicted to be true.
        weights: number, or what broadcasts to the labels; None stands for ones.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.

    Returns:
        The value over all batches before this run, and the operation that adds this batch.
    """
    rest = (weights, name, metrics_collections, updates_collections)
    return _count_at("true_positives", labels, predictions, thresholds, *rest)


@public("compat.v1.metrics.false_positives_at_thresholds")
def false_positives_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The sums of the weights of false labels that were predicted to be true, for each threshold.

    See `true_positives_at_thresholds` for the arguments.
    """
    rest = (weights, name, metrics_collections, updates_collections)
    return _count_at("false_positives", labels, predictions, thresholds, *rest)


@public("compat.v1.metrics.true_negatives_at_thresholds")
def true_negatives_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The sums of the weights of false labels that were predicted, for each threshold.

    See `true_positives_at_thresholds` for the arguments.
    """
    rest = (weights, name, metrics_collections, updates_collections)
    return _count_at("true_negatives", labels, predictions, thresholds, *rest)


@public("compat.v1.metrics.false_negatives_at_thresholds")
def false_negatives_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The sums of the weights of true labels that were predicted to be false, for each threshold.

    See `true_positives_at_thresholds` for the arguments.
    """
    rest = (weights, name, metrics_collections, updates_collections)
    return _count_at("false_negatives", labels, predictions, thresholds, *rest)


def _part(right, wrong):
    return right / (EPSILON + right + wrong)


@public("compat.v1.metrics.precision_at_thresholds")
def precision_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of what was predicted to be true is, for each threshold.

    See `true_positives_at_thresholds` for the arguments.
    """
    kinds = ("true_positives", "false_positives")
    batch = counted_at(labels, predictions, thresholds, weights, kinds)
    default = "precision_at_thresholds"
    return streaming(batch, _part, name, default, metrics_collections, updates_collections)


@public("compat.v1.metrics.recall_at_thresholds")
def recall_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of what is true was predicted, for each threshold.

    See `true_positives_at_thresholds` for the arguments.
    """
    kinds = ("true_positives", "false_negatives")
    batch = counted_at(labels, predictions, thresholds, weights, kinds)
    default = "recall_at_thresholds"
    return streaming(batch, _part, name, default, metrics_collections, updates_collections)


def _check_part(argument, value):
    if not 0 <= value <= 1:
        raise errors.invalid(argument, got=value, expected="a number from 0 to 1")


@public("compat.v1.metrics.sensitivity_at_specificity")
def sensitivity_at_specificity(
    labels,
    predictions,
    specificity,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of what is true was predicted, at the threshold at which the part of the false
    labels that were predicted is nearest to `specificity`.

    Args:
        labels: tensor, cast to bool.
        predictions: probabilities of the same shape.
        specificity: float from 0 to 1.
        weights: number, or what broadcasts to the labels; None stands for ones.
        num_thresholds: how many thresholds there are, at equal distances.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.

    Returns:
        The value over all batches before this run, and the operation that adds this batch.
    """
    _check_part("specificity", specificity)
    batch = counted_at(labels, predictions, even_thresholds(num_thresholds), weights)

    def value(tp, fn, tn, fp):
        at = ops.argmin(ops.abs(tn / (tn + fp + EPSILON) - specificity), axis=0)
        tp, fn = ops.take(tp, at), ops.take(fn, at)
        return tp / (tp + fn + EPSILON)

    default = "sensitivity_at_specificity"
    return streaming(batch, value, name, default, metrics_collections, updates_collections)


@public("compat.v1.metrics.specificity_at_sensitivity")
def specificity_at_sensitivity(
    labels,
    predictions,
    sensitivity,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of the false labels was predicted, at the highest threshold at which the part of
    what is true and was predicted is nearest to `sensitivity`.

    See `sensitivity_at_specificity` for all other arguments.
    """
    _check_part("sensitivity", sensitivity)
    thresholds = even_thresholds(num_thresholds, last=1 - EPSILON)
    batch = counted_at(labels, predictions, thresholds, weights)

    def value(tp, fn, tn, fp):
        distance = ops.abs(tp / (tp + fn + EPSILON) - sensitivity)
        # The last of the nearest: the first one from behind.
        at = num_thresholds - 1 - ops.argmin(ops.flip(distance, axis=0), axis=0)
        tn, fp = ops.take(tn, at), ops.take(fp, at)
        return tn / (tn + fp + EPSILON)

    default = "specificity_at_sensitivity"
    return streaming(batch, value, name, default, metrics_collections, updates_collections)
