"""What a loss is: values by sample, then weights, masks and the reduction to one number. Knows no
particular loss.
"""

from estikeras import errors, ops, settings
from estikeras.engine import naming, tree
from estikeras.keras import dtype_policies
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.ops import replicas
from estikeras.public import public

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


@public("keras.Loss", "keras.losses.Loss")
class Loss:
    """The base of losses: subclasses compute one value per sample in `call`, this class weighs and
    reduces them.

    Args:
        name: name of the loss; by default the class's name in snake case.
        reduction: `"sum_over_batch_size"` or `"mean"` (sum over the number of values), `"sum"`,
            `"mean_with_sample_weight"` (sum over the sum of the weights), `"none"` or None.
        dtype: dtype or dtype policy of the computation, by default `keras.config.floatx()`.

    Raises:
        ValueError: for another reduction.
    """

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        if reduction not in REDUCTIONS:
            raise errors.invalid("reduction", got=reduction, expected=f"one of {REDUCTIONS}")
        self.name = name or naming.auto_name(type(self).__name__)
        self.reduction = reduction
        self._dtype_policy = dtype_policies.get(dtype or settings.floatx())
        self._dtype = self._dtype_policy.compute_dtype

    @property
    def dtype(self):
        """Name of the dtype that the loss is computed in."""
        return self._dtype

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The reduced loss.

        Args:
            y_true: targets, `(batch, ...)`.
            y_pred: predictions, `(batch, ...)`; its Keras mask, if it has one, leaves values out.
            sample_weight: weights, `(batch,)` or the shape of the values by sample.

        Returns:
            A scalar, or with reduction `"none"` the weighted values.
        """
        mask = keras_mask(y_pred)
        y_pred = _map_tensors(lambda x: ops.convert_to_tensor(x, dtype=self.dtype), y_pred)
        y_true = _map_tensors(self._convert_target, y_true)
        values = self.call(y_true, y_pred)
        own_mask = keras_mask(values)
        if own_mask is not None:
            mask = own_mask if mask is None else ops.logical_and(mask, own_mask)
        return reduce_weighted_values(values, sample_weight, mask, self.reduction, self.dtype)

    def call(self, y_true, y_pred):
        """The loss of each sample, before weights and reduction; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} must define `call(y_true, y_pred)`.")

    def get_config(self):
        """The arguments that make an equal loss, as a dict that JSON can hold."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config):
        """A loss from what `get_config` gave."""
        return cls(**config)

    def _convert_target(self, y_true):
        return ops.convert_to_tensor(y_true, dtype=self.dtype)


class LossFunctionWrapper(Loss):
    """A loss made of a function `fn(y_true, y_pred, **kwargs)`. Each keyword argument is an
    attribute and in the config.
    """

    def __init__(self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs
        vars(self).update(kwargs)

    def call(self, y_true, y_pred):
        """The function's values, after targets and predictions were given equal ranks."""
        if tree.is_nested(y_true) or tree.is_nested(y_pred):
            true, pred = tree.flatten(y_true), tree.flatten(y_pred)
            if len(true) != len(pred):
                raise errors.invalid(
                    "y_true", got=f"{len(true)} tensors", expected=f"{len(pred)}, as in `y_pred`"
                )
            pairs = [squeeze_or_expand_to_same_rank(*pair) for pair in zip(true, pred, strict=True)]
            y_true = tree.pack_sequence_as(y_true, [a for a, _ in pairs])
            y_pred = tree.pack_sequence_as(y_pred, [b for _, b in pairs])
        else:
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self):
        """The arguments that make an equal loss; of a wrapper that was made directly, with its
        function.
        """
        config = {**super().get_config(), **self._fn_kwargs}
        if type(self) is LossFunctionWrapper:
            config.update(
                serialize_keras_object(self._fn_kwargs), fn=serialize_keras_object(self.fn)
            )
        return config

    @classmethod
    def from_config(cls, config):
        """A loss from what `get_config` gave."""
        return cls(**(deserialize_keras_object(config) if "fn" in config else config))

    def __repr__(self):
        function = getattr(self.fn, "__name__", self.fn)
        return f"<{type(self).__name__}({function}, kwargs={self._fn_kwargs})>"


def _map_tensors(function, x):
    """The function of each array in a structure; nested numbers are one array."""
    has_arrays = not tree.is_nested(x) or any(hasattr(leaf, "shape") for leaf in tree.flatten(x))
    return tree.map_structure(function, x) if has_arrays or isinstance(x, dict) else function(x)


def without_default(config, name, default):
    """The config without an argument that has its default: the reference's config never has it, and
    loads both.
    """
    return {key: value for key, value in config.items() if key != name or value != default}


def keras_mask(x):
    """The Keras mask that layers have put on a tensor, or None."""
    return getattr(x, "_keras_mask", None)


def aligned(y_true, y_pred):
    """Targets and predictions as tensors of the predictions' dtype and of equal rank.

    Raises:
        ValueError: if their shapes do not broadcast.
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    sizes = zip(reversed(y_true.shape), reversed(y_pred.shape), strict=False)
    if any(a != b and None not in (a, b) and 1 not in (a, b) for a, b in sizes):
        raise errors.shape_mismatch("y_true", got=y_true.shape, expected=y_pred.shape)
    return y_true, y_pred


def squeeze_or_expand_to_same_rank(a, b, expand_rank_1=True):
    """Two tensors, one of which gained or lost a last axis of size 1 when their ranks differ by
    one.
    """
    if len(a.shape) == len(b.shape) + 1:
        return _lowered(a, b, expand_rank_1)
    if len(b.shape) == len(a.shape) + 1:
        b, a = _lowered(b, a, expand_rank_1)
    return a, b


def _lowered(high, low, expand_rank_1):
    if high.shape[-1] != 1:
        return high, low
    if len(low.shape) == 1 and expand_rank_1:
        return high, ops.expand_dims(low, axis=-1)
    return ops.squeeze(high, axis=-1), low


def apply_mask(sample_weight, mask, dtype, reduction):
    """Sample weights times a mask; for means the rest weighs more, so that masked values leave the
    mean too.

    Args:
        sample_weight: weights or None.
        mask: boolean tensor or None, true where a value counts.
        dtype: dtype of the result.
        reduction: name of the reduction that follows.

    Returns:
        A tensor, or None without weights and mask.
    """
    if mask is None:
        return sample_weight
    weights = ops.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        count = replicas.total_for_mean(ops.sum(weights))
        weights = weights * ops.divide_no_nan(ops.cast(ops.size(weights), dtype), count)
    if sample_weight is None:
        return weights
    weights, sample_weight = squeeze_or_expand_to_same_rank(
        weights, ops.convert_to_tensor(sample_weight, dtype=dtype)
    )
    return sample_weight * weights


def reduce_weighted_values(
    values, sample_weight=None, mask=None, reduction="sum_over_batch_size", dtype=None
):
    """Values times their weights, reduced; arguments as in `Loss` and `apply_mask`."""
    values = ops.convert_to_tensor(values, dtype=dtype)
    weights = apply_mask(sample_weight, mask, values.dtype, reduction)
    if weights is not None:
        weights = ops.convert_to_tensor(weights, dtype=values.dtype)
        values, weights = squeeze_or_expand_to_same_rank(values, weights)
        values = values * weights
    return _reduce(values, weights, reduction)


def _reduce(values, weights, reduction):
    if reduction in (None, "none") or tuple(values.shape) in ((), (0,)):
        return values
    if reduction == "sum" or 0 in values.shape:
        share = replicas.replica_share()
        return ops.sum(values) if share is None else ops.sum(values) / ops.cast(share, values.dtype)
    if reduction == "mean_with_sample_weight" and weights is not None:
        count = replicas.total_for_mean(ops.sum(weights))
        return ops.divide_no_nan(ops.sum(values), count)
    return ops.mean(values)
