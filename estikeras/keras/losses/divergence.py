"""Losses between distributions that are no cross-entropy: Kullback-Leibler and Poisson, as
functions and classes.
"""

from estikeras import ops, settings
from estikeras.keras.losses.base import LossFunctionWrapper, aligned
from estikeras.public import public


@public(
    "keras.losses.kl_divergence",
    "keras.metrics.kl_divergence",
    "keras.losses.kld",
    "keras.losses.KLD",
    "keras.metrics.kld",
    "keras.metrics.KLD",
    "keras.losses.kullback_leibler_divergence",
    "keras.metrics.kullback_leibler_divergence",
)
def kl_divergence(y_true, y_pred):
    """The sum over the last axis of `y_true * log(y_true / y_pred)`, with both clipped to [epsilon,
    1].

    Args:
        y_true: probabilities, `(batch, ..., n)`.
        y_pred: probabilities of the same shape.

    Returns:
        A tensor `(batch, ...)`.

    Reference: Kullback and Leibler, 1951, On Information and Sufficiency.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    y_true = ops.clip(y_true, settings.epsilon(), 1.0)
    y_pred = ops.clip(y_pred, settings.epsilon(), 1.0)
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


@public("keras.losses.poisson", "keras.metrics.poisson")
def poisson(y_true, y_pred):
    """The mean over the last axis of `y_pred - y_true * log(y_pred)`.

    Args:
        y_true: counts, `(batch, ..., n)`.
        y_pred: expected counts of the same shape.

    Returns:
        A tensor `(batch, ...)`.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.mean(y_pred - y_true * ops.log(y_pred + settings.epsilon()), axis=-1)


@public("keras.losses.KLDivergence")
class KLDivergence(LossFunctionWrapper):
    """How far the predicted distribution is from the true one, `kl_divergence` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, reduction, name, dtype)


@public("keras.losses.Poisson")
class Poisson(LossFunctionWrapper):
    """The negative log-likelihood of counts, up to a constant, `poisson` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(poisson, reduction, name, dtype)
