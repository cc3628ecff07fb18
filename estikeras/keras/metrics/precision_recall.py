"""Precision and recall: how many of the predicted positives are right, and how many of the
positives are found.
"""

from estikeras import ops
from estikeras.keras.metrics import confusion
from estikeras.keras.metrics.base import Metric
from estikeras.public import public


class _Share(Metric):
    """True positives over themselves plus another count; `kind` is its place in what
    `confusion.counts` gives.
    """

    _direction = "up"

    def __init__(self, kind, other_name, thresholds, top_k, class_id, name, dtype):
        super().__init__(name=name, dtype=dtype)
        self._kind = kind
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self.thresholds = confusion.as_thresholds(
            thresholds, 0.5 if top_k is None else confusion.LOWEST
        )
        self._even = confusion.are_even(self.thresholds)
        size = (len(self.thresholds),)
        self.true_positives = self.add_variable(size, "zeros", name="true_positives")
        self._other = self.add_variable(size, "zeros", name=other_name)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: labels 0 and 1, `(batch, ...)`.
            y_pred: probabilities of the same shape.
            sample_weight: weights by sample, or None.
        """
        new = confusion.counts(
            y_true,
            y_pred,
            self.thresholds,
            sample_weight,
            even=self._even,
            top_k=self.top_k,
            class_id=self.class_id,
            dtype=self.true_positives.dtype,
        )
        self.true_positives.assign_add(new[0])
        self._other.assign_add(new[self._kind])

    def result(self):
        """The share so far, one for each threshold if there are several; 0 where nothing was
        counted.
        """
        share = ops.divide_no_nan(self.true_positives, self.true_positives + self._other)
        return share[0] if len(self.thresholds) == 1 else share

    def get_config(self):
        """The arguments that make an equal metric."""
        config = {
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }
        return {**super().get_config(), **config}


@public("keras.metrics.Precision")
class Precision(_Share):
    """How many of the predicted positives are right: true positives over true and false positives.

    Args:
        thresholds: a number in [0, 1] or several; what is greater is positive. By default 0.5, or
            none with `top_k`.
        top_k: how many predictions of a sample can be positive, or None for all.
        class_id: the one class that counts, or None for all.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(1, "false_positives", thresholds, top_k, class_id, name, dtype)
        self.false_positives = self._other


@public("keras.metrics.Recall")
class Recall(_Share):
    """How many of the positives are found: true positives over true positives and false negatives.

    Args:
        thresholds: a number in [0, 1] or several; what is greater is positive. By default 0.5, or
            none with `top_k`.
        top_k: how many predictions of a sample can be positive, or None for all.
        class_id: the one class that counts, or None for all.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(3, "false_negatives", thresholds, top_k, class_id, name, dtype)
        self.false_negatives = self._other
