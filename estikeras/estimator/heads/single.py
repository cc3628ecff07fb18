"""What heads with one tensor of labels have in common. Subclasses say how labels are read, what the
loss of an example is, what is predicted, and which metrics there are beside the loss's mean.
"""

from estikeras import ops
from estikeras.engine import context
from estikeras.estimator.heads import checks
from estikeras.estimator.heads.head import Head
from estikeras.estimator.keys import MetricKeys
from estikeras.keras.losses.base import reduce_weighted_values
from estikeras.keras.losses.reduction import Reduction
from estikeras.keras.metrics import Mean
from estikeras.ops import tf_math


class SingleHead(Head):
    """The base of heads with one tensor of labels.

    Args:
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        loss_fn: function of `labels`, `logits` and, if it likes, `features` to losses.
        name: str or None.
    """

    # Whether the weight column may have a weight for each logit.
    weighs_logits = False

    def __init__(self, weight_column, loss_reduction, loss_fn, name):
        self._check_reduction(loss_reduction)
        checks.check_loss_fn(loss_fn)
        self._weight_column, self._loss_reduction = weight_column, loss_reduction
        self._loss_fn, self._name = loss_fn, name

    @property
    def name(self):
        return self._name

    @property
    def loss_reduction(self):
        return self._loss_reduction

    @property
    def weight_column(self):
        """The weight column that the head was made with."""
        return self._weight_column

    @property
    def has_loss_fn(self):
        """Whether the loss is a function that the user gave."""
        return self._loss_fn is not None

    def numeric_labels(self, labels, logits):
        """Labels as numbers, with the rank of the logits.

        Args:
            labels: tensor.
            logits: tensor `(batch, ..., logits_dimension)`.
        """
        return self._labels(labels, logits)

    # What subclasses write.

    def _labels(self, labels, logits):
        """Labels as numbers, with the rank of the logits."""
        raise NotImplementedError

    def _losses(self, labels, logits):
        """The loss of each example, `(batch, ..., 1)`, or of each logit."""
        raise NotImplementedError

    def _new_metrics(self):
        """A dict of further metrics, by key."""
        raise NotImplementedError

    def _update(self, metrics, labels, logits, weights):
        """Add a batch to the metrics that `_new_metrics` made."""
        raise NotImplementedError

    # What they have in common.

    _check_reduction = staticmethod(checks.check_reduction)

    @property
    def _losses_dimension(self):
        return 1

    def _reduced(self, losses, weights):
        reduction = self._loss_reduction
        if reduction == Reduction.AUTO:
            reduction = Reduction.SUM_OVER_BATCH_SIZE
        return reduce_weighted_values(losses, weights, reduction=reduction)

    def _weighted_losses(self, labels, logits, features):
        if self._loss_fn is None:
            losses = self._losses(labels, logits)
        else:
            losses = checks.call_loss_fn(
                self._loss_fn, labels, logits, features, self._losses_dimension
            )
        return losses, checks.weights_of(features, self._weight_column, logits, self.weighs_logits)

    def loss(self, labels, logits, features=None, mode=None, regularization_losses=None):
        with context.name_scope("losses"):
            logits = checks.dense_logits(logits, self.logits_dimension)
            labels = self._labels(labels, logits)
            losses, weights = self._weighted_losses(labels, logits, features)
            loss = self._reduced(losses, weights)
            if regularization_losses is not None:
                loss = loss + tf_math.add_n(regularization_losses)
            return loss

    def metrics(self, regularization_losses=None):
        with context.name_scope("metrics"):
            keys = [MetricKeys.LOSS_MEAN]
            if regularization_losses is not None:
                keys.append(MetricKeys.LOSS_REGULARIZATION)
            made = {self._key(key): Mean(name=key) for key in keys}
            made.update((self._key(key), metric) for key, metric in self._new_metrics().items())
            return made

    def update_metrics(
        self, eval_metrics, features, logits, labels, mode=None, regularization_losses=None
    ):
        logits = checks.dense_logits(logits, self.logits_dimension)
        labels = self._labels(labels, logits)
        losses, weights = self._weighted_losses(labels, logits, features)
        add_mean(eval_metrics[self._key(MetricKeys.LOSS_MEAN)], losses, weights)
        if regularization_losses is not None:
            total = tf_math.add_n(regularization_losses)
            eval_metrics[self._key(MetricKeys.LOSS_REGULARIZATION)].update_state(total)
        self._update(eval_metrics, labels, logits, weights)
        return eval_metrics


def broadcast(weights, values):
    """Weights of the shape of the values; None stays None."""
    return None if weights is None else ops.broadcast_to(weights, values.shape)


def add_mean(metric, values, weights):
    """Add values to a mean, each with the weight of its example."""
    values = ops.cast(values, "float32")
    metric.update_state(values, sample_weight=broadcast(weights, values))


def add_pairs(metric, labels, predictions, weights):
    """Add labels and predictions of one shape to a metric of both."""
    metric.update_state(labels, predictions, sample_weight=broadcast(weights, labels))
