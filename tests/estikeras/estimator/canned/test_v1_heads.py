"""The heads of TensorFlow 1's estimators: their reductions are those of its losses."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.estimator.canned.v1.heads import RegressionHead

LABELS = np.array([[0.5], [1], [-2], [3]], "float32")
LOGITS = np.array([[0.0], [1.5], [1], [-1]], "float32")
WEIGHTS = np.array([[0.0], [1], [2], [0.5]], "float32")
REDUCTIONS = tf.compat.v1.losses.Reduction


@pytest.mark.parametrize("reduction", [r for r in REDUCTIONS.all() if r != REDUCTIONS.NONE])
@pytest.mark.parametrize("weighted", [False, True])
def test_losses_are_reduced_as_the_losses_of_tensorflow_1(reduction, weighted):
    head = RegressionHead("head", 1, "w" if weighted else None, reduction)
    expected = tf.compat.v1.losses.mean_squared_error(
        LABELS, LOGITS, WEIGHTS if weighted else 1.0, reduction=reduction
    )
    loss = head.loss(LABELS, LOGITS, {"w": tf.constant(WEIGHTS)})
    np.testing.assert_allclose(loss.numpy(), expected.numpy(), rtol=1e-6)


def test_other_reductions_and_partitioners_are_refused():
    with pytest.raises(ValueError, match="`loss_reduction`: expected one of"):
        tf.compat.v1.estimator.BaselineRegressor(loss_reduction="sum")
    with pytest.raises(NotImplementedError, match="partitioner"):
        tf.compat.v1.estimator.LinearRegressor([], partitioner=1)
    with pytest.raises(ValueError, match=r"`optimizer`: expected a `tf.compat.v1.train.Optimizer`"):
        tf.compat.v1.estimator.BaselineRegressor(optimizer=tf.keras.optimizers.SGD()).train(
            lambda: tf.data.Dataset.from_tensors(({"x": LABELS}, LABELS))
        )


V1 = tf.compat.v1.estimator
X = [tf.feature_column.numeric_column("x")]
NAMED = {  # what a model's head computes is named after: its scope, and the end of the loss's name
    "dnn": (lambda: V1.DNNClassifier([2], X, n_classes=3), "dnn/head", "Sum"),
    "linear": (lambda: V1.LinearClassifier(X), "linear/head", "Sum"),
    "wide and deep": (
        lambda: V1.DNNLinearCombinedRegressor(
            linear_feature_columns=X, dnn_feature_columns=X, dnn_hidden_units=[2]
        ),
        "head",
        "Sum",
    ),
    "mean": (
        lambda: V1.DNNRegressor([2], X, loss_reduction=REDUCTIONS.MEAN),
        "dnn/head",
        "value",
    ),
}


@pytest.mark.parametrize("model", NAMED)
def test_losses_have_the_names_by_which_scripts_log_them(model):
    make, scope, end = NAMED[model]
    names = [f"{scope}/weighted_loss/{end}"] + [f"{scope}/truediv:0"] * (end == "Sum")
    seen = []

    class Watch(tf.estimator.SessionRunHook):
        def before_run(self, run_context):
            return tf.estimator.SessionRunArgs(names)

        def after_run(self, run_context, run_values):
            seen.append(run_values.results)

    def input_fn():
        return tf.data.Dataset.from_tensors(({"x": LABELS}, np.int32(LABELS > 0.7)))

    estimator = make()
    estimator.train(input_fn, hooks=[Watch()])
    estimator.evaluate(input_fn, hooks=[tf.estimator.LoggingTensorHook(names[:1], 1)])
    loss, *mean = seen[0]
    assert mean == ([loss / len(LABELS)] if end == "Sum" else [])
