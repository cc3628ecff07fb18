"""Focal cross-entropies, which look away from samples that are right already: binary and
categorical.
"""

from estikeras import ops, settings
from estikeras.keras.losses.base import LossFunctionWrapper, aligned
from estikeras.keras.losses.crossentropy import categorical_inputs, smooth
from estikeras.public import public


@public("keras.losses.binary_focal_crossentropy", "keras.metrics.binary_focal_crossentropy")
def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """The mean over `axis` of the binary cross-entropy times `(1 - p)**gamma`, `p` the probability
    of the true label.

    Args:
        y_true: labels between 0 and 1, `(batch, ..., n)`.
        y_pred: probabilities or logits of the same shape.
        apply_class_balancing: whether label 1 weighs `alpha` and label 0 `1 - alpha`.
        alpha: weight of label 1.
        gamma: how strongly easy samples are left out; 0 is the plain cross-entropy.
        from_logits: whether `y_pred` are logits.
        label_smoothing: how far, from 0 to 1, labels are moved towards 0.5.
        axis: the axis of the mean.

    Returns:
        A tensor without that axis.

    Reference: Lin et al., 2017, Focal Loss for Dense Object Detection.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    y_true = smooth(y_true, label_smoothing, 2)
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    values = ops.binary_crossentropy(y_true, y_pred)
    p = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    values = values * ops.power(1.0 - p, gamma)
    if apply_class_balancing:
        values = values * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return ops.mean(values, axis=axis)


@public(
    "keras.losses.categorical_focal_crossentropy", "keras.metrics.categorical_focal_crossentropy"
)
def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """The sum over classes of the cross-entropy times `alpha * (1 - p)**gamma`, `p` the predicted
    probability.

    Args:
        y_true: one-hot labels or probabilities, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.
        alpha: weight, a number or one per class.
        gamma: how strongly easy samples are left out; 0 is the plain cross-entropy.
        from_logits: whether `y_pred` are logits.
        label_smoothing: how far, from 0 to 1, labels are moved towards equal probabilities.
        axis: the axis of the classes.

    Returns:
        A tensor without that axis.

    Reference: Lin et al., 2017, Focal Loss for Dense Object Detection.
    """
    y_true, y_pred = categorical_inputs(
        "categorical_focal_crossentropy", y_true, y_pred, label_smoothing, axis
    )
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    p = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    p = ops.clip(p, settings.epsilon(), 1.0 - settings.epsilon())
    weight = ops.power(1.0 - p, gamma) * alpha
    return -ops.sum(weight * y_true * ops.log(p), axis=axis)


@public("keras.losses.BinaryFocalCrossentropy")
class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary cross-entropy that looks at hard samples, `binary_focal_crossentropy` as a loss.

    Args:
        apply_class_balancing: whether label 1 weighs `alpha` and label 0 `1 - alpha`.
        alpha: weight of label 1.
        gamma: how strongly easy samples are left out.
        from_logits: whether predictions are logits, not probabilities.
        label_smoothing: how far, from 0 to 1, labels are moved towards 0.5.
        axis: the axis of the mean.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@public("keras.losses.CategoricalFocalCrossentropy")
class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical cross-entropy that looks at hard samples, `categorical_focal_crossentropy` as a
    loss.

    Args:
        alpha: weight, a number or one per class.
        gamma: how strongly easy samples are left out.
        from_logits: whether predictions are logits, not probabilities.
        label_smoothing: how far, from 0 to 1, labels are moved towards equal probabilities.
        axis: the axis of the classes.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
