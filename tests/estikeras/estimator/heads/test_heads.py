"""Heads against recordings of the reference, and what they refuse."""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from tests.support.estimators import heads

RECORDED = json.loads(
    (Path(__file__).parents[1] / "recordings" / "heads.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", heads.CASES, ids=lambda case: case.name)
def test_heads_give_what_the_reference_gives(case):
    made, recorded = heads.outcome(case, tf), RECORDED[case.name]
    assert made["loss"] == pytest.approx(recorded["loss"], rel=1e-5)
    assert made["metrics"] == pytest.approx(recorded["metrics"], rel=2e-5)
    assert list(made["predictions"]) == list(recorded["predictions"])
    for key, (dtype, values) in recorded["predictions"].items():
        assert made["predictions"][key][0] == dtype, key
        if dtype == "string":
            assert made["predictions"][key][1] == values
        else:
            np.testing.assert_allclose(made["predictions"][key][1], values, rtol=2e-6, atol=1e-7)


def test_names_of_several_heads_keep_their_exports_apart():
    case = heads.CASES[-1]
    spec = case.make(tf).create_estimator_spec({}, "infer", case.batch(tf)[1])
    outputs = {name: sorted(output.outputs) for name, output in spec.export_outputs.items()}
    assert outputs == {
        "serving_default": ["classes", "scores"],
        "left": ["classes", "scores"],
        "left/classification": ["classes", "scores"],
        "left/predict": ["classes", "logits", "probabilities"],
        "right": ["outputs"],
        "right/regression": ["outputs"],
        "right/predict": ["predictions"],
        "predict": ["left/classes", "left/logits", "left/probabilities", "right/predictions"],
    }


@pytest.mark.parametrize(
    ("make", "signatures"),
    [
        (
            lambda: tf.estimator.BinaryClassHead(),
            ["classification", "predict", "regression", "serving_default"],
        ),
        (lambda: tf.estimator.MultiClassHead(3), ["classification", "predict", "serving_default"]),
        (lambda: tf.estimator.RegressionHead(), ["predict", "regression", "serving_default"]),
    ],
    ids=["binary", "multi-class", "regression"],
)
def test_heads_export_signatures(make, signatures):
    head = make()
    spec = head.create_estimator_spec({}, "infer", tf.zeros((2, head.logits_dimension)))
    assert sorted(spec.export_outputs) == signatures


def _loss(head, labels, logits=(4, 1), features=None):
    return lambda: head.loss(labels, tf.zeros(logits), features)


WRONG = {
    "labels that are missing": (
        lambda: _loss(tf.estimator.BinaryClassHead(), None)(),
        "`labels`: expected a tensor, got None.*input_fn",
    ),
    "labels out of range": (
        lambda: _loss(tf.estimator.BinaryClassHead(), tf.constant([0, 1, 2, 1]))(),
        "`labels`: expected values from 0 to 1, got values from 0 to 2",
    ),
    "classes out of range": (
        lambda: _loss(tf.estimator.MultiClassHead(3), tf.constant([0, 1, -1, 1]), (4, 3))(),
        "`labels`: expected values from 0 to 2, got values from -1 to 1",
    ),
    "classes that are no integers": (
        lambda: _loss(tf.estimator.MultiClassHead(3), tf.constant([0.0, 1, 2, 1]), (4, 3))(),
        "`labels`: expected integers, got 'dtype float32'",
    ),
    "numbers in place of names": (
        lambda: _loss(
            tf.estimator.MultiClassHead(3, label_vocabulary=["a", "b", "c"]),
            tf.constant([0, 1, 2, 1]),
            (4, 3),
        )(),
        "`labels`: expected strings, as there is a `label_vocabulary`",
    ),
    "names that are not known": (
        lambda: _loss(
            tf.estimator.BinaryClassHead(label_vocabulary=["no", "yes"]),
            tf.constant(["no", "yes", "maybe", "no"]),
        )(),
        r"vocabulary \['no', 'yes'\], got \[b'maybe'\]",
    ),
    "labels of another batch": (
        lambda: _loss(tf.estimator.RegressionHead(), tf.zeros((3, 1)))(),
        r"`labels`: expected shape \(4, 1\), got shape \(3, 1\).*label_dimension",
    ),
    "sparse labels": (
        lambda: _loss(
            tf.estimator.RegressionHead(), tf.sparse.SparseTensor([[0, 0]], [1.0], [4, 1])
        )(),
        "expected a dense tensor.*to_dense",
    ),
    "logits of another dimension": (
        lambda: _loss(tf.estimator.RegressionHead(2), tf.zeros((4, 2)))(),
        r"`logits`: expected shape \(batch, ..., 2\), got shape \(4, 1\)",
    ),
    "weights that are missing": (
        lambda: _loss(
            tf.estimator.RegressionHead(weight_column="w"), tf.zeros((4, 1)), features={"x": 1}
        )(),
        "'w' is not in features dictionary.*'x'",
    ),
    "weights of another shape": (
        lambda: _loss(
            tf.estimator.RegressionHead(weight_column="w"),
            tf.zeros((4, 1)),
            features={"w": tf.zeros((4, 3))},
        )(),
        r"features\['w'\].*expected \(4,\) or \(4, 1\)",
    ),
    "a reduction to no number": (
        lambda: tf.estimator.RegressionHead(loss_reduction="none"),
        "`loss_reduction`: expected one of",
    ),
    "a loss function of other arguments": (
        lambda: tf.estimator.RegressionHead(loss_fn=lambda labels, other: other),
        "`loss_fn`: expected a function of `labels`, `logits`",
    ),
    "losses of another shape": (
        lambda: _loss(
            tf.estimator.RegressionHead(loss_fn=lambda labels, logits: tf.reduce_mean(logits)),
            tf.zeros((4, 1)),
        )(),
        r"what `loss_fn` gives`: expected shape \(4, 1\), got shape \(\)",
    ),
    "two classes for several": (
        lambda: tf.estimator.MultiClassHead(2),
        "`n_classes`: expected an int, 3 or more, got 2. `BinaryClassHead` is for two",
    ),
    "one label of several": (
        lambda: tf.estimator.MultiLabelHead("3"),
        "`n_classes`: expected an int, 2 or more, got '3'",
    ),
    "a vocabulary of another size": (
        lambda: tf.estimator.MultiLabelHead(3, label_vocabulary=["a"]),
        "`label_vocabulary`: expected 3 names",
    ),
    "a threshold out of range": (
        lambda: tf.estimator.BinaryClassHead(thresholds=[0.5, 1.0]),
        "`thresholds`: expected numbers between 0 and 1",
    ),
    "a class that is not there": (
        lambda: tf.estimator.MultiLabelHead(3, classes_for_class_based_metrics=[3]),
        "`classes_for_class_based_metrics`: expected numbers from 0 to 2",
    ),
    "predictions that are not there": (
        lambda: tf.estimator.MultiLabelHead(3).predictions(tf.zeros((1, 3)), ["logistic"]),
        r"`keys`: expected names among \['logits', 'probabilities', 'classes'\]",
    ),
    "heads without names": (
        lambda: tf.estimator.MultiHead([tf.estimator.RegressionHead()]),
        "`heads`: expected heads that have a `name`",
    ),
    "no labels for a head": (
        lambda: _loss(heads.CASES[-1].make(tf), {"left": tf.zeros((4, 2))}, (4, 3))(),
        r"`labels`: expected values for the heads \['right'\]",
    ),
    "logits that cannot be split": (
        lambda: heads.CASES[-1].make(tf).predictions(tf.zeros((4, 4))),
        "a last axis of 3, the sum of {'left': 2, 'right': 1}",
    ),
    "training without an optimizer": (
        lambda: tf.estimator.RegressionHead().create_estimator_spec(
            {}, "train", tf.zeros((4, 1)), tf.zeros((4, 1))
        ),
        "`optimizer`: expected one of both in training",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_heads_refuse(name):
    call, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        call()
