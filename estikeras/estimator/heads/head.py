"""What a head is: the part of a model above the logits. It knows the loss, metrics, predictions and
exports of one kind of task, and makes an EstimatorSpec of them.
"""

import abc

from estikeras import errors
from estikeras.compat.summary import scalar
from estikeras.engine import context
from estikeras.estimator.export_outputs import PredictOutput
from estikeras.estimator.heads.training import SCOPE, train_op
from estikeras.estimator.keys import MetricKeys, SignatureKeys
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.estimator.spec import EstimatorSpec
from estikeras.ops import tf_math
from estikeras.public import public


@public("estimator.Head")
class Head(abc.ABC):
    """The base of heads. Subclasses write the abstract methods, and `export_outputs` for signatures
    beyond that of the predictions.
    """

    @property
    @abc.abstractmethod
    def name(self):
        """The name of the head, or None. It stands at the end of the names of its metrics."""

    @property
    @abc.abstractmethod
    def logits_dimension(self):
        """Size of the logits' last axis."""

    @property
    @abc.abstractmethod
    def loss_reduction(self):
        """How one number is made of the losses of a batch."""

    @abc.abstractmethod
    def loss(self, labels, logits, features=None, mode=None, regularization_losses=None):
        """The training loss, a scalar.

        Args:
            labels: tensor, or dict of tensors.
            logits: tensor `(batch, ..., logits_dimension)`.
            features: dict of tensors, with the weights among them.
            mode: one of `ModeKeys`.
            regularization_losses: list of scalars that are added.
        """

    @abc.abstractmethod
    def predictions(self, logits, keys=None):
        """A dict of predictions.

        Args:
            logits: tensor `(batch, ..., logits_dimension)`.
            keys: the names that are wanted; all by default.
        """

    @abc.abstractmethod
    def metrics(self, regularization_losses=None):
        """A dict of new metric objects.

        Args:
            regularization_losses: as in `loss`; if there are any, their mean is a metric.
        """

    @abc.abstractmethod
    def update_metrics(
        self, eval_metrics, features, logits, labels, mode=None, regularization_losses=None
    ):
        """Add a batch to the metrics, and give them.

        Args:
            eval_metrics: what `metrics` gave.
            features: dict of tensors.
            logits: tensor `(batch, ..., logits_dimension)`.
            labels: tensor, or dict of tensors.
            mode: one of `ModeKeys`.
            regularization_losses: as in `loss`.
        """

    def export_outputs(self, predictions):
        """A dict from the names of signatures to what they give, without that of all
        predictions.

        Args:
            predictions: what `predictions` gave.
        """
        return {SignatureKeys.DEFAULT: PredictOutput(predictions)}

    def create_estimator_spec(
        self,
        features,
        mode,
        logits,
        labels=None,
        optimizer=None,
        trainable_variables=None,
        train_op_fn=None,
        update_ops=None,
        regularization_losses=None,
    ):
        """What a `model_fn` returns.

        Args:
            features: dict of tensors.
            mode: one of `ModeKeys`.
            logits: tensor `(batch, ..., logits_dimension)`.
            labels: tensor, or dict of tensors; not needed to predict.
            optimizer: a Keras optimizer, to train with `trainable_variables`.
            trainable_variables: list of the variables that the optimizer changes.
            train_op_fn: in place of an optimizer, a function of the loss that gives what is run in
                a training step.
            update_ops: list of what else is run in a training step.
            regularization_losses: list of scalars that are added to the loss.

        Returns:
            An `EstimatorSpec`.

        Raises:
            ValueError: for labels and logits that do not fit, another mode, and in training unless
                there is either an optimizer or a `train_op_fn`.
        """
        with context.name_scope(self._name_scope):
            predictions = self.predictions(logits)
            if mode == ModeKeys.PREDICT:
                exported = {
                    **self.export_outputs(predictions),
                    SignatureKeys.PREDICT: PredictOutput(self._named_predictions(predictions)),
                }
                return EstimatorSpec(mode, predictions=predictions, export_outputs=exported)
            loss = self.loss(labels, logits, features, mode, regularization_losses)
            if mode == ModeKeys.EVAL:
                metrics = self.update_metrics(
                    self.metrics(regularization_losses),
                    features,
                    logits,
                    labels,
                    regularization_losses=regularization_losses,
                )
                return EstimatorSpec(
                    mode, predictions=predictions, loss=loss, eval_metric_ops=metrics
                )
        if mode != ModeKeys.TRAIN:
            raise errors.invalid("mode", got=mode, expected="one of tf.estimator.ModeKeys")
        how = (optimizer, trainable_variables, train_op_fn, update_ops, self._training_scope)
        step = train_op(loss, *how)
        self._summarize(loss, regularization_losses)
        return EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=step)

    @property
    def _name_scope(self):
        """The name scope of what is computed."""
        return self.name or "head"

    @property
    def _training_scope(self):
        """The name scope of the optimizer's variables."""
        return SCOPE

    def _named_predictions(self, predictions):
        """Predictions by the names that a served model gives them."""
        return predictions

    def _summarize(self, loss, regularization_losses):
        """Write the loss down, and its part that regularizes."""
        scalar(self._summary_name(MetricKeys.LOSS), loss)
        if regularization_losses is not None:
            total = tf_math.add_n(regularization_losses)
            scalar(self._summary_name(MetricKeys.LOSS_REGULARIZATION), total)

    def _summary_name(self, key):
        return self._key(key)

    def _key(self, key):
        """The name of a metric of this head."""
        return f"{key}/{self.name}" if self.name else key
