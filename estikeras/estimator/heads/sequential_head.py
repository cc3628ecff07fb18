"""A head for each step of sequences. The steps that an example has not are left out by weights of
0, as the shapes of a traced step do not depend on what is in a batch.
"""

from estikeras import errors, ops
from estikeras.engine.specs import SparseTensor
from estikeras.estimator.heads.head import Head
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.feature_column import features as feature_dict
from estikeras.keras.losses.reduction import Reduction
from estikeras.ops import replicas, tf_sparse

_WEIGHTS = "weights of steps"


class SequentialHead(Head):
    """A head that classifies each step.

    Labels are `(batch, steps)`, a tensor or a SparseTensor, logits `(batch, steps,
    logits_dimension)`.

    Args:
        make_head: function of a weight column that gives the head of single steps.
        mask_key: name of the feature that says which steps there are, bool `(batch, steps)`.
        weight_column: name of the feature with the steps' weights, `(batch, steps)`, or None.
    """

    def __init__(self, make_head, mask_key, weight_column):
        if not isinstance(mask_key, str):
            raise errors.wrong_type("sequence_mask", got=mask_key, expected="a string")
        if weight_column is not None and not isinstance(weight_column, str):
            raise errors.wrong_type(
                "weight_column", got=weight_column, expected="the name of a feature"
            )
        self._head = make_head(_WEIGHTS)
        self.mask_key, self._weight_column = mask_key, weight_column

    @property
    def name(self):
        return self._head.name

    @property
    def logits_dimension(self):
        return self._head.logits_dimension

    @property
    def loss_reduction(self):
        return self._head.loss_reduction

    def _steps(self, labels, logits, features):
        """All steps of all examples below one another: labels, logits, and features with weights;
        and the mask.
        """
        mask = feature_dict.get(features, self.mask_key)
        if tuple(mask.shape) != tuple(logits.shape[:2]):
            raise errors.shape_mismatch(
                f"features[{self.mask_key!r}]", got=mask.shape, expected=logits.shape[:2]
            )
        weights = ops.cast(mask, "float32")
        if self._weight_column is not None:
            given = _dense(feature_dict.get(features, self._weight_column))
            weights = weights * ops.cast(ops.reshape(given, mask.shape), "float32")
        labels = ops.reshape(_dense(labels), (-1, 1))
        flat_mask = ops.reshape(mask, (-1, 1))
        # What stands in steps that are not there need be no class.
        labels = self._head.labels_where(flat_mask, labels)
        logits = ops.reshape(logits, (-1, logits.shape[-1]))
        return labels, logits, {_WEIGHTS: ops.reshape(weights, (-1, 1))}, flat_mask

    def loss(self, labels, logits, features=None, mode=None, regularization_losses=None):
        labels, logits, features, mask = self._steps(labels, logits, features)
        loss = self._head.loss(labels, logits, features, mode)
        if self.loss_reduction != Reduction.SUM:
            # The mean is that of the steps which are there.
            count = replicas.total_for_mean(ops.sum(ops.cast(mask, "float32")))
            loss = ops.divide_no_nan(loss * mask.shape[0], count)
        return loss if regularization_losses is None else loss + sum(regularization_losses)

    def predictions(self, logits, keys=None):
        return self._head.predictions(logits, keys)

    def metrics(self, regularization_losses=None):
        return self._head.metrics(regularization_losses)

    def update_metrics(
        self, eval_metrics, features, logits, labels, mode=None, regularization_losses=None
    ):
        labels, logits, features, _ = self._steps(labels, logits, features)
        return self._head.update_metrics(
            eval_metrics, features, logits, labels, mode, regularization_losses
        )

    def export_outputs(self, predictions):
        return self._head.export_outputs(predictions)

    def create_estimator_spec(self, features, mode, logits, *args, **kwargs):
        spec = super().create_estimator_spec(features, mode, logits, *args, **kwargs)
        if mode != ModeKeys.PREDICT:
            return spec
        mask = {self.mask_key: features[self.mask_key]}
        return spec._replace(predictions={**spec.predictions, **mask})


def _dense(x):
    return tf_sparse.to_dense(x) if isinstance(x, SparseTensor) else ops.convert_to_tensor(x)
