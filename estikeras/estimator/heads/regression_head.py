"""Heads for numbers: any, counts, and probabilities."""

from estikeras import errors, ops
from estikeras.engine import context
from estikeras.estimator.export_outputs import RegressionOutput
from estikeras.estimator.heads import checks, classes
from estikeras.estimator.heads.single import SingleHead, add_mean
from estikeras.estimator.keys import MetricKeys, PredictionKeys, SignatureKeys
from estikeras.keras.metrics import Mean
from estikeras.ops import tf_nn
from estikeras.public import public


@public("estimator.RegressionHead")
class RegressionHead(SingleHead):
    """A head for numbers, with squared error.

    Args:
        label_dimension: int, how many numbers an example's label has.
        weight_column: name of the feature with the examples' weights, `(batch, 1)` or
            `(batch, label_dimension)`, a numeric column, or None.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        loss_fn: in place of the squared error, a function of `labels`, `logits` and, if it likes,
            `features`, to losses `(batch, ..., label_dimension)`.
        inverse_link_fn: function from logits to predictions; the same numbers by default.
        name: str or None, which stands at the end of the names of metrics.

    Raises:
        ValueError: for other arguments.
    """

    weighs_logits = True

    def __init__(
        self,
        label_dimension=1,
        weight_column=None,
        loss_reduction="sum_over_batch_size",
        loss_fn=None,
        inverse_link_fn=None,
        name=None,
    ):
        if label_dimension < 1:
            raise errors.invalid("label_dimension", got=label_dimension, expected="at least 1")
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        self._label_dimension, self._inverse_link_fn = label_dimension, inverse_link_fn

    @property
    def logits_dimension(self):
        return self._label_dimension

    @property
    def _losses_dimension(self):
        return self._label_dimension

    def _labels(self, labels, logits):
        return ops.cast(checks.dense_labels(labels, logits, self._label_dimension), "float32")

    def _losses(self, labels, logits):
        return ops.square(logits - labels)

    def predictions(self, logits, keys=None):
        known = [PredictionKeys.PREDICTIONS]
        if self._inverse_link_fn is not None:
            known.append(PredictionKeys.LOGITS)
        keys = classes.wanted(keys, known)
        logits = checks.dense_logits(logits, self._label_dimension)
        with context.name_scope("predictions"):
            link = self._inverse_link_fn
            made = {PredictionKeys.PREDICTIONS: logits if link is None else link(logits)}
            return {key: made.get(key, logits) for key in keys}

    def _new_metrics(self):
        keys = (MetricKeys.PREDICTION_MEAN, MetricKeys.LABEL_MEAN)
        return {key: Mean(name=key) for key in keys}

    def _update(self, metrics, labels, logits, weights):
        predicted = self.predictions(logits)[PredictionKeys.PREDICTIONS]
        add_mean(metrics[self._key(MetricKeys.LABEL_MEAN)], labels, weights)
        add_mean(metrics[self._key(MetricKeys.PREDICTION_MEAN)], predicted, weights)

    def export_outputs(self, predictions):
        regression = RegressionOutput(value=predictions[PredictionKeys.PREDICTIONS])
        return {SignatureKeys.DEFAULT: regression, SignatureKeys.REGRESS: regression}


@public("estimator.PoissonRegressionHead")
class PoissonRegressionHead(RegressionHead):
    """A head for counts: their logarithm's expectation is the logit, their distribution Poisson's.

    Args:
        label_dimension: int, how many numbers an example's label has.
        weight_column: as in `RegressionHead`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        compute_full_loss: whether the loss has the term of the label alone, log(label!).
        name: str or None, which stands at the end of the names of metrics.

    Raises:
        ValueError: for other arguments.
    """

    def __init__(
        self,
        label_dimension=1,
        weight_column=None,
        loss_reduction="sum_over_batch_size",
        compute_full_loss=True,
        name=None,
    ):
        super().__init__(
            label_dimension, weight_column, loss_reduction, inverse_link_fn=ops.exp, name=name
        )
        self._compute_full_loss = compute_full_loss

    def _losses(self, labels, logits):
        return tf_nn.log_poisson_loss(labels, logits, compute_full_loss=self._compute_full_loss)


@public("estimator.LogisticRegressionHead")
class LogisticRegressionHead(RegressionHead):
    """A head for probabilities, with sigmoid cross-entropy.

    Args:
        weight_column: as in `RegressionHead`.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        name: str or None, which stands at the end of the names of metrics.

    Raises:
        ValueError: for other arguments.
    """

    def __init__(self, weight_column=None, loss_reduction="sum_over_batch_size", name=None):
        super().__init__(1, weight_column, loss_reduction, inverse_link_fn=ops.sigmoid, name=name)

    def _losses(self, labels, logits):
        labels = checks.labels_in_range(labels, 2)
        return ops.binary_crossentropy(labels, logits, from_logits=True)
