"""A metric that only heads have: how often the most frequent of two classes would be right."""

from estikeras import ops
from estikeras.keras.metrics import Mean


class AccuracyBaseline(Mean):
    """The weighted frequency of the more frequent one of the labels 0 and 1.

    Args:
        name: name of the metric.
    """

    def result(self):
        """The frequency so far; 0 before the first label."""
        more = ops.maximum(self.total, self.count - self.total)
        return ops.divide_no_nan(more, self.count)
