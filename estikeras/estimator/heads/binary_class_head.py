"""The head for two classes, with one logit."""

from estikeras import ops
from estikeras.compat.name_scopes import named
from estikeras.engine import context
from estikeras.estimator.export_outputs import ClassificationOutput, RegressionOutput
from estikeras.estimator.heads import checks, classes
from estikeras.estimator.heads.metrics import AccuracyBaseline
from estikeras.estimator.heads.single import SingleHead, add_mean, add_pairs
from estikeras.estimator.heads.thresholds import add_at_thresholds, metrics_at_thresholds
from estikeras.estimator.keys import MetricKeys, PredictionKeys, SignatureKeys
from estikeras.keras.metrics import AUC, Accuracy, Mean, Precision, Recall
from estikeras.public import public

_KEYS = (
    PredictionKeys.LOGITS,
    PredictionKeys.LOGISTIC,
    PredictionKeys.PROBABILITIES,
    PredictionKeys.CLASS_IDS,
    PredictionKeys.CLASSES,
    PredictionKeys.ALL_CLASS_IDS,
    PredictionKeys.ALL_CLASSES,
)


@public("estimator.BinaryClassHead")
class BinaryClassHead(SingleHead):
    """A head for labels of two classes, with sigmoid cross-entropy.

    Args:
        weight_column: name of the feature with the examples' weights, a numeric column, or None.
        thresholds: numbers between 0 and 1 at which accuracy, precision and recall are measured.
        label_vocabulary: list of the two classes' names, if labels are strings; else labels are
            numbers from 0 to 1.
        loss_reduction: one of `tf.losses.Reduction` without NONE.
        loss_fn: in place of the cross-entropy, a function of `labels` and `logits`, both
            `(batch, ..., 1)`, and, if it likes, `features`.
        name: str or None, which stands at the end of the names of metrics.

    Raises:
        ValueError: for other arguments.
    """

    def __init__(
        self,
        weight_column=None,
        thresholds=None,
        label_vocabulary=None,
        loss_reduction="sum_over_batch_size",
        loss_fn=None,
        name=None,
    ):
        checks.check_vocabulary(label_vocabulary)
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        self._thresholds = checks.thresholds_in_range(thresholds)
        self._label_vocabulary = label_vocabulary

    @property
    def logits_dimension(self):
        return 1

    def _labels(self, labels, logits):
        names = self._label_vocabulary is not None
        labels = checks.dense_labels(labels, logits, 1, names)
        if names:
            labels = classes.class_ids_of(labels, self._label_vocabulary)
        return checks.labels_in_range(ops.cast(labels, "float32"), 2)

    def labels_where(self, mask, labels):
        return classes.labels_where(mask, labels, self._label_vocabulary)

    def _losses(self, labels, logits):
        return ops.binary_crossentropy(labels, logits, from_logits=True)

    def predictions(self, logits, keys=None):
        keys = classes.wanted(keys, _KEYS)
        logits = checks.dense_logits(logits, 1)
        with context.name_scope("predictions"):
            two = ops.concatenate([ops.zeros_like(logits), logits], axis=-1)
            makers = {
                PredictionKeys.LOGITS: lambda: logits,
                PredictionKeys.LOGISTIC: lambda: named(ops.sigmoid(logits), "logistic"),
                PredictionKeys.PROBABILITIES: lambda: named(
                    ops.softmax(two, axis=-1), "probabilities"
                ),
            }
            made = {key: make() for key, make in makers.items() if key in keys}
            ids = ops.argmax(two, axis=-1)
            made.update(classes.class_predictions(keys, logits, ids, 2, self._label_vocabulary))
            return made

    def _new_metrics(self):
        return {
            MetricKeys.ACCURACY: Accuracy(name=MetricKeys.ACCURACY),
            MetricKeys.PRECISION: Precision(name=MetricKeys.PRECISION),
            MetricKeys.RECALL: Recall(name=MetricKeys.RECALL),
            MetricKeys.PREDICTION_MEAN: Mean(name=MetricKeys.PREDICTION_MEAN),
            MetricKeys.LABEL_MEAN: Mean(name=MetricKeys.LABEL_MEAN),
            MetricKeys.ACCURACY_BASELINE: AccuracyBaseline(name=MetricKeys.ACCURACY_BASELINE),
            **self._new_areas(),
            **metrics_at_thresholds(self._thresholds),
        }

    def _update(self, metrics, labels, logits, weights):
        made = self.predictions(logits, [PredictionKeys.CLASS_IDS, PredictionKeys.LOGISTIC])
        ids = ops.cast(made[PredictionKeys.CLASS_IDS], "float32")  # labels may be between classes
        for key in (MetricKeys.ACCURACY, MetricKeys.PRECISION, MetricKeys.RECALL):
            add_pairs(metrics[self._key(key)], labels, ids, weights)
        logistic = made[PredictionKeys.LOGISTIC]
        add_mean(metrics[self._key(MetricKeys.PREDICTION_MEAN)], logistic, weights)
        add_mean(metrics[self._key(MetricKeys.LABEL_MEAN)], labels, weights)
        add_mean(metrics[self._key(MetricKeys.ACCURACY_BASELINE)], labels, weights)
        self._update_areas(metrics, labels, logistic, weights)
        add_at_thresholds(metrics, self._thresholds, self._key, labels, logistic, weights)

    def _new_areas(self):
        return {
            MetricKeys.AUC: AUC(name=MetricKeys.AUC),
            MetricKeys.AUC_PR: AUC(curve="PR", name=MetricKeys.AUC_PR),
        }

    def _update_areas(self, metrics, labels, logistic, weights):
        for key in (MetricKeys.AUC, MetricKeys.AUC_PR):
            add_pairs(metrics[self._key(key)], labels, logistic, weights)

    def export_outputs(self, predictions):
        probabilities = predictions[PredictionKeys.PROBABILITIES]
        names = classes.all_classes(probabilities, 2, self._label_vocabulary)
        classification = ClassificationOutput(scores=probabilities, classes=names)
        return {
            SignatureKeys.DEFAULT: classification,
            SignatureKeys.CLASSIFY: classification,
            SignatureKeys.REGRESS: RegressionOutput(value=predictions[PredictionKeys.LOGISTIC]),
        }
