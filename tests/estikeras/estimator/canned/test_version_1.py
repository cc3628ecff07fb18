"""A `model_dir` of TensorFlow 1's estimators, written by TensorFlow, is gone on with."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from tests.support.estimators import canned, version_1

RECORDINGS = Path(__file__).parents[1] / "recordings"
RECORDED = json.loads((RECORDINGS / "version_1.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", version_1.CASES, ids=lambda case: case.name)
def test_what_tensorflow_trained_is_evaluated_and_trained_further(case, tmp_path):
    folder = shutil.copytree(RECORDINGS / "version_1" / case.name, tmp_path / "model")
    recorded = RECORDED[case.name]
    estimator = case.make(tf, model_dir=str(folder))
    names = estimator.get_variable_names()
    canned.assert_as_recorded(canned.measured(case, tf, estimator), recorded["before"])
    made = canned.trained(case, tf, folder, version_1.STEPS[1])
    np.testing.assert_allclose(made["losses"], recorded["after"]["losses"], rtol=1e-5)
    canned.assert_as_recorded(made, recorded["after"])
    sums = canned.sums(tf, folder)
    assert sums == pytest.approx(recorded["after"]["sums"], rel=1e-5, abs=1e-5)
    assert sorted(sums) == sorted(names)


def test_linear_models_are_trained_by_their_dual_under_names_of_their_own(tmp_path):
    case = next(case for case in canned.CASES if case.name == "linear by its dual, two classes")
    sums = []
    for number, kinds in enumerate((tf.estimator, tf.compat.v1.estimator)):
        estimator = kinds.LinearClassifier(
            canned.wide(tf), str(tmp_path / str(number)), optimizer=canned.dual(tf)
        )
        estimator.train(lambda: case.batches(tf, True), steps=5)
        sums.append(canned.sums(tf, estimator.model_dir))

    def name_in_version_1(name):  # as the reference's checkpoints have it
        path = name.removesuffix("_unshrunk")
        return name if path == name else f"linear/{path}/part_0_unshrunk"

    assert sums[1] == {name_in_version_1(name): value for name, value in sums[0].items()}
    with pytest.raises(ValueError, match="LinearSDCA for"):
        tf.compat.v1.estimator.LinearClassifier([], n_classes=3, optimizer=canned.dual(tf))


def test_model_functions_are_built_of_the_parts_of_canned_estimators(tmp_path):
    v1 = tf.compat.v1
    parts = v1.estimator.experimental
    case = version_1.CASES[0]
    deep = parts.dnn_logit_fn_builder(
        1, [3], canned.dense(tf), tf.nn.relu, None, input_layer_partitioner=None, batch_norm=False
    )
    linear = parts.linear_logit_fn_builder(1, canned.wide(tf))

    def model_fn(features, labels, mode, params, config):
        logits = parts.call_logit_fn(linear, features, mode, params, config)
        with v1.variable_scope("deep"):
            logits += parts.call_logit_fn(deep, features, mode, params, config)
        loss = v1.losses.mean_squared_error(labels, logits)
        step = v1.train.get_global_step()
        train_op = v1.train.GradientDescentOptimizer(0.1).minimize(loss, step)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    estimator.train(lambda: case.batches(tf, True), steps=2)
    assert estimator.get_variable_names() == [
        "deep/hiddenlayer_0/bias",
        "deep/hiddenlayer_0/kernel",
        "deep/input_from_feature_columns/input_layer/word_embedding/embedding_weights",
        "deep/logits/bias",
        "deep/logits/kernel",
        "global_step",
        "linear_model/age_bucketized/weights",
        "linear_model/age_bucketized_X_word/weights",
        "linear_model/bias_weights",
        "linear_model/word/weights",
    ]
    assert {tag.rpartition("/")[0] for tag in canned.tags(tf, tmp_path)} == {
        "",
        "deep/deep/hiddenlayer_0",
        "deep/deep/logits",
    }
    with pytest.raises(ValueError, match="`units`: expected an int"):
        parts.linear_logit_fn_builder(1.5, [])
    with pytest.raises(NotImplementedError, match="partitioner"):
        parts.dnn_logit_fn_builder(1, [3], [], tf.nn.relu, None, lambda **_: 1, False)
