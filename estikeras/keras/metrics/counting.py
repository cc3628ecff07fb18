"""The four counts of binary classification as metrics: true and false positives and negatives at
thresholds.
"""

from estikeras import ops
from estikeras.keras.metrics import confusion
from estikeras.keras.metrics.base import Metric
from estikeras.public import public


class _Count(Metric):
    """One of the four counts; `kind` is its place in what `confusion.counts` gives."""

    def __init__(self, kind, thresholds, name, dtype):
        super().__init__(name=name, dtype=dtype)
        self._kind = kind
        self.init_thresholds = thresholds
        self.thresholds = confusion.as_thresholds(thresholds, 0.5)
        self._even = confusion.are_even(self.thresholds)
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: labels 0 and 1.
            y_pred: probabilities of the same shape.
            sample_weight: weights by sample, or None.
        """
        new = confusion.counts(
            y_true,
            y_pred,
            self.thresholds,
            sample_weight,
            even=self._even,
            dtype=self.accumulator.dtype,
        )
        self.accumulator.assign_add(new[self._kind])

    def result(self):
        """The count so far, one for each threshold if there are several."""
        return (
            self.accumulator[0]
            if len(self.thresholds) == 1
            else ops.convert_to_tensor(self.accumulator)
        )

    def get_config(self):
        """The arguments that make an equal metric."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


@public("keras.metrics.TruePositives")
class TruePositives(_Count):
    """The weighted number of positive labels that are predicted so.

    Args:
        thresholds: a number in [0, 1] or several; what is greater is positive. By default 0.5.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(0, thresholds, name, dtype)


@public("keras.metrics.FalsePositives")
class FalsePositives(_Count):
    """The weighted number of negative labels that are predicted as positive.

    Args:
        thresholds: a number in [0, 1] or several; what is greater is positive. By default 0.5.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(1, thresholds, name, dtype)


@public("keras.metrics.TrueNegatives")
class TrueNegatives(_Count):
    """The weighted number of negative labels that are predicted so.

    Args:
        thresholds: a number in [0, 1] or several; what is greater is positive. By default 0.5.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(2, thresholds, name, dtype)


@public("keras.metrics.FalseNegatives")
class FalseNegatives(_Count):
    """The weighted number of positive labels that are predicted as negative.

    Args:
        thresholds: a number in [0, 1] or several; what is greater is positive. By default 0.5.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(3, thresholds, name, dtype)
