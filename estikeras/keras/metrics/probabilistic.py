"""Cross-entropies and divergences as metrics."""

from estikeras.keras.losses.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from estikeras.keras.losses.divergence import kl_divergence, poisson
from estikeras.keras.metrics.reduction import MeanOfFunction
from estikeras.public import public


@public("keras.metrics.KLDivergence")
class KLDivergence(MeanOfFunction):
    """The mean of `keras.losses.kl_divergence`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, name, dtype)


@public("keras.metrics.Poisson")
class Poisson(MeanOfFunction):
    """The mean of `keras.losses.poisson`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
    """

    _direction = "down"

    def __init__(self, name="poisson", dtype=None):
        super().__init__(poisson, name, dtype)


@public("keras.metrics.BinaryCrossentropy")
class BinaryCrossentropy(MeanOfFunction):
    """The mean of `keras.losses.binary_crossentropy`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
        from_logits: whether predictions are logits, not probabilities.
        label_smoothing: how far, from 0 to 1, labels are moved towards 0.5.
    """

    _direction = "down"

    def __init__(
        self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(binary_crossentropy, name, dtype, **options)


@public("keras.metrics.CategoricalCrossentropy")
class CategoricalCrossentropy(MeanOfFunction):
    """The mean of `keras.losses.categorical_crossentropy`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
        from_logits: whether predictions are logits, not probabilities.
        label_smoothing: how far, from 0 to 1, labels are moved towards equal probabilities.
        axis: the axis of the classes.
    """

    _direction = "down"

    def __init__(
        self,
        name="categorical_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
        axis=-1,
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, name, dtype, **options)


@public("keras.metrics.SparseCategoricalCrossentropy")
class SparseCategoricalCrossentropy(MeanOfFunction):
    """The mean of `keras.losses.sparse_categorical_crossentropy`.

    Args:
        name: name of the metric.
        dtype: dtype of the result.
        from_logits: whether predictions are logits, not probabilities.
        ignore_class: index of samples that do not count; None for none.
        axis: the axis of the classes.
    """

    _direction = "down"

    def __init__(
        self,
        name="sparse_categorical_crossentropy",
        dtype=None,
        from_logits=False,
        ignore_class=None,
        axis=-1,
    ):
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, name, dtype, **options)
