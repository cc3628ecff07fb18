"""The hinge losses as metrics."""

from estikeras.keras.losses.hinge import categorical_hinge, hinge, squared_hinge
from estikeras.keras.metrics.reduction import MeanOfFunction
from estikeras.public import public


@public("keras.metrics.Hinge")
class Hinge(MeanOfFunction):
    """The mean of `keras.losses.hinge`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="hinge", dtype=None):
        super().__init__(hinge, name, dtype)


@public("keras.metrics.SquaredHinge")
class SquaredHinge(MeanOfFunction):
    """The mean of `keras.losses.squared_hinge`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, name, dtype)


@public("keras.metrics.CategoricalHinge")
class CategoricalHinge(MeanOfFunction):
    """The mean of `keras.losses.categorical_hinge`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, name, dtype)
