"""Losses that ask for a margin: hinge, squared hinge and categorical hinge, as functions and
classes.
"""

from estikeras import ops
from estikeras.keras.losses.base import LossFunctionWrapper, aligned
from estikeras.public import public


@public("keras.losses.hinge", "keras.metrics.hinge")
def hinge(y_true, y_pred):
    """The mean over the last axis of `maximum(1 - y_true * y_pred, 0)`.

    Args:
        y_true: targets -1 and 1, `(batch, ..., n)`; if all are 0 or 1, they are taken as -1 and 1.
        y_pred: predictions of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    return ops.mean(_missing_margin(y_true, y_pred), axis=-1)


@public("keras.losses.squared_hinge", "keras.metrics.squared_hinge")
def squared_hinge(y_true, y_pred):
    """The mean over the last axis of `maximum(1 - y_true * y_pred, 0)**2`.

    Args:
        y_true: targets -1 and 1, `(batch, ..., n)`; if all are 0 or 1, they are taken as -1 and 1.
        y_pred: predictions of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    return ops.mean(ops.square(_missing_margin(y_true, y_pred)), axis=-1)


@public("keras.losses.categorical_hinge", "keras.metrics.categorical_hinge")
def categorical_hinge(y_true, y_pred):
    """`maximum(neg - pos + 1, 0)`, where `pos` is the score of the true class and `neg` the best of
    the others.

    Args:
        y_true: one-hot targets, `(batch, ..., classes)`.
        y_pred: scores of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    pos = ops.sum(y_true * y_pred, axis=-1)
    neg = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(neg - pos + 1.0, 0.0)


def _missing_margin(y_true, y_pred):
    y_true, y_pred = aligned(y_true, y_pred)
    is_binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    y_true = ops.where(is_binary, 2.0 * y_true - 1.0, y_true)
    return ops.maximum(1.0 - y_true * y_pred, 0.0)


@public("keras.losses.Hinge")
class Hinge(LossFunctionWrapper):
    """The margin that is missing to 1, `hinge` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        super().__init__(hinge, reduction, name, dtype)


@public("keras.losses.SquaredHinge")
class SquaredHinge(LossFunctionWrapper):
    """The square of the margin that is missing to 1, `squared_hinge` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, reduction, name, dtype)


@public("keras.losses.CategoricalHinge")
class CategoricalHinge(LossFunctionWrapper):
    """The margin between the true class and the best other one, `categorical_hinge` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, reduction, name, dtype)
