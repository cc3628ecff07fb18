"""The head for classes of which an example can have any number."""

from estikeras import errors, ops
from estikeras.compat.name_scopes import named
from estikeras.engine import context
from estikeras.engine.specs import SparseTensor
from estikeras.estimator.export_outputs import ClassificationOutput
from estikeras.estimator.heads import checks, classes
from estikeras.estimator.heads.single import SingleHead, add_mean, add_pairs
from estikeras.estimator.heads.thresholds import add_at_thresholds, metrics_at_thresholds
from estikeras.estimator.keys import MetricKeys, PredictionKeys, SignatureKeys
from estikeras.keras.metrics import AUC, Mean
from estikeras.public import public

_KEYS = (PredictionKeys.LOGITS, PredictionKeys.PROBABILITIES, PredictionKeys.CLASSES)


@public("estimator.MultiLabelHead")
class MultiLabelHead(SingleHead):
    """A head for examples that have several classes, or none, with sigmoid cross-entropy.

    Labels are a tensor `(batch, ..., n_classes)` of 0 and 1, or a SparseTensor of class numbers, or
    of names with a `label_vocabulary`.

    Args:
        n_classes: int, at least 2.
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        thresholds: numbers between 0 and 1 at which accuracy, precision and recall are measured.
        label_vocabulary: list of the classes' names, or None.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        loss_fn: in place of the cross-entropy, a function of `labels`, `logits` and, if it likes,
            `features`, to losses `(batch, ..., 1)`.
        classes_for_class_based_metrics: list of numbers or names of classes that have metrics of
            their own.
        name: str or None, which stands at the end of the names of metrics.

    Raises:
        ValueError: for other arguments.
    """

    def __init__(
        self,
        n_classes,
        weight_column=None,
        thresholds=None,
        label_vocabulary=None,
        loss_reduction="sum_over_batch_size",
        loss_fn=None,
        classes_for_class_based_metrics=None,
        name=None,
    ):
        checks.check_n_classes(n_classes, 2)
        checks.check_vocabulary(label_vocabulary, n_classes)
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        self._n_classes, self._label_vocabulary = n_classes, label_vocabulary
        self._thresholds = checks.thresholds_in_range(thresholds)
        self._measured = self._class_numbers(classes_for_class_based_metrics or ())

    def _class_numbers(self, measured):
        names = list(self._label_vocabulary or ())
        known = names if names and any(isinstance(m, str) for m in measured) else None
        if not all(m in (known or range(self._n_classes)) for m in measured):
            raise errors.invalid(
                "classes_for_class_based_metrics",
                got=measured,
                expected=f"numbers from 0 to {self._n_classes - 1}, or names of the "
                f"`label_vocabulary` {names}",
            )
        return tuple(known.index(m) if known else m for m in measured)

    @property
    def logits_dimension(self):
        return self._n_classes

    def _labels(self, labels, logits):
        labels = checks.require_labels(labels)
        if isinstance(labels, SparseTensor):
            if labels.dtype == "string":
                ids = classes.class_ids_of(labels.values, self._label_vocabulary or ())
                labels = SparseTensor(labels.indices, ids, labels.dense_shape)
            labels = checks.indicators(labels, self._n_classes, logits.shape[0])
        else:
            labels = checks.labels_in_range(ops.convert_to_tensor(labels), 2)
        return checks.dense_labels(labels, logits, self._n_classes)

    def _losses(self, labels, logits):
        losses = ops.binary_crossentropy(labels, logits, from_logits=True)
        return ops.mean(losses, axis=-1, keepdims=True)

    def predictions(self, logits, keys=None):
        keys = classes.wanted(keys, _KEYS)
        logits = checks.dense_logits(logits, self._n_classes)
        makers = {
            PredictionKeys.LOGITS: lambda: logits,
            PredictionKeys.PROBABILITIES: lambda: named(ops.sigmoid(logits), "probabilities"),
            PredictionKeys.CLASSES: lambda: classes.all_classes(
                logits, self._n_classes, self._label_vocabulary
            ),
        }
        with context.name_scope("predictions"):
            return {key: make() for key, make in makers.items() if key in keys}

    def _class_keys(self, number):
        if self._label_vocabulary is None:
            keys = (
                MetricKeys.PROBABILITY_MEAN_AT_CLASS,
                MetricKeys.AUC_AT_CLASS,
                MetricKeys.AUC_PR_AT_CLASS,
            )
            return [key % number for key in keys]
        keys = (
            MetricKeys.PROBABILITY_MEAN_AT_NAME,
            MetricKeys.AUC_AT_NAME,
            MetricKeys.AUC_PR_AT_NAME,
        )
        return [key % self._label_vocabulary[number] for key in keys]

    def _new_metrics(self):
        made = {
            MetricKeys.AUC: AUC(name=MetricKeys.AUC),
            MetricKeys.AUC_PR: AUC(curve="PR", name=MetricKeys.AUC_PR),
            **metrics_at_thresholds(self._thresholds),
        }
        for number in self._measured:
            mean, auc, auc_pr = self._class_keys(number)
            made[mean] = Mean(name=mean)
            made[auc] = AUC(name=auc)
            made[auc_pr] = AUC(curve="PR", name=auc_pr)
        return made

    def _update(self, metrics, labels, logits, weights):
        probabilities = ops.sigmoid(logits)
        for key in (MetricKeys.AUC, MetricKeys.AUC_PR):
            add_pairs(metrics[self._key(key)], labels, probabilities, weights)
        add_at_thresholds(metrics, self._thresholds, self._key, labels, probabilities, weights)
        for number in self._measured:
            mean, auc, auc_pr = map(self._key, self._class_keys(number))
            of_class = slice(number, number + 1)
            add_mean(metrics[mean], probabilities[..., of_class], weights)
            for name in (auc, auc_pr):
                pair = labels[..., of_class], probabilities[..., of_class]
                add_pairs(metrics[name], *pair, weights)

    def export_outputs(self, predictions):
        probabilities = predictions[PredictionKeys.PROBABILITIES]
        names = classes.all_classes(probabilities, self._n_classes, self._label_vocabulary)
        classification = ClassificationOutput(scores=probabilities, classes=names)
        return {SignatureKeys.DEFAULT: classification, SignatureKeys.CLASSIFY: classification}
