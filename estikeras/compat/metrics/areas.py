"""The area under curves of two rates that follow from a threshold."""

from estikeras import errors, ops
from estikeras.compat.logs import logger
from estikeras.compat.metrics.streaming import streaming
from estikeras.compat.metrics.thresholds import EPSILON, counted_at, even_thresholds
from estikeras.public import public

_METHODS = ("trapezoidal", "careful_interpolation", "minoring", "majoring")
_SMALL = 1e-6


@public("compat.v1.metrics.auc")
def auc(
    labels,
    predictions,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    curve="ROC",
    name=None,
    summation_method="trapezoidal",
    thresholds=None,
):
    """The area under the ROC curve or the precision-recall curve.

    Args:
        labels: tensor, cast to bool.
        predictions: probabilities of the same shape.
        weights: number, or what broadcasts to the labels; None stands for ones.
        num_thresholds: how many points the curve has, at equal distances of the threshold.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        curve: "ROC" or "PR".
        name: name of the metric.
        summation_method: "trapezoidal"; "careful_interpolation", which for "PR" takes true and
            false positives to be linear between points; "minoring" or "majoring" for the least and
            the greatest area of steps.
        thresholds: sequence of float in place of `num_thresholds`; ends are added.

    Returns:
        The value over all batches before this run, and the operation that adds this batch.

    Raises:
        ValueError: for another curve or method.

    Reference: Davis and Goadrich, 2006, The relationship between precision-recall and ROC curves.
    """
    if curve not in ("ROC", "PR"):
        raise errors.invalid("curve", got=curve, expected="'ROC' or 'PR'")
    if summation_method not in _METHODS:
        raise errors.invalid(
            "summation_method", got=summation_method, expected=f"one of {_METHODS}"
        )
    if curve == "PR" and summation_method == "trapezoidal":
        logger.warning(
            "Trapezoidal rule is known to produce incorrect PR-AUCs; please switch to "
            '"careful_interpolation" instead.'
        )
    if thresholds is None:
        thresholds = even_thresholds(num_thresholds)
    else:
        thresholds = [-EPSILON, *sorted(thresholds), 1 + EPSILON]

    def value(tp, fn, tn, fp):
        if curve == "PR" and summation_method == "careful_interpolation":
            return _interpolated(tp, fn, fp)
        recall = (tp + _SMALL) / (tp + fn + _SMALL)
        if curve == "ROC":
            x, y = fp / (fp + tn + _SMALL), recall
        else:
            x, y = recall, (tp + _SMALL) / (tp + fp + _SMALL)
        heights = {
            "minoring": lambda: ops.minimum(y[:-1], y[1:]),
            "majoring": lambda: ops.maximum(y[:-1], y[1:]),
        }.get(summation_method, lambda: (y[:-1] + y[1:]) / 2)()
        return ops.sum((x[:-1] - x[1:]) * heights)

    batch = counted_at(labels, predictions, thresholds, weights)
    return streaming(batch, value, name, "auc", metrics_collections, updates_collections)


def _interpolated(tp, fn, fp):
    """The area under precision over recall where both counts are linear between thresholds."""
    gained = tp[:-1] - tp[1:]
    positive = tp + fp
    slope = ops.divide_no_nan(gained, ops.maximum(positive[:-1] - positive[1:], 0))
    intercept = tp[1:] - slope * positive[1:]
    known = ops.logical_and(positive[:-1] > 0, positive[1:] > 0)
    ratio = ops.divide_no_nan(positive[:-1], ops.maximum(positive[1:], 0))
    ratio = ops.where(known, ratio, 1.0)
    area = slope * (gained + intercept * ops.log(ratio))
    return ops.sum(ops.divide_no_nan(area, ops.maximum(tp[1:] + fn[1:], 0)))
