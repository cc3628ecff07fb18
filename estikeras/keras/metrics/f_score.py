"""The F score: one number of precision and recall, by class or averaged."""

from estikeras import errors, ops, settings
from estikeras.keras.metrics.base import Metric
from estikeras.public import public

AVERAGES = (None, "micro", "macro", "weighted")


@public("keras.metrics.FBetaScore")
class FBetaScore(Metric):
    """The weighted harmonic mean of precision and recall, `(1 + b²) p r / (b² p + r)`.

    Args:
        average: None for a score by class, `"micro"` (one count over all classes), `"macro"` (mean
            over classes) or
            `"weighted"` (mean over classes by their number of positives).
        beta: how much more recall weighs than precision, a float > 0.
        threshold: a float in (0, 1]; greater predictions are positive. None takes the highest of
            each sample.
        name: name of the metric.
        dtype: dtype of the result.

    Raises:
        ValueError: for other arguments.

    Reference: van Rijsbergen, 1979, Information Retrieval, chapter 7.
    """

    _direction = "up"

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(name=name, dtype=dtype)
        if average not in AVERAGES:
            raise errors.invalid("average", got=average, expected=f"one of {AVERAGES}")
        if not isinstance(beta, float) or beta <= 0:
            raise errors.invalid("beta", got=beta, expected="a float > 0")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise errors.invalid("threshold", got=threshold, expected="None or a float in (0, 1]")
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self.axis = None if average == "micro" else 0
        self._built = False

    def _build(self, y_true, y_pred):
        for name, x in (("y_true", y_true), ("y_pred", y_pred)):
            if len(x.shape) != 2:
                raise errors.shape_mismatch(name, got=x.shape, expected="(batch, classes)")
        shape = () if self.average == "micro" else (y_pred.shape[1],)
        names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
        (
            self.true_positives,
            self.false_positives,
            self.false_negatives,
            self.intermediate_weights,
        ) = (self.add_variable(shape, "zeros", dtype=self.dtype, name=name) for name in names)
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: labels 0 and 1, `(batch, classes)`.
            y_pred: predictions of the same shape.
            sample_weight: weights, `(batch,)`, or None.

        Raises:
            ValueError: for other ranks.
        """
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        if not self._built:
            self._build(y_true, y_pred)
        if self.threshold is None:
            highest = ops.max(y_pred, axis=-1, keepdims=True)
            chosen = ops.logical_and(y_pred >= highest, ops.abs(y_pred) > 1e-9)
        else:
            chosen = y_pred > self.threshold
        chosen = ops.cast(chosen, self.dtype)
        weights = 1.0
        if sample_weight is not None:
            weights = ops.expand_dims(
                ops.convert_to_tensor(sample_weight, dtype=self.dtype), axis=1
            )
        for variable, values in (
            (self.true_positives, chosen * y_true),
            (self.false_positives, chosen * (1.0 - y_true)),
            (self.false_negatives, (1.0 - chosen) * y_true),
            (self.intermediate_weights, y_true),
        ):
            variable.assign_add(ops.sum(values * weights, axis=self.axis))

    def result(self):
        """The score so far: a scalar, or `(classes,)` if `average` is None."""
        epsilon, factor = settings.epsilon(), self.beta**2
        precision = self.true_positives / (self.true_positives + self.false_positives + epsilon)
        recall = self.true_positives / (self.true_positives + self.false_negatives + epsilon)
        score = (1.0 + factor) * (precision * recall / (factor * precision + recall + epsilon))
        if self.average == "weighted":
            return ops.sum(
                score * self.intermediate_weights / (ops.sum(self.intermediate_weights) + epsilon)
            )
        return score if self.average is None else ops.mean(score)

    def get_config(self):
        """The arguments that make an equal metric."""
        config = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **config}


@public("keras.metrics.F1Score")
class F1Score(FBetaScore):
    """The harmonic mean of precision and recall.

    Args:
        average: None, `"micro"`, `"macro"` or `"weighted"`, as in `keras.metrics.FBetaScore`.
        threshold: a float in (0, 1]; greater predictions are positive. None takes the highest of
            each sample.
        name: name of the metric.
        dtype: dtype of the result.
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)

    def get_config(self):
        """The arguments that make an equal metric."""
        return {key: value for key, value in super().get_config().items() if key != "beta"}
