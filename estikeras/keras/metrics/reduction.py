"""Metrics that add up values: their sum, their weighted mean, and the mean of what a function gives
for each sample.
"""

from estikeras import ops
from estikeras.keras.losses.base import apply_mask, keras_mask, squeeze_or_expand_to_same_rank
from estikeras.keras.metrics.base import Metric
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.ops import replicas
from estikeras.public import public


@public("keras.metrics.Sum")
class Sum(Metric):
    """The weighted sum of all values.

    Args:
        name: name of the metric.
        dtype: dtype of the sum.
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype=self.dtype, name="total")

    def update_state(self, values, sample_weight=None):
        """Add values.

        Args:
            values: tensor of any shape.
            sample_weight: weights of the first axes of `values`, or None.
        """
        values, _ = by_sample(values, sample_weight, ops.sum, self.dtype)
        self.total.assign_add(ops.sum(values))

    def result(self):
        """The sum so far."""
        return ops.cast(self.total, self.dtype)


@public("keras.metrics.Mean")
class Mean(Metric):
    """The weighted mean of all values.

    Args:
        name: name of the metric.
        dtype: dtype of the mean.
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype=self.dtype, name="total")
        self.count = self.add_variable((), "zeros", dtype=self.dtype, name="count")

    def update_state(self, values, sample_weight=None):
        """Add values.

        Args:
            values: tensor of any shape; axes after the first are averaged.
            sample_weight: weights of the first axes of `values`, or None.
        """
        values, weights = by_sample(values, sample_weight, ops.mean, self.dtype)
        if weights is None and not values.shape:
            # One number for a whole batch counts as much as this replica's share of the batch.
            weights = replicas.replica_share()
            values = values if weights is None else values * ops.cast(weights, self.dtype)
        samples = values.shape[0] if values.shape else 1
        self.total.assign_add(ops.sum(values))
        self.count.assign_add(samples if weights is None else ops.sum(weights))

    def result(self):
        """The mean so far; 0 before the first value."""
        return ops.divide_no_nan(self.total, self.count)


@public("keras.metrics.MeanMetricWrapper")
class MeanMetricWrapper(Mean):
    """The weighted mean of what a function gives for each sample.

    Args:
        fn: function `(y_true, y_pred, **kwargs)` to values of shape `(batch, ...)`.
        name: name of the metric.
        dtype: dtype of the mean.
        **kwargs: further arguments of the function.
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: targets.
            y_pred: predictions; its Keras mask, if it has one, leaves values out.
            sample_weight: weights by sample, or None.
        """
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        sample_weight = apply_mask(sample_weight, keras_mask(y_pred), self.dtype, "sum")
        super().update_state(values, sample_weight)

    def get_config(self):
        """The arguments that make an equal metric."""
        kwargs = serialize_keras_object(self._fn_kwargs)
        return {**super().get_config(), "fn": serialize_keras_object(self._fn), **kwargs}

    @classmethod
    def from_config(cls, config):
        """A metric from what `get_config` gave."""
        return cls(**(deserialize_keras_object(config) if "fn" in config else config))


class MeanOfFunction(MeanMetricWrapper):
    """A `MeanMetricWrapper` with a function of its own: the function's arguments are attributes and
    the config.
    """

    def __init__(self, fn, name, dtype, **kwargs):
        super().__init__(fn, name, dtype, **kwargs)
        vars(self).update(kwargs)

    def get_config(self):
        """The arguments that make an equal metric."""
        return {"name": self.name, "dtype": self.dtype, **self._fn_kwargs}


def by_sample(values, sample_weight, reduce, dtype):
    """Values times weights, and the weights, both reduced to one number per sample.

    Args:
        values: tensor of any shape.
        sample_weight: weights of the first axes of `values`, or None.
        reduce: `ops.sum` or `ops.mean`.
        dtype: dtype of the results.

    Returns:
        The pair of values `(batch,)` or a scalar, and weights `(batch,)`, a scalar or None.
    """
    mask = keras_mask(values)
    values = ops.convert_to_tensor(values, dtype=dtype)
    if sample_weight is None:
        return _per_sample(values, reduce), None
    weights = ops.convert_to_tensor(sample_weight, dtype=dtype)
    weights = apply_mask(weights, mask, dtype, "sum")
    values, weights = squeeze_or_expand_to_same_rank(values, weights)
    surplus = tuple(range(len(weights.shape), len(values.shape)))
    if surplus:
        values = reduce(values, axis=surplus)
    weights = ops.broadcast_to(weights, values.shape)
    return _per_sample(values * weights, reduce), _per_sample(weights, reduce)


def _per_sample(values, reduce):
    others = tuple(range(1, len(values.shape)))
    return reduce(values, axis=others) if others else values
