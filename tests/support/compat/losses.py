"""Losses of `tf.compat.v1.losses` with their reductions and weights."""

import numpy as np

_random = np.random.RandomState(1)
LABELS = _random.rand(4, 3).astype("float32")
PREDICTIONS = _random.rand(4, 3).astype("float32")
LOGITS = _random.normal(size=(4, 3)).astype("float32")
BITS = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 0, 0]], "float32")
CLASSES = np.array([2, 0, 1, 1], "int64")
ROWS = np.array([[1.0], [0.0], [2.0], [0.5]], "float32")
EACH = np.array([1.0, 0.0, 2.0, 0.5], "float32")

CALLS = {
    "absolute_difference": lambda m, **k: m.absolute_difference(LABELS, PREDICTIONS, **k),
    "cosine_distance": lambda m, **k: m.cosine_distance(LABELS, PREDICTIONS, axis=1, **k),
    "hinge_loss": lambda m, **k: m.hinge_loss(BITS, LOGITS, **k),
    "huber_loss": lambda m, **k: m.huber_loss(LABELS, LOGITS, delta=0.5, **k),
    "log_loss": lambda m, **k: m.log_loss(BITS, PREDICTIONS, **k),
    "mean_squared_error": lambda m, **k: m.mean_squared_error(LABELS, PREDICTIONS, **k),
    "sigmoid_cross_entropy": lambda m, **k: m.sigmoid_cross_entropy(BITS, LOGITS, **k),
    "sigmoid, smoothed": lambda m, **k: m.sigmoid_cross_entropy(
        BITS, LOGITS, label_smoothing=0.2, **k
    ),
}
OF_ROWS = {
    "softmax_cross_entropy": lambda m, **k: m.softmax_cross_entropy(
        np.eye(3, dtype="float32")[CLASSES], LOGITS, **k
    ),
    "softmax, smoothed": lambda m, **k: m.softmax_cross_entropy(
        np.eye(3, dtype="float32")[CLASSES], LOGITS, label_smoothing=0.1, **k
    ),
    "sparse_softmax_cross_entropy": lambda m, **k: m.sparse_softmax_cross_entropy(
        CLASSES, LOGITS, **k
    ),
    "sparse, in a column": lambda m, **k: m.sparse_softmax_cross_entropy(
        CLASSES[:, None], LOGITS, **k
    ),
}
WEIGHTS = {"no weights": {}, "one weight": {"weights": 0.7}, "weights": {"weights": None}}


def programs():
    """Name -> function of `tf.compat.v1` that gives a loss."""
    made = {}
    for calls, weights in ((CALLS, ROWS), (OF_ROWS, EACH)):
        for name, call in calls.items():
            for weighting, options in WEIGHTS.items():
                options = {"weights": weights} if options.get("weights", 0) is None else options
                made[f"{name}, {weighting}"] = _call(call, options)
            for reduction in ("NONE", "SUM", "MEAN", "SUM_OVER_BATCH_SIZE"):
                made[f"{name}, {reduction}"] = _reduced(call, weights, reduction)
    pairs = {"none": 1.0, "one": 0.5, "rows": ROWS}
    for name, weights in pairs.items():
        made[f"mean_pairwise_squared_error, {name}"] = _pairs(weights)
    return made


def _call(call, options):
    return lambda v1: call(v1.losses, **options)


def _reduced(call, weights, reduction):
    return lambda v1: call(
        v1.losses, weights=weights, reduction=getattr(v1.losses.Reduction, reduction)
    )


def _pairs(weights):
    return lambda v1: v1.losses.mean_pairwise_squared_error(LABELS, PREDICTIONS, weights)
