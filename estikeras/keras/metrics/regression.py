"""Errors of predicted numbers as metrics."""

from estikeras import ops
from estikeras.keras.losses import regression as losses
from estikeras.keras.losses.base import squeeze_or_expand_to_same_rank, without_default
from estikeras.keras.metrics.reduction import Mean, MeanOfFunction
from estikeras.public import public


def cosine_similarity(y_true, y_pred, axis=-1):
    """The cosine of the angle between targets and predictions: 1 for equal directions, unlike the
    loss.
    """
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


@public("keras.metrics.MeanSquaredError")
class MeanSquaredError(MeanOfFunction):
    """The mean of `(y_true - y_pred)**2`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(losses.mean_squared_error, name, dtype)


@public("keras.metrics.MeanAbsoluteError")
class MeanAbsoluteError(MeanOfFunction):
    """The mean of `abs(y_true - y_pred)`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(losses.mean_absolute_error, name, dtype)


@public("keras.metrics.MeanAbsolutePercentageError")
class MeanAbsolutePercentageError(MeanOfFunction):
    """The mean of `100 * abs((y_true - y_pred) / y_true)`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


@public("keras.metrics.MeanSquaredLogarithmicError")
class MeanSquaredLogarithmicError(MeanOfFunction):
    """The mean of `(log(y_true + 1) - log(y_pred + 1))**2`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


@public("keras.metrics.CosineSimilarity")
class CosineSimilarity(MeanOfFunction):
    """The mean cosine of the angle between targets and predictions.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
        axis: the axis along which they are vectors.
    """

    _direction = "up"

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(cosine_similarity, name, dtype, axis=axis)

    def get_config(self):
        """The arguments that make an equal metric."""
        return without_default(super().get_config(), "axis", -1)


@public("keras.metrics.LogCoshError")
class LogCoshError(MeanOfFunction):
    """The mean of `log(cosh(y_pred - y_true))`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(losses.log_cosh, name, dtype)


@public("keras.metrics.RootMeanSquaredError")
class RootMeanSquaredError(Mean):
    """The square root of the mean of `(y_true - y_pred)**2`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: targets.
            y_pred: predictions of the same shape.
            sample_weight: weights by sample, or None.
        """
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        super().update_state(ops.square(y_pred - y_true), sample_weight)

    def result(self):
        """The root of the mean so far."""
        return ops.sqrt(super().result())
