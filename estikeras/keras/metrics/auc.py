"""The area under the ROC, precision-recall or precision-recall-gain curve, from counts at many
thresholds.
"""

from estikeras import errors, ops, settings
from estikeras.keras.metrics import confusion
from estikeras.keras.metrics.base import Metric
from estikeras.public import public

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATION_METHODS = ("interpolation", "majoring", "minoring")
_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


@public("keras.metrics.AUC")
class AUC(Metric):
    """The area under a curve that thresholds from 0 to 1 run along.

    Args:
        num_thresholds: how many thresholds, at least 2; they divide [0, 1] evenly.
        curve: `"ROC"`, `"PR"` or `"PRGAIN"`.
        summation_method: `"interpolation"` (the mid of each step; on the PR curve the true shape
            between points),
            `"majoring"` or `"minoring"` (the higher or lower end of each step).
        name: name of the metric.
        dtype: dtype of the result.
        thresholds: numbers in [0, 1] in place of `num_thresholds`.
        multi_label: whether the area of each column is computed, and their mean is the result.
        num_labels: how many columns; by default those of the first batch.
        label_weights: weights of the columns, or None.
        from_logits: whether predictions are logits, not probabilities.

    Raises:
        ValueError: for another curve, method or number of thresholds, and for `num_labels` without
            `multi_label`.

    Reference: Davis and Goadrich, 2006, The Relationship Between Precision-Recall and ROC Curves;
    Flach and Kull, 2015,
    Precision-Recall-Gain Curves.
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        super().__init__(name=name, dtype=dtype)
        self.curve = _one_of("curve", str(curve).upper(), CURVES)
        self.summation_method = _one_of(
            "summation_method", str(summation_method).lower(), SUMMATION_METHODS
        )
        if num_labels and not multi_label:
            raise errors.invalid(
                "num_labels", got=num_labels, expected="None, since `multi_label` is False"
            )
        self._init_from_thresholds = thresholds is not None
        inner = sorted(thresholds) if self._init_from_thresholds else _even_inner(num_thresholds)
        self.num_thresholds = len(inner) + 2
        self._even = confusion.are_even([0.0, *inner, 1.0]) or not self._init_from_thresholds
        # All predictions are above the first and none above the last.
        self._thresholds = [-settings.epsilon(), *inner, 1.0 + settings.epsilon()]
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = (
            None if label_weights is None else ops.array(label_weights, dtype=self.dtype)
        )
        self._from_logits = from_logits
        self._built = False
        if num_labels or not multi_label:
            self._build((num_labels,) if multi_label else ())

    @property
    def thresholds(self):
        """The thresholds, in ascending order."""
        return list(self._thresholds)

    def _build(self, labels):
        self.true_positives, self.false_positives, self.true_negatives, self.false_negatives = (
            self.add_variable((self.num_thresholds, *labels), "zeros", name=name)
            for name in _COUNTS
        )
        self._built = True

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: labels 0 and 1.
            y_pred: probabilities or logits of the same shape.
            sample_weight: weights by sample, or None.

        Raises:
            ValueError: if predictions are not `(batch, labels)` with `multi_label`.
        """
        y_pred = ops.convert_to_tensor(y_pred)
        if not self._built:
            if len(y_pred.shape) != 2:
                raise errors.shape_mismatch(
                    "y_pred", got=y_pred.shape, expected="(batch, labels), for `multi_label`"
                )
            self._build((y_pred.shape[1],))
        new = confusion.counts(
            y_true,
            ops.sigmoid(y_pred) if self._from_logits else y_pred,
            self._thresholds,
            sample_weight,
            even=self._even,
            multi_label=self.multi_label,
            label_weights=None if self.multi_label else self.label_weights,
            dtype=self.true_positives.dtype,
        )
        for name, count in zip(_COUNTS, new, strict=True):
            variable = getattr(self, name)
            variable.assign_add(count)

    def result(self):
        """The area so far."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self.interpolate_pr_auc()
        x, y = {"ROC": self._roc, "PR": self._pr, "PRGAIN": self._pr_gain}[self.curve]()
        left, right = y[:-1], y[1:]
        if self.summation_method == "interpolation":
            height = (left + right) / 2.0
        else:
            height = (ops.maximum if self.summation_method == "majoring" else ops.minimum)(
                left, right
            )
        return self._total((x[:-1] - x[1:]) * height)

    def interpolate_pr_auc(self):
        """The area under the precision-recall curve with the true shape of the curve between
        thresholds.
        """
        positives = self.true_positives + self.false_positives
        now, following = positives[:-1], positives[1:]
        step = self.true_positives[:-1] - self.true_positives[1:]
        slope = ops.divide_no_nan(step, ops.maximum(now - following, 0.0))
        intercept = self.true_positives[1:] - slope * following
        both = ops.logical_and(now > 0, following > 0)
        ratio = ops.where(both, ops.divide_no_nan(now, ops.maximum(following, 0.0)), 1.0)
        all_positives = ops.maximum(self.true_positives[1:] + self.false_negatives[1:], 0.0)
        return self._total(
            ops.divide_no_nan(slope * (step + intercept * ops.log(ratio)), all_positives)
        )

    def _roc(self):
        negatives = self.false_positives + self.true_negatives
        return ops.divide_no_nan(self.false_positives, negatives), self._recall()

    def _pr(self):
        positives = self.true_positives + self.false_positives
        return self._recall(), ops.divide_no_nan(self.true_positives, positives)

    def _pr_gain(self):
        found = self.true_positives + 0.0
        odds = ops.divide_no_nan(
            found + self.false_negatives, self.true_negatives + self.false_positives
        )
        recall = 1.0 - odds * ops.divide_no_nan(self.false_negatives, found)
        precision = 1.0 - odds * ops.divide_no_nan(self.false_positives, found)
        none = ops.equal(found, 0.0)
        return ops.maximum(ops.where(none, 0.0, recall), 0.0), ops.where(none, 1.0, precision)

    def _recall(self):
        return ops.divide_no_nan(self.true_positives, self.true_positives + self.false_negatives)

    def _total(self, steps):
        by_label = ops.sum(steps, axis=0)
        if not self.multi_label:
            return by_label
        if self.label_weights is None:
            return ops.mean(by_label)
        return ops.divide_no_nan(
            ops.sum(by_label * self.label_weights), ops.sum(self.label_weights)
        )

    def get_config(self):
        """The arguments that make an equal metric."""
        config = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else self.label_weights.tolist(),
            "from_logits": self._from_logits,
        }
        if self._init_from_thresholds:
            config["thresholds"] = self._thresholds[1:-1]
        return {**super().get_config(), **config}


def _one_of(argument, value, known):
    if value not in known:
        raise errors.invalid(argument, got=value, expected=f"one of {known}")
    return value


def _even_inner(num_thresholds):
    if num_thresholds <= 1:
        raise errors.invalid("num_thresholds", got=num_thresholds, expected="an int > 1")
    return [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
