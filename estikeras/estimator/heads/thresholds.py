"""Accuracy, precision and recall of probabilities at thresholds."""

from estikeras.estimator.heads.single import add_pairs
from estikeras.estimator.keys import MetricKeys
from estikeras.keras.metrics import BinaryAccuracy, Precision, Recall


def _names(threshold):
    return (
        MetricKeys.ACCURACY_AT_THRESHOLD % threshold,
        MetricKeys.PRECISION_AT_THRESHOLD % threshold,
        MetricKeys.RECALL_AT_THRESHOLD % threshold,
    )


def metrics_at_thresholds(thresholds):
    """New metrics by key."""
    made = {}
    for threshold in thresholds:
        accuracy, precision, recall = _names(threshold)
        made[accuracy] = BinaryAccuracy(name=accuracy, threshold=threshold)
        made[precision] = Precision(name=precision, thresholds=threshold)
        made[recall] = Recall(name=recall, thresholds=threshold)
    return made


def add_at_thresholds(metrics, thresholds, key, labels, probabilities, weights):
    """Add a batch to what `metrics_at_thresholds` made.

    Args:
        metrics: dict of metrics by name.
        thresholds: the thresholds.
        key: function from a key to the name.
        labels: tensor `(batch, ..., n)` of 0 and 1.
        probabilities: tensor of the same shape.
        weights: `(batch, ..., 1)` or None.
    """
    for threshold in thresholds:
        accuracy, precision, recall = map(key, _names(threshold))
        metrics[accuracy].update_state(labels, probabilities, sample_weight=weights)
        add_pairs(metrics[precision], labels, probabilities, weights)
        add_pairs(metrics[recall], labels, probabilities, weights)
