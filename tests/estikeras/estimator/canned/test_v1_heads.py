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
