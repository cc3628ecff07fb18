"""Estimators of `tf.compat.v1` whose `model_dir` TensorFlow wrote."""

from tests.support.estimators.canned import THREE, TWO, EstimatorCase, dense, wide

STEPS = (20, 10)  # before the recording, and after it

CASES = [
    EstimatorCase(
        "deep",
        lambda tf, **kw: tf.compat.v1.estimator.DNNClassifier(
            [4, 3], dense(tf), n_classes=3, weight_column="weight", optimizer="Adam", **kw
        ),
        THREE,
        predicts=True,
    ),
    EstimatorCase(
        "linear",
        lambda tf, **kw: tf.compat.v1.estimator.LinearClassifier(wide(tf), **kw),
        TWO,
        predicts=True,
    ),
]
