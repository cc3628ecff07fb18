"""The head for more than two classes, of which each example has one."""

from estikeras import errors, ops
from estikeras.compat.name_scopes import named
from estikeras.engine import context, dtypes
from estikeras.engine.tensor import TracedTensor
from estikeras.estimator.export_outputs import ClassificationOutput
from estikeras.estimator.heads import checks, classes
from estikeras.estimator.heads.single import SingleHead, add_pairs
from estikeras.estimator.keys import MetricKeys, PredictionKeys, SignatureKeys
from estikeras.keras.metrics import Accuracy
from estikeras.public import public

_KEYS = (
    PredictionKeys.LOGITS,
    PredictionKeys.PROBABILITIES,
    PredictionKeys.CLASS_IDS,
    PredictionKeys.CLASSES,
    PredictionKeys.ALL_CLASS_IDS,
    PredictionKeys.ALL_CLASSES,
)


@public("estimator.MultiClassHead")
class MultiClassHead(SingleHead):
    """A head for labels of several classes, with softmax cross-entropy.

    Args:
        n_classes: int, at least 3; two classes are `BinaryClassHead`'s.
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        label_vocabulary: list of the classes' names, if labels are strings; else labels are
            integers.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        loss_fn: in place of the cross-entropy, a function of `labels` `(batch, ..., 1)`, `logits`
            and, if it likes, `features`.
        name: str or None, which stands at the end of the names of metrics.

    Raises:
        ValueError: for other arguments.
    """

    def __init__(
        self,
        n_classes,
        weight_column=None,
        label_vocabulary=None,
        loss_reduction="sum_over_batch_size",
        loss_fn=None,
        name=None,
    ):
        checks.check_n_classes(n_classes, 3, hint="`BinaryClassHead` is for two classes.")
        checks.check_vocabulary(label_vocabulary, n_classes)
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        self._n_classes, self._label_vocabulary = n_classes, label_vocabulary

    @property
    def logits_dimension(self):
        return self._n_classes

    def _labels(self, labels, logits):
        names = self._label_vocabulary is not None
        labels = checks.dense_labels(labels, logits, 1, names)
        if names:
            labels = classes.class_ids_of(labels, self._label_vocabulary)
        elif not dtypes.is_int(labels.dtype):
            raise errors.invalid("labels", got=f"dtype {labels.dtype}", expected="integers")
        if isinstance(labels, TracedTensor) and self._loss_fn is None:
            return labels  # the cross-entropy refuses what is out of range
        return checks.labels_in_range(labels, self._n_classes)

    def labels_where(self, mask, labels):
        return classes.labels_where(mask, labels, self._label_vocabulary)

    def _losses(self, labels, logits):
        ids = ops.squeeze(labels, axis=-1)
        losses = ops.sparse_categorical_crossentropy(ids, logits, from_logits=True)
        return ops.expand_dims(losses, -1)

    def predictions(self, logits, keys=None):
        keys = classes.wanted(keys, _KEYS)
        logits = checks.dense_logits(logits, self._n_classes)
        with context.name_scope("predictions"):
            made = {PredictionKeys.LOGITS: logits} if PredictionKeys.LOGITS in keys else {}
            if PredictionKeys.PROBABILITIES in keys:
                probabilities = named(ops.softmax(logits, axis=-1), "probabilities")
                made[PredictionKeys.PROBABILITIES] = probabilities
            ids = ops.argmax(logits, axis=-1)
            names = self._label_vocabulary
            made.update(classes.class_predictions(keys, logits, ids, self._n_classes, names))
            return made

    def _new_metrics(self):
        return {MetricKeys.ACCURACY: Accuracy(name=MetricKeys.ACCURACY)}

    def _update(self, metrics, labels, logits, weights):
        ids = self.predictions(logits, [PredictionKeys.CLASS_IDS])[PredictionKeys.CLASS_IDS]
        add_pairs(metrics[self._key(MetricKeys.ACCURACY)], labels, ids, weights)

    def export_outputs(self, predictions):
        probabilities = predictions[PredictionKeys.PROBABILITIES]
        names = classes.all_classes(probabilities, self._n_classes, self._label_vocabulary)
        classification = ClassificationOutput(scores=probabilities, classes=names)
        return {SignatureKeys.DEFAULT: classification, SignatureKeys.CLASSIFY: classification}
