"""How well predictions follow the targets: Pearson's and the concordance correlation, as functions
and classes.
"""

from estikeras import ops, settings
from estikeras.keras.losses.base import aligned
from estikeras.keras.metrics.reduction import MeanOfFunction
from estikeras.public import public


@public("keras.metrics.pearson_correlation")
def pearson_correlation(y_true, y_pred, axis=-1):
    """Pearson's correlation, from -1 to 1.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis along which they are correlated.

    Returns:
        A tensor without that axis.

    Reference: Pearson, 1895, Notes on Regression and Inheritance in the Case of Two Parents.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.mean(_standardized(y_true, axis) * _standardized(y_pred, axis), axis=axis)


@public("keras.metrics.concordance_correlation")
def concordance_correlation(y_true, y_pred, axis=-1):
    """Lin's concordance correlation, from -1 to 1: unlike Pearson's, 1 only where predictions equal
    the targets.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: the axis along which they are compared.

    Returns:
        A tensor without that axis.

    Reference: Lin, 1989, A Concordance Correlation Coefficient to Evaluate Reproducibility.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    mean_true = ops.mean(y_true, axis=axis, keepdims=True)
    mean_pred = ops.mean(y_pred, axis=axis, keepdims=True)
    # The mean over the axis makes a covariance of this: one centred factor is enough.
    covariance = (y_true - mean_pred) * (y_pred - mean_pred)
    variances = ops.var(y_true, axis=axis, keepdims=True) + ops.var(
        y_pred, axis=axis, keepdims=True
    )
    scale = variances + ops.square(mean_true - mean_pred) + settings.epsilon()
    return ops.mean(2.0 * covariance / scale, axis=axis)


def _standardized(x, axis):
    x = x - ops.mean(x, axis=axis, keepdims=True)
    return x / ops.std(x, axis=axis, keepdims=True)


@public("keras.metrics.PearsonCorrelation")
class PearsonCorrelation(MeanOfFunction):
    """The mean over samples of Pearson's correlation.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
        axis: the axis along which targets and predictions are correlated.
    """

    _direction = "up"

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)


@public("keras.metrics.ConcordanceCorrelation")
class ConcordanceCorrelation(MeanOfFunction):
    """The mean over samples of Lin's concordance correlation.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
        axis: the axis along which targets and predictions are compared.
    """

    _direction = "up"

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
