"""The heads of TensorFlow 1's estimators: its reductions of losses, its areas under curves, the
mean loss among the summaries, and the names of losses by which its scripts log them.
"""

from estikeras import errors, ops
from estikeras.compat.metrics.areas import auc
from estikeras.compat.name_scopes import named
from estikeras.compat.summary import scalar
from estikeras.compat.weighted_losses import Reduction
from estikeras.estimator.heads import binary_class_head, checks, multi_class_head, regression_head
from estikeras.estimator.heads.single import broadcast
from estikeras.estimator.keys import MetricKeys
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.keras.losses.base import reduce_weighted_values
from estikeras.ops import replicas

# The same in `keras.losses`; None for what it has not.
_REDUCTIONS = {
    Reduction.SUM: "sum",
    Reduction.SUM_OVER_BATCH_SIZE: "sum_over_batch_size",
    Reduction.MEAN: "mean_with_sample_weight",
    Reduction.SUM_BY_NONZERO_WEIGHTS: None,
}


class _Head:
    """What is other than in TensorFlow 2's heads.

    Args:
        scope: name scope of what is computed, and of what optimizers keep once.
        *args: those of the head.
        **kwargs: those of the head.
    """

    def __init__(self, scope, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._scope = scope

    @staticmethod
    def _check_reduction(loss_reduction):
        if loss_reduction not in _REDUCTIONS:
            raise errors.invalid(
                "loss_reduction", got=loss_reduction, expected=f"one of {list(_REDUCTIONS)}"
            )

    @property
    def _name_scope(self):
        return self._scope

    @property
    def _training_scope(self):
        return self._scope

    def _reduced(self, losses, weights):
        weights, reduction = broadcast(weights, losses), _REDUCTIONS[self._loss_reduction]
        if reduction is not None or weights is None:
            return reduce_weighted_values(losses, weights, reduction=reduction or "mean")
        count = ops.sum(ops.cast(ops.not_equal(weights, 0.0), "float32"))
        return ops.divide_no_nan(ops.sum(losses * weights), replicas.total_for_mean(count))

    def create_estimator_spec(self, features, mode, logits, labels=None, *args, **kwargs):
        spec = super().create_estimator_spec(features, mode, logits, labels, *args, **kwargs)
        if mode == ModeKeys.PREDICT:
            return spec
        summed = self._loss_reduction == Reduction.SUM
        named(spec.loss, f"{self._scope}/weighted_loss/{'Sum' if summed else 'value'}")
        if mode == ModeKeys.TRAIN and summed:
            losses, weights = self._weighted_losses(self._labels(labels, logits), logits, features)
            count = losses.size if weights is None else ops.sum(broadcast(weights, losses))
            mean = named(spec.loss / count, f"{self._scope}/truediv")
            scalar(self._key(MetricKeys.LOSS_MEAN), mean)
        return spec


class BinaryClassHead(_Head, binary_class_head.BinaryClassHead):
    """Two classes."""

    def _new_areas(self):
        return {}

    def _update_areas(self, metrics, labels, logistic, weights):
        for key, curve in ((MetricKeys.AUC, "ROC"), (MetricKeys.AUC_PR, "PR")):
            metrics[self._key(key)] = auc(labels, logistic, weights, curve=curve)


class MultiClassHead(_Head, multi_class_head.MultiClassHead):
    """More than two classes."""


class RegressionHead(_Head, regression_head.RegressionHead):
    """Numbers."""


def classifier_head(scope, n_classes, weight_column, label_vocabulary, loss_reduction):
    """The head of a classifier; arguments are the heads'."""
    options = {
        "weight_column": weight_column,
        "label_vocabulary": label_vocabulary,
        "loss_reduction": loss_reduction,
    }
    checks.check_n_classes(n_classes, 2)
    if n_classes == 2:
        return BinaryClassHead(scope, **options)
    return MultiClassHead(scope, n_classes, **options)
