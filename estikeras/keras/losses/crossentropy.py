"""Cross-entropies between labels and probabilities or logits: binary, categorical and by class
index.
"""

import warnings

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.keras.losses.base import LossFunctionWrapper, aligned, without_default
from estikeras.public import public


@public("keras.losses.binary_crossentropy", "keras.metrics.binary_crossentropy")
def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """The mean over `axis` of the cross-entropy between labels 0 and 1 and predicted probabilities.

    Args:
        y_true: labels between 0 and 1, `(batch, ..., n)`.
        y_pred: probabilities or logits of the same shape.
        from_logits: whether `y_pred` are logits.
        label_smoothing: how far, from 0 to 1, labels are moved towards 0.5.
        axis: the axis of the mean.

    Returns:
        A tensor without that axis.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    y_true = smooth(y_true, label_smoothing, 2)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


@public("keras.losses.categorical_crossentropy", "keras.metrics.categorical_crossentropy")
def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """The cross-entropy between one-hot labels and predicted probabilities of classes.

    Args:
        y_true: one-hot labels or probabilities, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.
        from_logits: whether `y_pred` are logits.
        label_smoothing: how far, from 0 to 1, labels are moved towards equal probabilities.
        axis: the axis of the classes.

    Returns:
        A tensor without that axis.

    Raises:
        ValueError: if `axis` is a bool, which is `from_logits` at the wrong place.
    """
    y_true, y_pred = categorical_inputs(
        "categorical_crossentropy", y_true, y_pred, label_smoothing, axis
    )
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


@public(
    "keras.losses.sparse_categorical_crossentropy", "keras.metrics.sparse_categorical_crossentropy"
)
def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """The cross-entropy between class indices and predicted probabilities of classes.

    Args:
        y_true: class indices, `(batch, ...)`, or with a last axis of size 1.
        y_pred: probabilities or logits, `(batch, ..., classes)`.
        from_logits: whether `y_pred` are logits.
        ignore_class: index of samples that do not count, such as 255 for void pixels; None for
            none.
        axis: the axis of the classes.

    Returns:
        A tensor of the shape of `y_true`; with `ignore_class`, its mask leaves out the ignored.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis=axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    valid = ops.not_equal(y_true, ops.cast(ignore_class, y_true.dtype))
    y_true = ops.where(valid, y_true, 0)
    y_pred = ops.where(ops.expand_dims(valid, axis), y_pred, 0.0)
    values = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    values = ops.where(valid, values, 0.0)
    values._keras_mask = valid
    return values


@public("keras.losses.categorical_generalized_cross_entropy")
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """`(1 - p**q) / q` with the probability `p` of the true class: robust to wrong labels.

    Args:
        y_true: class indices, `(batch, ...)` int.
        y_pred: probabilities, `(batch, ..., classes)`.
        q: a number between 0 (cross-entropy) and 1 (absolute error).

    Returns:
        A tensor of the shape of `y_true`.

    Reference: Zhang and Sabuncu, 2018, Generalized Cross Entropy Loss for Training Deep Neural
    Networks with Noisy Labels.
    """
    y_pred = ops.convert_to_tensor(y_pred)
    labels = ops.one_hot(
        ops.cast(ops.convert_to_tensor(y_true), "int32"), y_pred.shape[-1], dtype=y_pred.dtype
    )
    return (1.0 - ops.power(ops.sum(y_pred * labels, axis=-1), q)) / q


def categorical_inputs(loss, y_true, y_pred, label_smoothing, axis):
    """One-hot labels, smoothed, and predictions as tensors of one dtype; says so where they make no
    sense.
    """
    if isinstance(axis, bool):
        raise errors.invalid(
            "axis", got=axis, expected="an int", hint="Is it meant to be `from_logits`?"
        )
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    classes = y_pred.shape[axis]
    numbers = (tuple(y_pred.shape[:-1]), (*y_pred.shape[:-1], 1))
    if axis == -1 and classes != 1 and tuple(y_true.shape) in numbers:
        raise errors.shape_mismatch(
            "y_true",
            got=y_true.shape,
            expected=y_pred.shape,
            hint=f"Class numbers go with `sparse_categorical_crossentropy`, {loss} takes one-hot "
            "rows.",
        )
    y_true, y_pred = aligned(y_true, y_pred)
    if y_pred.shape[-1] == 1:
        warnings.warn(
            f"The loss {loss} got predictions of one class only, shape {tuple(y_pred.shape)}; "
            "for two classes, use 'binary_crossentropy'.",
            SyntaxWarning,
            stacklevel=3,
        )
    return smooth(y_true, label_smoothing, y_true.shape[-1]), y_pred


def smooth(y_true, label_smoothing, classes):
    """Labels moved towards equal probabilities of the classes."""
    return (
        y_true * (1.0 - label_smoothing) + label_smoothing / classes if label_smoothing else y_true
    )


@public("keras.losses.BinaryCrossentropy")
class BinaryCrossentropy(LossFunctionWrapper):
    """The cross-entropy of yes-or-no labels, `binary_crossentropy` as a loss.

    Args:
        from_logits: whether predictions are logits, not probabilities.
        label_smoothing: how far, from 0 to 1, labels are moved towards 0.5.
        axis: the axis of the mean.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction, name, dtype, **options)


@public("keras.losses.CategoricalCrossentropy")
class CategoricalCrossentropy(LossFunctionWrapper):
    """The cross-entropy of one-hot labels, `categorical_crossentropy` as a loss.

    Args:
        from_logits: whether predictions are logits, not probabilities.
        label_smoothing: how far, from 0 to 1, labels are moved towards equal probabilities.
        axis: the axis of the classes.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction, name, dtype, **options)


@public("keras.losses.SparseCategoricalCrossentropy")
class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """The cross-entropy of class indices, `sparse_categorical_crossentropy` as a loss.

    Args:
        from_logits: whether predictions are logits, not probabilities.
        ignore_class: index of samples that do not count; None for none.
        reduction: as in `keras.losses.Loss`.
        axis: the axis of the classes.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **options)

    def get_config(self):
        """The arguments that make an equal loss."""
        return without_default(super().get_config(), "axis", -1)

    def _convert_target(self, y_true):
        # Class indices stay integers: float16 and float32 do not hold all of them.
        y_true = ops.convert_to_tensor(y_true)
        return y_true if dtypes.is_int(y_true.dtype) else super()._convert_target(y_true)


@public("keras.losses.CategoricalGeneralizedCrossEntropy")
class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """Cross-entropy that forgives wrong labels, `categorical_generalized_cross_entropy` as a loss.

    Args:
        q: a number between 0 (cross-entropy) and 1 (absolute error), both excluded.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.

    Raises:
        ValueError: for another `q`.
    """

    def __init__(
        self,
        q=0.5,
        reduction="sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype=None,
    ):
        if not 0 < q < 1:
            raise errors.invalid("q", got=q, expected="a number between 0 and 1, both excluded")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
