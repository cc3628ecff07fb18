"""Intersection over union of predicted and true regions, from a confusion matrix of classes."""

import warnings

from estikeras import errors, ops, settings
from estikeras.engine import dtypes
from estikeras.keras.metrics.base import Metric
from estikeras.public import public


@public("keras.metrics.IoU")
class IoU(Metric):
    """The mean over some classes of true positives over true positives, false positives and false
    negatives.

    Args:
        num_classes: how many classes there are.
        target_class_ids: indices of the classes whose mean is the result.
        name: name of the metric.
        dtype: dtype of the confusion matrix, by default an integer one.
        ignore_class: label of samples that do not count, or None.
        sparse_y_true: whether labels are class indices, not one-hot.
        sparse_y_pred: whether predictions are class indices, not probabilities.
        axis: axis of the classes where they are not indices.

    Raises:
        ValueError: if a class of `target_class_ids` is out of range.
    """

    _direction = "up"

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(name=name, dtype=dtype or "int32")
        if max(target_class_ids) >= num_classes:
            raise errors.invalid(
                "target_class_ids", got=target_class_ids, expected=f"ids in [0, {num_classes})"
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", dtype=self.dtype, name="total_confusion_matrix"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: labels; those outside of the classes do not count.
            y_pred: predictions.
            sample_weight: weights of the labels, or None; integers, since the matrix holds such.
        """
        if not self.sparse_y_true:
            y_true = ops.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = ops.argmax(y_pred, axis=self.axis)
        y_true = ops.reshape(ops.convert_to_tensor(y_true, dtype="int32"), (-1,))
        y_pred = ops.reshape(ops.convert_to_tensor(y_pred, dtype="int32"), (-1,))
        counts = self._counts(y_true, y_pred, self._weights(sample_weight, y_true.shape))
        self.total_cm.assign_add(counts)

    def _weights(self, sample_weight, shape):
        if sample_weight is None:
            return ops.ones(shape, dtype=self.dtype)
        weights = ops.convert_to_tensor(sample_weight)
        if dtypes.is_float(weights.dtype) and dtypes.is_int(self.dtype):
            warnings.warn(
                f"`sample_weight` is {weights.dtype}, but the metric counts in {self.dtype}: "
                "weights are cut to integers. Give integer weights, or the metric a float dtype.",
                stacklevel=3,
            )
        weights = ops.cast(weights, self.dtype)
        return ops.broadcast_to(ops.reshape(weights, (-1,)) if weights.shape else weights, shape)

    def _counts(self, y_true, y_pred, weights):
        """The confusion matrix of a batch: rows are labels, columns predictions."""
        size = self.num_classes
        counted = ops.logical_and(_within(y_true, size), _within(y_pred, size))
        if self.ignore_class is not None:
            counted = ops.logical_and(counted, ops.not_equal(y_true, self.ignore_class))
        cell = ops.where(counted, y_true * size + y_pred, 0)
        weights = weights * ops.cast(counted, self.dtype)
        return ops.reshape(ops.segment_sum(weights, cell, size * size), (size, size))

    def result(self):
        """The mean so far of the classes that occurred."""
        matrix = ops.cast(self.total_cm, "float32")
        hits = ops.diagonal(matrix)
        union = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - hits
        hits, union = (ops.take(x, self.target_class_ids, axis=0) for x in (hits, union))
        occurred = ops.cast(union > 1e-9, "float32")
        shares = occurred * hits / (union + settings.epsilon())
        return ops.sum(shares) / (ops.sum(occurred) + settings.epsilon())

    def get_config(self):
        """The arguments that make an equal metric."""
        names = (
            "num_classes",
            "target_class_ids",
            "ignore_class",
            "sparse_y_true",
            "sparse_y_pred",
            "axis",
        )
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _within(x, size):
    return ops.logical_and(x >= 0, x < size)


def _without(config, *names):
    return {key: value for key, value in config.items() if key not in names}


@public("keras.metrics.BinaryIoU")
class BinaryIoU(IoU):
    """`IoU` of two classes, from probabilities and a threshold.

    Args:
        target_class_ids: indices of the classes whose mean is the result: 0, 1 or both.
        threshold: a number; predictions that are at least it are class 1.
        name: name of the metric.
        dtype: dtype of the confusion matrix.
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(num_classes=2, target_class_ids=target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: labels 0 and 1.
            y_pred: probabilities.
            sample_weight: weights of the labels, or None.
        """
        y_pred = ops.convert_to_tensor(y_pred, dtype="float32") >= self.threshold
        super().update_state(y_true, ops.cast(y_pred, "int32"), sample_weight)

    def get_config(self):
        """The arguments that make an equal metric."""
        config = _without(
            super().get_config(),
            "num_classes",
            "ignore_class",
            "sparse_y_true",
            "sparse_y_pred",
            "axis",
        )
        return {**config, "threshold": self.threshold}


@public("keras.metrics.MeanIoU")
class MeanIoU(IoU):
    """`IoU` of all classes.

    Args:
        num_classes: how many classes there are.
        name: name of the metric.
        dtype: dtype of the confusion matrix.
        ignore_class: label of samples that do not count, or None.
        sparse_y_true: whether labels are class indices, not one-hot.
        sparse_y_pred: whether predictions are class indices, not probabilities.
        axis: axis of the classes where they are not indices.
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self):
        """The arguments that make an equal metric."""
        return _without(super().get_config(), "target_class_ids")


@public("keras.metrics.OneHotIoU")
class OneHotIoU(IoU):
    """`IoU` from one-hot labels.

    Args:
        num_classes: how many classes there are.
        target_class_ids: indices of the classes whose mean is the result.
        name: name of the metric.
        dtype: dtype of the confusion matrix.
        ignore_class: label of samples that do not count, or None.
        sparse_y_pred: whether predictions are class indices, not probabilities.
        axis: axis of the classes.
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self):
        """The arguments that make an equal metric."""
        return _without(super().get_config(), "sparse_y_true")


@public("keras.metrics.OneHotMeanIoU")
class OneHotMeanIoU(MeanIoU):
    """`IoU` of all classes from one-hot labels.

    Args:
        num_classes: how many classes there are.
        name: name of the metric.
        dtype: dtype of the confusion matrix.
        ignore_class: label of samples that do not count, or None.
        sparse_y_pred: whether predictions are class indices, not probabilities.
        axis: axis of the classes.
    """

    def __init__(
        self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self):
        """The arguments that make an equal metric."""
        return _without(super().get_config(), "sparse_y_true")
