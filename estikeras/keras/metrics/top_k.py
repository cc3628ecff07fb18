"""How often the label is among the classes with the k highest predictions, as functions and
classes.
"""

from estikeras import ops, settings
from estikeras.keras.metrics.reduction import MeanOfFunction
from estikeras.public import public


@public("keras.metrics.top_k_categorical_accuracy")
def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the class of the one-hot label is among the k highest predictions, else 0.

    Args:
        y_true: one-hot labels, `(batch, ..., classes)`.
        y_pred: predictions of the same shape.
        k: how many classes count.

    Returns:
        A float tensor `(batch, ...)`.
    """
    return sparse_top_k_categorical_accuracy(ops.argmax(y_true, axis=-1), y_pred, k)


@public("keras.metrics.sparse_top_k_categorical_accuracy")
def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """1 where the label is among the k highest predictions, else 0.

    Args:
        y_true: class indices, `(batch, ...)`.
        y_pred: predictions, `(batch, ..., classes)`; with `from_sorted_ids`, class indices, the
            best first.
        k: how many classes count.
        from_sorted_ids: whether `y_pred` holds class indices.

    Returns:
        A float tensor of the shape of `y_true`.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    labels = ops.reshape(y_true, (-1,))
    y_pred = ops.reshape(y_pred, (-1, y_pred.shape[-1]))
    if from_sorted_ids:
        labels = ops.expand_dims(ops.cast(labels, y_pred.dtype), axis=1)
        matches = ops.any(ops.equal(labels, y_pred[:, :k]), axis=1)
    else:
        k = min(k, y_pred.shape[-1])
        matches = ops.in_top_k(ops.cast(labels, "int32"), y_pred, k=k)
    return ops.reshape(ops.cast(matches, settings.floatx()), y_true.shape)


@public("keras.metrics.TopKCategoricalAccuracy")
class TopKCategoricalAccuracy(MeanOfFunction):
    """How often the class of the one-hot label is among the k highest predictions.

    Args:
        k: how many classes count.
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "up"

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


@public("keras.metrics.SparseTopKCategoricalAccuracy")
class SparseTopKCategoricalAccuracy(MeanOfFunction):
    """How often the label is among the k highest predictions.

    Args:
        k: how many classes count.
        name: name of the metric.
        dtype: dtype of the result.
        from_sorted_ids: whether predictions are class indices, the best first.
    """

    _direction = "up"

    def __init__(
        self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False
    ):
        options = {"k": k, "from_sorted_ids": from_sorted_ids}
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, **options)

    def get_config(self):
        """The arguments that make an equal metric."""
        config = super().get_config()
        return (
            config
            if self.from_sorted_ids
            else {k: v for k, v in config.items() if k != "from_sorted_ids"}
        )
