"""Weighted means over batches."""

from estikeras import ops
from estikeras.compat.metrics.streaming import fitted, mean_of, spread, streaming
from estikeras.engine.tensor import as_tensor
from estikeras.public import public


@public("compat.v1.metrics.mean")
def mean(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted mean of all values.

    Args:
        values: tensor of any shape.
        weights: number, or what broadcasts to the values; None stands for ones.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.

    Returns:
        The value over all batches before this run, and the operation that adds this batch.
    """
    return _mean(values, weights, metrics_collections, updates_collections, name)


def _mean(
    values, weights, metrics_collections, updates_collections, name, default="mean", after=None
):
    values, _, weights = fitted(ops.cast(values, "float32"), weights=weights)
    weights = spread(weights, values)

    def value(total, count):
        result = mean_of(total, count)
        return result if after is None else after(result)

    batch = {"total": ops.sum(values * weights), "count": ops.sum(weights)}
    return streaming(batch, value, name, default, metrics_collections, updates_collections)


@public("compat.v1.metrics.mean_tensor")
def mean_tensor(
    values, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The weighted mean over batches of each element; see `mean` for the arguments."""
    values, _, weights = fitted(ops.cast(values, "float32"), weights=weights)
    weights = spread(weights, values)
    batch = {"total_tensor": values * weights, "count_tensor": weights}
    return streaming(batch, mean_of, name, "mean", metrics_collections, updates_collections)


@public("compat.v1.metrics.accuracy")
def accuracy(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How often predictions equal labels; see `mean` for all other arguments."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    if predictions.dtype != labels.dtype:
        predictions = ops.cast(predictions, labels.dtype)
    correct = ops.equal(predictions, labels)
    name = name or "accuracy"
    return _mean(correct, weights, metrics_collections, updates_collections, name, "accuracy")


@public("compat.v1.metrics.mean_absolute_error")
def mean_absolute_error(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean of `|labels - predictions|`; see `mean` for all other arguments."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    errors = ops.abs(predictions - labels)
    name = name or "mean_absolute_error"
    return _mean(errors, weights, metrics_collections, updates_collections, name)


@public("compat.v1.metrics.mean_squared_error")
def mean_squared_error(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean of `(labels - predictions)` squared; see `mean` for all other arguments."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    errors = ops.square(labels - predictions)
    name = name or "mean_squared_error"
    return _mean(errors, weights, metrics_collections, updates_collections, name)


@public("compat.v1.metrics.root_mean_squared_error")
def root_mean_squared_error(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The root of the mean of squared `labels - predictions`; see `mean` for other arguments."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    errors = ops.square(labels - predictions)
    name = name or "root_mean_squared_error"
    return _mean(errors, weights, metrics_collections, updates_collections, name, after=ops.sqrt)


@public("compat.v1.metrics.mean_relative_error")
def mean_relative_error(
    labels,
    predictions,
    normalizer,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean of `|labels - predictions| / normalizer`, 0 where the normalizer is 0.

    See `mean` for all other arguments.
    """
    predictions, labels, weights = fitted(predictions, labels, weights)
    predictions, normalizer, _ = fitted(predictions, normalizer)
    errors = ops.abs(labels - predictions)
    errors = ops.divide_no_nan(errors, normalizer)
    name = name or "mean_relative_error"
    return _mean(errors, weights, metrics_collections, updates_collections, name)


@public("compat.v1.metrics.mean_cosine_distance")
def mean_cosine_distance(
    labels,
    predictions,
    dim,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """1 minus the mean scalar product, along the axis `dim`, of vectors of length 1.

    See `mean` for all other arguments.
    """
    predictions, labels, weights = fitted(predictions, labels, weights)
    products = ops.sum(predictions * labels, axis=dim, keepdims=True)
    name = name or "mean_cosine_distance"
    return _mean(
        products, weights, metrics_collections, updates_collections, name, after=lambda x: 1 - x
    )


@public("compat.v1.metrics.percentage_below")
def percentage_below(
    values,
    threshold,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """What part of the values is below `threshold`; see `mean` for all other arguments."""
    below = ops.less(as_tensor(values), threshold)
    name = name or "percentage_below_threshold"
    return _mean(below, weights, metrics_collections, updates_collections, name)
