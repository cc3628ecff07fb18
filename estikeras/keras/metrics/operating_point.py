"""The best of one rate where another is at least a given value, over many thresholds, such as
precision at recall.
"""

from estikeras import errors, ops
from estikeras.keras.metrics import confusion
from estikeras.keras.metrics.base import Metric
from estikeras.public import public


class _BestAt(Metric):
    """Counts at even thresholds; subclasses say which rate is best where which other is large
    enough.
    """

    _direction = "up"

    def __init__(self, argument, value, num_thresholds, class_id, name, dtype):
        if not 0 <= value <= 1:
            raise errors.invalid(argument, got=value, expected="a number in [0, 1]")
        if num_thresholds <= 0:
            raise errors.invalid("num_thresholds", got=num_thresholds, expected="an int > 0")
        super().__init__(name=name, dtype=dtype)
        self._argument = argument
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        steps = num_thresholds - 1
        self.thresholds = [i / steps for i in range(num_thresholds)] if steps else [0.5]
        names = ("true_positives", "false_positives", "true_negatives", "false_negatives")
        size = (len(self.thresholds),)
        self.true_positives, self.false_positives, self.true_negatives, self.false_negatives = (
            self.add_variable(size, "zeros", name=name) for name in names
        )

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
            even=len(self.thresholds) > 1,
            class_id=self.class_id,
            dtype=self.true_positives.dtype,
        )
        variables = (
            self.true_positives,
            self.false_positives,
            self.true_negatives,
            self.false_negatives,
        )
        for variable, count in zip(variables, new, strict=True):
            variable.assign_add(count)

    def get_config(self):
        """The arguments that make an equal metric."""
        config = {
            "num_thresholds": self.num_thresholds,
            self._argument: self.value,
            "class_id": self.class_id,
        }
        return {**super().get_config(), **config}

    def _sensitivity(self):
        return ops.divide_no_nan(self.true_positives, self.true_positives + self.false_negatives)

    def _specificity(self):
        return ops.divide_no_nan(self.true_negatives, self.true_negatives + self.false_positives)

    def _precision(self):
        return ops.divide_no_nan(self.true_positives, self.true_positives + self.false_positives)

    def _best(self, rate, where):
        return ops.max(ops.where(where >= self.value, rate, 0.0))


@public("keras.metrics.SensitivityAtSpecificity")
class SensitivityAtSpecificity(_BestAt):
    """The highest sensitivity over all thresholds at which the specificity is at least the given
    one.

    Args:
        specificity: a number in [0, 1].
        num_thresholds: how many thresholds divide [0, 1].
        class_id: the one class that counts, or None for all.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__("specificity", specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self):
        """The sensitivity so far."""
        return self._best(self._sensitivity(), self._specificity())


@public("keras.metrics.SpecificityAtSensitivity")
class SpecificityAtSensitivity(_BestAt):
    """The highest specificity over all thresholds at which the sensitivity is at least the given
    one.

    Args:
        sensitivity: a number in [0, 1].
        num_thresholds: how many thresholds divide [0, 1].
        class_id: the one class that counts, or None for all.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__("sensitivity", sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self):
        """The specificity so far."""
        return self._best(self._specificity(), self._sensitivity())


@public("keras.metrics.PrecisionAtRecall")
class PrecisionAtRecall(_BestAt):
    """The highest precision over all thresholds at which the recall is at least the given one.

    Args:
        recall: a number in [0, 1].
        num_thresholds: how many thresholds divide [0, 1].
        class_id: the one class that counts, or None for all.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__("recall", recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self):
        """The precision so far."""
        return self._best(self._precision(), self._sensitivity())


@public("keras.metrics.RecallAtPrecision")
class RecallAtPrecision(_BestAt):
    """The highest recall over all thresholds at which the precision is at least the given one.

    Args:
        precision: a number in [0, 1].
        num_thresholds: how many thresholds divide [0, 1].
        class_id: the one class that counts, or None for all.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__("precision", precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self):
        """The recall so far."""
        return self._best(self._sensitivity(), self._precision())
