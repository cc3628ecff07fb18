"""Losses on how much two regions overlap: Dice and Tversky, as functions and classes."""

from estikeras import ops, settings
from estikeras.keras.losses.base import LossFunctionWrapper, aligned
from estikeras.public import public


@public("keras.losses.dice")
def dice(y_true, y_pred, axis=None):
    """One minus twice the intersection over the sum of both regions.

    Args:
        y_true: targets between 0 and 1.
        y_pred: predictions between 0 and 1, of the same shape.
        axis: axes that make up one region; None for all.

    Returns:
        A tensor without those axes.

    Reference: Sudre et al., 2017, Generalised Dice overlap as a deep learning loss function.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    intersection = ops.sum(y_true * y_pred, axis=axis)
    total = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1.0 - 2.0 * intersection / (total + settings.epsilon())


@public("keras.losses.tversky")
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """One minus the intersection over itself plus the weighted parts outside of it.

    Args:
        y_true: targets between 0 and 1.
        y_pred: predictions between 0 and 1, of the same shape.
        alpha: weight of what only `y_true` has.
        beta: weight of what only `y_pred` has.
        axis: axes that make up one region; None for all.

    Returns:
        A tensor without those axes.

    Reference: Salehi et al., 2017, Tversky loss function for image segmentation using 3D fully
    convolutional networks.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    intersection = ops.sum(y_true * y_pred, axis=axis)
    only_true = ops.sum((1.0 - y_pred) * y_true, axis=axis)
    only_pred = ops.sum(y_pred * (1.0 - y_true), axis=axis)
    return 1.0 - intersection / (
        intersection + alpha * only_true + beta * only_pred + settings.epsilon()
    )


@public("keras.losses.Dice")
class Dice(LossFunctionWrapper):
    """One minus the overlap of two regions, `dice` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        axis: axes that make up one region; None for all.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(dice, reduction, name, dtype, axis=axis)


@public("keras.losses.Tversky")
class Tversky(LossFunctionWrapper):
    """One minus a weighted overlap of two regions, `tversky` as a loss.

    Args:
        alpha: weight of what only `y_true` has.
        beta: weight of what only `y_pred` has.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        axis: axes that make up one region; None for all.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self,
        alpha=0.5,
        beta=0.5,
        reduction="sum_over_batch_size",
        name="tversky",
        axis=None,
        dtype=None,
    ):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
