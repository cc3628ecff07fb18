"""Heads with batches for them."""

import zlib
from dataclasses import dataclass, field

import numpy as np

BATCH = 6


@dataclass
class HeadCase:
    """A head, and what it is given.

    Attributes:
        name: of the case.
        make: function of `tf` that gives the head.
        labels: function of `tf` that gives the labels.
        logits: shape of the logits, without the batch.
        weights: shape of the feature `w`, without the batch; None for no such feature.
        regularization: whether regularization losses are given.
        features: further features.
        batches: how many are measured; the reference's MultiHead begins anew with each.
    """

    name: str
    make: object
    labels: object
    logits: tuple = (1,)
    weights: tuple | None = None
    regularization: bool = False
    features: dict = field(default_factory=dict)
    batches: int = 2

    def batch(self, tf, scale=1.0):
        """Features, logits, labels, and regularization losses or None."""
        features = dict(self.features)
        if self.weights is not None:
            weights = wave((BATCH, *self.weights), f"{self.name} weights")
            features["w"] = tf.constant(1.5 + weights)
        logits = tf.constant(3 * scale * wave((BATCH, *self.logits), self.name))
        losses = [tf.constant(0.5), tf.constant(0.25)] if self.regularization else None
        return features, logits, self.labels(tf), losses


def wave(shape, seed):
    """Numbers from -1 to 1 that a name decides."""
    start = zlib.crc32(seed.encode()) % 1000
    return np.sin(start + 7.7 * np.arange(1, 1 + np.prod(shape))).reshape(shape).astype("float32")


def numbers(*values, dtype="int64"):
    """A function of `tf` that gives a column of labels, or a table."""
    return lambda tf: tf.constant(np.array(values, dtype).reshape(BATCH, -1))


def flat(*values, dtype="int64"):
    """A function of `tf` that gives labels without a last axis."""
    return lambda tf: tf.constant(np.array(values, dtype))


def sparse(indices, values):
    """A function of `tf` that gives a SparseTensor of labels, four at most for an example."""
    return lambda tf: tf.sparse.SparseTensor(indices, tf.constant(values), [BATCH, 4])


_TABLE = (1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1)
_PLACES = [[0, 0], [1, 0], [1, 1], [3, 0], [4, 0], [5, 3]]
_THRESHOLDS = [0.3, 0.75]


def _doubled(labels, logits):
    return 2.0 * (logits - labels) ** 2


def _with_feature(labels, logits, features):
    return (logits - labels) ** 2 * features["f"]


CASES = [
    HeadCase("binary", lambda tf: tf.estimator.BinaryClassHead(), numbers(0, 1, 1, 0, 1, 1)),
    HeadCase(
        "binary with weights and thresholds",
        lambda tf: tf.estimator.BinaryClassHead("w", thresholds=_THRESHOLDS, name="a"),
        flat(0, 1, 1, 0, 1, 1),
        weights=(),
        regularization=True,
    ),
    HeadCase(
        "binary of names",
        lambda tf: tf.estimator.BinaryClassHead(label_vocabulary=["no", "yes"]),
        lambda tf: tf.constant(["no", "yes", "yes", "no", "no", "yes"]),
    ),
    HeadCase(
        "binary of probabilities, summed",
        lambda tf: tf.estimator.BinaryClassHead(
            weight_column=tf.feature_column.numeric_column("w", normalizer_fn=lambda x: x * 2.0),
            loss_reduction=tf.keras.losses.Reduction.SUM,
        ),
        numbers(0.25, 1, 0.5, 0, 0.75, 1, dtype="float32"),
        weights=(1,),
    ),
    HeadCase(
        "binary with a loss function",
        lambda tf: tf.estimator.BinaryClassHead(loss_fn=_doubled),
        numbers(0, 1, 1, 0, 1, 1),
    ),
    HeadCase(
        "binary in three axes",
        lambda tf: tf.estimator.BinaryClassHead("w"),
        lambda tf: tf.constant(np.arange(BATCH * 2).reshape(BATCH, 2) % 3 // 2),
        logits=(2, 1),
        weights=(2, 1),
    ),
    HeadCase(
        "multi-class",
        lambda tf: tf.estimator.MultiClassHead(3),
        numbers(0, 1, 2, 2, 1, 1),
        logits=(3,),
    ),
    HeadCase(
        "multi-class of names, with weights",
        lambda tf: tf.estimator.MultiClassHead(3, "w", label_vocabulary=["x", "y", "z"], name="m"),
        lambda tf: tf.constant([["x"], ["y"], ["z"], ["z"], ["y"], ["y"]]),
        logits=(3,),
        weights=(1,),
        regularization=True,
    ),
    HeadCase(
        "multi-class, summed",
        lambda tf: tf.estimator.MultiClassHead(4, loss_reduction=tf.keras.losses.Reduction.SUM),
        flat(0, 3, 2, 2, 1, 1, dtype="int32"),
        logits=(4,),
    ),
    HeadCase(
        "multi-label",
        lambda tf: tf.estimator.MultiLabelHead(
            3, "w", thresholds=_THRESHOLDS, classes_for_class_based_metrics=[0, 2], name="l"
        ),
        numbers(*_TABLE),
        logits=(3,),
        weights=(1,),
        regularization=True,
    ),
    HeadCase(
        "multi-label, sparse",
        lambda tf: tf.estimator.MultiLabelHead(3),
        sparse(_PLACES, np.array([0, 1, 2, 2, 0, 1])),
        logits=(3,),
    ),
    HeadCase(
        "multi-label of names",
        lambda tf: tf.estimator.MultiLabelHead(
            3, label_vocabulary=["x", "y", "z"], classes_for_class_based_metrics=["y"]
        ),
        sparse(_PLACES, ["x", "y", "z", "z", "x", "y"]),
        logits=(3,),
    ),
    HeadCase(
        "regression",
        lambda tf: tf.estimator.RegressionHead(),
        numbers(0.5, -1, 2, 0, 1, 3, dtype="float32"),
    ),
    HeadCase(
        "regression of pairs, with weights",
        lambda tf: tf.estimator.RegressionHead(2, "w", name="r"),
        lambda tf: tf.constant(np.arange(12.0).reshape(BATCH, 2) / 4),
        logits=(2,),
        weights=(1,),
        regularization=True,
    ),
    HeadCase(
        "regression with a loss function and a link",
        lambda tf: tf.estimator.RegressionHead(loss_fn=_with_feature, inverse_link_fn=tf.math.exp),
        flat(1, 2, 3, 0, 1, 2),
        features={"f": np.full((BATCH, 1), 2, "float32")},
    ),
    HeadCase(
        "counts",
        lambda tf: tf.estimator.PoissonRegressionHead(),
        numbers(1, 2, 5, 0, 1, 2),
    ),
    HeadCase(
        "counts without the labels' term",
        lambda tf: tf.estimator.PoissonRegressionHead(compute_full_loss=False),
        numbers(1, 2, 5, 0, 1, 2),
    ),
    HeadCase(
        "probabilities",
        lambda tf: tf.estimator.LogisticRegressionHead("w"),
        numbers(0.25, 1, 0.5, 0, 0.75, 1, dtype="float32"),
        weights=(1,),
    ),
    HeadCase(
        "several heads",
        lambda tf: tf.estimator.MultiHead(
            [
                tf.estimator.MultiLabelHead(2, name="left"),
                tf.estimator.RegressionHead(name="right"),
            ],
            head_weights=[1.0, 0.5],
        ),
        lambda tf: {
            "left": numbers(1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0)(tf),
            "right": numbers(0.5, -1, 2, 0, 1, 3, dtype="float32")(tf),
        },
        logits=(3,),
        regularization=True,
        batches=1,
    ),
]


def outcome(case, tf):
    """What a head gives: its loss, predictions and metrics of two batches, as plain values."""
    head = case.make(tf)
    features, logits, labels, losses = case.batch(tf)
    loss = head.loss(labels, logits, features, regularization_losses=losses)
    metrics = head.metrics(regularization_losses=losses)
    for scale in (1.0, 0.5)[: case.batches]:
        features, logits, labels, losses = case.batch(tf, scale)
        head.update_metrics(metrics, features, logits, labels, regularization_losses=losses)
    predictions = head.predictions(case.batch(tf)[1])
    return {
        "loss": float(loss),
        "predictions": {str(key): plain(value) for key, value in predictions.items()},
        "metrics": {key: float(metric.result()) for key, metric in metrics.items()},
    }


def plain(tensor):
    """A tensor as its dtype and nested lists, strings decoded."""
    array = tensor.numpy()
    if array.dtype.kind in "OS":
        return ["string", np.vectorize(bytes.decode, otypes=[object])(array).tolist()]
    return [array.dtype.name, array.tolist()]
