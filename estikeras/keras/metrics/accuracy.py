"""Accuracies: how often predictions equal the labels, as functions and classes."""

from estikeras import ops, settings
from estikeras.keras.losses.base import aligned, squeeze_or_expand_to_same_rank
from estikeras.keras.metrics.reduction import MeanOfFunction
from estikeras.public import public


def accuracy(y_true, y_pred):
    """1 where predictions equal the labels, else 0."""
    return ops.cast(ops.equal(*aligned(y_true, y_pred)), settings.floatx())


@public("keras.metrics.binary_accuracy")
def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1 where predictions are on the label's side of the threshold, else 0.

    Args:
        y_true: labels 0 and 1.
        y_pred: probabilities of the same shape.
        threshold: a number; what is greater counts as 1.

    Returns:
        A float tensor of the same shape.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    y_pred = ops.cast(ops.greater(y_pred, threshold), y_true.dtype)
    return ops.cast(ops.equal(y_true, y_pred), settings.floatx())


@public("keras.metrics.categorical_accuracy")
def categorical_accuracy(y_true, y_pred):
    """1 where the class with the highest prediction is the one of the one-hot label, else 0.

    Args:
        y_true: one-hot labels, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.

    Returns:
        A float tensor `(batch, ...)`.
    """
    matches = ops.equal(ops.argmax(y_true, axis=-1), ops.argmax(y_pred, axis=-1))
    return ops.cast(matches, settings.floatx())


@public("keras.metrics.sparse_categorical_accuracy")
def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the class with the highest prediction is the label, else 0.

    Args:
        y_true: class indices, `(batch, ...)`, or with a last axis of size 1.
        y_pred: probabilities or logits, `(batch, ..., classes)`.

    Returns:
        A float tensor `(batch, ...)`.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    matches = ops.equal(ops.cast(y_true, "int32"), ops.cast(ops.argmax(y_pred, axis=-1), "int32"))
    if len(matches.shape) > 1 and matches.shape[-1] == 1:
        matches = ops.squeeze(matches, axis=-1)
    return ops.cast(matches, settings.floatx())


@public("keras.metrics.Accuracy")
class Accuracy(MeanOfFunction):
    """How often predictions equal the labels exactly.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "up"

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name, dtype)


@public("keras.metrics.BinaryAccuracy")
class BinaryAccuracy(MeanOfFunction):
    """How often predictions are on the label's side of a threshold.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
        threshold: a number; what is greater counts as 1.
    """

    _direction = "up"

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


@public("keras.metrics.CategoricalAccuracy")
class CategoricalAccuracy(MeanOfFunction):
    """How often the class with the highest prediction is the one of the one-hot label.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "up"

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name, dtype)


@public("keras.metrics.SparseCategoricalAccuracy")
class SparseCategoricalAccuracy(MeanOfFunction):
    """How often the class with the highest prediction is the label.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "up"

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name, dtype)
