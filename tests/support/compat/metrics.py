"""Metrics of `tf.compat.v1.metrics` over three batches."""

import numpy as np

_random = np.random.RandomState(2)
BATCHES = [
    {
        "bits": _random.randint(0, 2, (8, 1)).astype("int64"),
        "scores": np.round(_random.rand(8, 1), 3).astype("float32"),
        "classes": _random.randint(0, 4, 8).astype("int64"),
        "guesses": _random.randint(0, 4, 8).astype("int64"),
        "logits": _random.normal(size=(8, 4)).astype("float32"),
        "several": _random.randint(-1, 4, (8, 2)).astype("int64"),
        "values": _random.normal(size=(8, 3)).astype("float32"),
        "others": _random.normal(size=(8, 3)).astype("float32"),
        "weights": np.round(_random.rand(8, 1), 2).astype("float32"),
    }
    for _ in range(3)
]
_THRESHOLDS = [0.2, 0.5, 0.9]


def _pair(name, **options):
    return lambda m, b, **w: getattr(m, name)(b["values"], b["others"], **options, **w)


def _binary(name, **options):
    return lambda m, b, **w: getattr(m, name)(b["bits"], b["scores"], **options, **w)


def _auc(**options):
    return lambda m, b, **w: m.auc(b["bits"], b["scores"], **options, **w)


ROWS = {
    "mean": lambda m, b, **w: m.mean(b["values"], **w),
    "mean_tensor": lambda m, b, **w: m.mean_tensor(b["values"], **w),
    "accuracy": lambda m, b, **w: m.accuracy(b["bits"], b["scores"] > 0.5, **w),
    "mean_absolute_error": _pair("mean_absolute_error"),
    "mean_squared_error": _pair("mean_squared_error"),
    "root_mean_squared_error": _pair("root_mean_squared_error"),
    "mean_cosine_distance": _pair("mean_cosine_distance", dim=1),
    "mean_relative_error": lambda m, b, **w: m.mean_relative_error(
        b["values"], b["others"], abs(b["values"]), **w
    ),
    "percentage_below": lambda m, b, **w: m.percentage_below(b["values"], 0.1, **w),
    "true_positives": _binary("true_positives"),
    "false_positives": lambda m, b, **w: m.false_positives(b["bits"], b["scores"] > 0.5, **w),
    "true_negatives": lambda m, b, **w: m.true_negatives(b["bits"], b["scores"] > 0.5, **w),
    "false_negatives": lambda m, b, **w: m.false_negatives(b["bits"], b["scores"] > 0.5, **w),
    "precision": lambda m, b, **w: m.precision(b["bits"], b["scores"] > 0.5, **w),
    "recall": lambda m, b, **w: m.recall(b["bits"], b["scores"] > 0.5, **w),
    **{
        name: _binary(name, thresholds=_THRESHOLDS)
        for name in (
            "true_positives_at_thresholds",
            "false_positives_at_thresholds",
            "true_negatives_at_thresholds",
            "false_negatives_at_thresholds",
            "precision_at_thresholds",
            "recall_at_thresholds",
        )
    },
    "sensitivity_at_specificity": _binary("sensitivity_at_specificity", specificity=0.6),
    "specificity_at_sensitivity": _binary("specificity_at_sensitivity", sensitivity=0.6),
    "auc": _auc(),
    "auc of few": _auc(num_thresholds=7),
    "auc at thresholds": _auc(thresholds=[0.3, 0.1, 0.8]),
    "auc, minoring": _auc(num_thresholds=20, summation_method="minoring"),
    "auc, majoring": _auc(num_thresholds=20, summation_method="majoring"),
    "auc of precision": _auc(curve="PR", summation_method="careful_interpolation"),
    "auc of precision, trapezoidal": _auc(curve="PR"),
    "mean_iou": lambda m, b: m.mean_iou(b["classes"], b["guesses"], 4),
    "mean_per_class_accuracy": lambda m, b: m.mean_per_class_accuracy(
        b["classes"], b["guesses"], 4
    ),
    "precision_at_k": lambda m, b: m.precision_at_k(b["several"], b["logits"], 2),
    "precision_at_k of a class": lambda m, b: m.precision_at_k(
        b["classes"], b["logits"], 2, class_id=1
    ),
    "recall_at_k": lambda m, b: m.recall_at_k(b["classes"], b["logits"], 2),
    "recall_at_k of a class": lambda m, b: m.recall_at_k(b["classes"], b["logits"], 2, class_id=1),
    "recall_at_top_k": lambda m, b: m.recall_at_top_k(b["several"] + 2, b["several"], k=2),
    "average_precision_at_k": lambda m, b: m.average_precision_at_k(b["classes"], b["logits"], 3),
}
WITHOUT_WEIGHTS = {"mean_iou", "mean_per_class_accuracy"} | {n for n in ROWS if "_k" in n}


def programs():
    """Name -> program of a metric, without and with weights."""
    made = {name: _program(row, False) for name, row in ROWS.items()}
    weighted = [name for name in ROWS if name not in WITHOUT_WEIGHTS]
    return {**made, **{f"{name}, weighted": _program(ROWS[name], True) for name in weighted}}


def _program(row, weighted):
    def build(v1, fed):
        options = {"weights": fed["weights"]} if weighted else {}
        _, update = row(v1.metrics, fed, **options)
        return {"update": update}

    return build
