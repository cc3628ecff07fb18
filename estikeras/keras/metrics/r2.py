"""The coefficient of determination: how much of the targets' variance the predictions explain."""

from estikeras import errors, ops
from estikeras.keras.losses.base import squeeze_or_expand_to_same_rank
from estikeras.keras.metrics.base import Metric
from estikeras.public import public

AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


@public("keras.metrics.R2Score")
class R2Score(Metric):
    """One minus the squared error over the variance of the targets: 1 is perfect, 0 what their mean
    would reach.

    Args:
        class_aggregation: `"uniform_average"` (mean over outputs), `"variance_weighted_average"`
            (mean by the outputs'
            variance) or None (a score by output).
        num_regressors: number of independent inputs for the adjusted score; 0, or as many as there
            are samples, gives the
            plain one.
        name: name of the metric.
        dtype: dtype of the result.

    Raises:
        ValueError: for other arguments.
    """

    _direction = "up"

    def __init__(
        self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None
    ):
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in AGGREGATIONS:
            raise errors.invalid(
                "class_aggregation", got=class_aggregation, expected=f"one of {AGGREGATIONS}"
            )
        if num_regressors < 0:
            raise errors.invalid("num_regressors", got=num_regressors, expected="an int >= 0")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._built = False

    def _build(self, y_true, y_pred):
        for name, x in (("y_true", y_true), ("y_pred", y_pred)):
            if len(x.shape) != 2:
                raise errors.shape_mismatch(name, got=x.shape, expected="(batch, outputs)")
        names = ("squared_sum", "sum", "residual", "count")
        self.squared_sum, self.sum, self.total_mse, self.count = (
            self.add_variable((y_pred.shape[1],), "zeros", name=name) for name in names
        )
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: targets, `(batch, outputs)`.
            y_pred: predictions of the same shape.
            sample_weight: weights, `(batch,)` or `(batch, outputs)`, or None.

        Raises:
            ValueError: for other ranks.
        """
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        if not self._built:
            self._build(y_true, y_pred)
        weights = ops.convert_to_tensor(
            1.0 if sample_weight is None else sample_weight, dtype=self.dtype
        )
        if len(weights.shape) == 1:
            weights = ops.expand_dims(weights, axis=1)
        weights = ops.broadcast_to(weights, y_true.shape)
        weighted = y_true * weights
        self.sum.assign_add(ops.sum(weighted, axis=0))
        self.squared_sum.assign_add(ops.sum(y_true * weighted, axis=0))
        self.total_mse.assign_add(ops.sum(ops.square(y_true - y_pred) * weights, axis=0))
        self.count.assign_add(ops.sum(weights, axis=0))
        self.num_samples.assign_add(y_true.size)

    def result(self):
        """The score so far: a scalar, or `(outputs,)` if `class_aggregation` is None."""
        total = self.squared_sum - self.sum * (self.sum / self.count)
        scores = 1.0 - self.total_mse / total
        scores = ops.where(ops.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.sum(total * scores) / ops.sum(total)
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores):
        freedom = self.num_samples - 1.0 - self.num_regressors
        enough = freedom > 0.0
        adjusted = 1.0 - (1.0 - scores) * (self.num_samples - 1.0) / ops.where(enough, freedom, 1.0)
        return ops.where(enough, adjusted, scores)

    def get_config(self):
        """The arguments that make an equal metric."""
        config = {
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
        return {**super().get_config(), **config}
