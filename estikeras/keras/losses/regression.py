"""Losses for targets that are numbers: squared, absolute and relative errors and their kin, as
functions and classes.
"""

import math

from estikeras import ops, settings
from estikeras.keras.losses.base import LossFunctionWrapper, aligned, without_default
from estikeras.public import public


@public(
    "keras.losses.mean_squared_error",
    "keras.metrics.mean_squared_error",
    "keras.losses.mse",
    "keras.losses.MSE",
    "keras.metrics.mse",
    "keras.metrics.MSE",
)
def mean_squared_error(y_true, y_pred):
    """The mean over the last axis of `(y_true - y_pred)**2`.

    Args:
        y_true: targets, `(batch, ..., n)`.
        y_pred: predictions of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


@public(
    "keras.losses.mean_absolute_error",
    "keras.metrics.mean_absolute_error",
    "keras.losses.mae",
    "keras.losses.MAE",
    "keras.metrics.mae",
    "keras.metrics.MAE",
)
def mean_absolute_error(y_true, y_pred):
    """The mean over the last axis of `abs(y_true - y_pred)`.

    Args:
        y_true: targets, `(batch, ..., n)`.
        y_pred: predictions of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


@public(
    "keras.losses.mean_absolute_percentage_error",
    "keras.metrics.mean_absolute_percentage_error",
    "keras.losses.mape",
    "keras.losses.MAPE",
    "keras.metrics.mape",
    "keras.metrics.MAPE",
)
def mean_absolute_percentage_error(y_true, y_pred):
    """100 times the mean over the last axis of `abs((y_true - y_pred) / y_true)`, with
    `abs(y_true)` at least epsilon.

    Args:
        y_true: targets, `(batch, ..., n)`.
        y_pred: predictions of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    relative = (y_true - y_pred) / ops.maximum(ops.abs(y_true), settings.epsilon())
    return 100.0 * ops.mean(ops.abs(relative), axis=-1)


@public(
    "keras.losses.mean_squared_logarithmic_error",
    "keras.metrics.mean_squared_logarithmic_error",
    "keras.losses.msle",
    "keras.losses.MSLE",
    "keras.metrics.msle",
    "keras.metrics.MSLE",
)
def mean_squared_logarithmic_error(y_true, y_pred):
    """The mean over the last axis of `(log(y_true + 1) - log(y_pred + 1))**2`, with both at least
    epsilon.

    Args:
        y_true: targets, `(batch, ..., n)`.
        y_pred: predictions of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    log_pred = ops.log(ops.maximum(y_pred, settings.epsilon()) + 1.0)
    log_true = ops.log(ops.maximum(y_true, settings.epsilon()) + 1.0)
    return ops.mean(ops.square(log_pred - log_true), axis=-1)


@public("keras.losses.cosine_similarity")
def cosine_similarity(y_true, y_pred, axis=-1):
    """The negative cosine of the angle between targets and predictions: -1 for equal directions, 1
    for opposite ones.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis along which they are vectors.

    Returns:
        A tensor without that axis.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return -ops.sum(ops.normalize(y_true, axis=axis) * ops.normalize(y_pred, axis=axis), axis=axis)


@public("keras.losses.huber", "keras.metrics.huber")
def huber(y_true, y_pred, delta=1.0):
    """The mean over the last axis of half the squared error up to `delta`, and a line beyond it.

    Args:
        y_true: targets, `(batch, ..., n)`.
        y_pred: predictions of the same shape.
        delta: the error, as a number, at which the parabola becomes a line.

    Returns:
        A tensor `(batch, ...)`.

    Reference: Huber, 1964, Robust Estimation of a Location Parameter.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = ops.abs(y_pred - y_true)
    values = ops.where(error <= delta, 0.5 * ops.square(error), delta * error - 0.5 * delta * delta)
    return ops.mean(values, axis=-1)


@public(
    "keras.losses.log_cosh",
    "keras.metrics.log_cosh",
    "keras.losses.logcosh",
    "keras.metrics.logcosh",
)
def log_cosh(y_true, y_pred):
    """The mean over the last axis of `log(cosh(y_pred - y_true))`.

    Args:
        y_true: targets, `(batch, ..., n)`.
        y_pred: predictions of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(error + ops.softplus(-2.0 * error) - math.log(2.0), axis=-1)


@public("keras.losses.MeanSquaredError")
class MeanSquaredError(LossFunctionWrapper):
    """The mean of squared errors, `mean_squared_error` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, reduction, name, dtype)


@public("keras.losses.MeanAbsoluteError")
class MeanAbsoluteError(LossFunctionWrapper):
    """The mean of absolute errors, `mean_absolute_error` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, reduction, name, dtype)


@public("keras.losses.MeanAbsolutePercentageError")
class MeanAbsolutePercentageError(LossFunctionWrapper):
    """The mean of relative errors in percent, `mean_absolute_percentage_error` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="mean_absolute_percentage_error", dtype=None
    ):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


@public("keras.losses.MeanSquaredLogarithmicError")
class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """The mean of squared differences of logarithms, `mean_squared_logarithmic_error` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self, reduction="sum_over_batch_size", name="mean_squared_logarithmic_error", dtype=None
    ):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


@public("keras.losses.CosineSimilarity")
class CosineSimilarity(LossFunctionWrapper):
    """The negative cosine between targets and predictions, `cosine_similarity` as a loss.

    Args:
        axis: the axis along which they are vectors.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None
    ):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)

    def get_config(self):
        """The arguments that make an equal loss."""
        return without_default(super().get_config(), "axis", -1)


@public("keras.losses.Huber")
class Huber(LossFunctionWrapper):
    """Squared for small errors, linear for large ones, `huber` as a loss.

    Args:
        delta: the error, as a number, at which the parabola becomes a line.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(huber, reduction, name, dtype, delta=delta)

    def get_config(self):
        """The arguments that make an equal loss."""
        return without_default(super().get_config(), "delta", 1.0)


@public("keras.losses.LogCosh")
class LogCosh(LossFunctionWrapper):
    """The logarithm of the hyperbolic cosine of the error, `log_cosh` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(log_cosh, reduction, name, dtype)
