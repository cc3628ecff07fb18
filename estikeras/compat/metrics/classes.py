"""Metrics of several classes: means over what each class gives."""

from estikeras import errors, ops
from estikeras.compat.metrics.streaming import mean_of, spread, streaming
from estikeras.engine.tensor import as_tensor
from estikeras.public import public


def _flat(labels, predictions, weights):
    labels, predictions = as_tensor(labels), as_tensor(predictions)
    labels = ops.reshape(ops.cast(labels, "int64"), (-1,))
    predictions = ops.reshape(ops.cast(predictions, "int64"), (-1,))
    if labels.shape != predictions.shape:
        raise errors.shape_mismatch("predictions", got=predictions.shape, expected=labels.shape)
    if weights is not None and as_tensor(weights).shape:
        weights = ops.reshape(weights, (-1,))
    return labels, predictions, spread(weights, labels)


@public("compat.v1.metrics.mean_per_class_accuracy")
def mean_per_class_accuracy(
    labels,
    predictions,
    num_classes,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean over classes of how often each was predicted where it is the label.

    Args:
        labels: class numbers.
        predictions: class numbers, of the same size.
        num_classes: int.
        weights: number, or as many as labels; None stands for ones.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.

    Returns:
        The value over all batches before this run, and the operation that adds this batch, whose
        result is how often each class was predicted where it is the label.
    """
    labels, predictions, weights = _flat(labels, predictions, weights)
    correct = ops.cast(ops.equal(labels, predictions), "float32") * weights
    of_class = ops.one_hot(labels, num_classes, dtype="float32")
    batch = {
        "total": ops.matmul(ops.reshape(weights, (1, -1)), of_class)[0],
        "count": ops.matmul(ops.reshape(correct, (1, -1)), of_class)[0],
    }
    return streaming(
        batch,
        lambda total, count: ops.mean(mean_of(count, total)),
        name,
        "mean_accuracy",
        metrics_collections,
        updates_collections,
        update_value=lambda total, count: mean_of(count, total),
    )


@public("compat.v1.metrics.mean_iou")
def mean_iou(
    labels,
    predictions,
    num_classes,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean, over the classes that there are, of intersection by union of where a class is the
    label and where it was predicted.

    Args:
        labels: class numbers.
        predictions: class numbers, of the same size.
        num_classes: int.
        weights: number, or as many as labels; None stands for ones.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        name: name of the metric.

    Returns:
        The value over all batches before this run, and the operation that adds this batch, whose
        result is the confusion matrix.
    """
    labels, predictions, weights = _flat(labels, predictions, weights)
    weights = ops.cast(weights, "float64")
    rows = ops.one_hot(labels, num_classes, dtype="float64") * ops.expand_dims(weights, 1)
    columns = ops.one_hot(predictions, num_classes, dtype="float64")
    batch = {"total_confusion_matrix": ops.matmul(ops.transpose(rows), columns)}
    return streaming(
        batch,
        _mean_iou,
        name,
        "mean_iou",
        metrics_collections,
        updates_collections,
        update_value=lambda matrix: matrix,
    )


def _mean_iou(matrix):
    matrix = ops.cast(matrix, "float32")
    both = ops.diagonal(matrix)
    union = ops.sum(matrix, 0) + ops.sum(matrix, 1) - both
    valid = ops.sum(ops.cast(ops.not_equal(union, 0), "float32"))
    return ops.divide_no_nan(ops.sum(ops.divide_no_nan(both, union)), valid)
