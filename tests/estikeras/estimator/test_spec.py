"""EstimatorSpec and export outputs take what the reference takes, and refuse what it refuses."""

import numpy as np
import pytest

import estikeras as tf

SPEC, EXPORT, MODES = tf.estimator.EstimatorSpec, tf.estimator.export, tf.estimator.ModeKeys
X = tf.constant([[1.0, 2.0]])
OUTPUT = EXPORT.PredictOutput(X)


def test_parts_have_the_names_and_order_of_the_reference():
    assert SPEC._fields == (
        "mode",
        "predictions",
        "loss",
        "train_op",
        "eval_metric_ops",
        "export_outputs",
        "training_chief_hooks",
        "training_hooks",
        "scaffold",
        "evaluation_hooks",
        "prediction_hooks",
    )
    assert (MODES.TRAIN, MODES.EVAL, MODES.PREDICT) == ("train", "eval", "infer")


def test_what_is_left_out_is_empty():
    spec = SPEC(MODES.EVAL, loss=tf.constant(1.0))
    assert (spec.predictions, spec.eval_metric_ops, spec.train_op) == ({}, {}, None)
    assert (spec.training_hooks, spec.evaluation_hooks, spec.prediction_hooks) == ((), (), ())
    assert isinstance(spec.scaffold, tf.compat.v1.train.Scaffold)


def test_a_loss_of_one_element_is_a_scalar():
    assert SPEC(MODES.EVAL, loss=tf.constant([2.0])).loss.shape == ()
    assert SPEC(MODES.EVAL, loss=tf.Variable(2.0)).loss.numpy() == 2.0


def test_a_single_export_output_is_the_default():
    assert SPEC("infer", X, export_outputs={"a": OUTPUT}).export_outputs == {
        "a": OUTPUT,
        "serving_default": OUTPUT,
    }
    both = {"a": OUTPUT, "serving_default": EXPORT.PredictOutput(X)}
    assert SPEC("infer", X, export_outputs=both).export_outputs == both


def test_predictions_are_served_where_no_export_outputs_are_named():
    served = SPEC("infer", {"a": X}).export_outputs
    assert list(served) == ["serving_default"]
    assert list(served["serving_default"].outputs) == ["a"]
    assert SPEC("eval", {"a": X}, loss=tf.constant(1.0)).export_outputs is None


def test_replacing_a_part_checks_it_and_leaves_the_original():
    spec = SPEC("infer", X)
    changed = spec._replace(predictions={"b": X})
    assert list(changed.predictions) == ["b"]
    np.testing.assert_array_equal(spec.predictions, X)
    with pytest.raises(ValueError, match="mode of an EstimatorSpec"):
        spec._replace(mode="eval")
    with pytest.raises(TypeError, match="`training_hooks`"):
        spec._replace(training_hooks=[1])


def test_names_of_outputs_are_those_of_the_reference():
    assert list(OUTPUT.outputs) == ["output"]
    assert set(EXPORT.PredictOutput({"a": X, "b": X}).outputs) == {"a", "b"}


WRONG = {
    "two outputs without default": (
        lambda: SPEC("infer", X, export_outputs={"a": OUTPUT, "b": OUTPUT}),
        ValueError,
        "serving_default",
    ),
    "a list of outputs": (
        lambda: SPEC("infer", X, export_outputs=[OUTPUT]),
        TypeError,
        "`export_outputs`: expected a dict",
    ),
    "a tensor as output": (
        lambda: SPEC("infer", X, export_outputs={"a": X}),
        TypeError,
        r"`export_outputs\['a'\]`: expected an ExportOutput",
    ),
    "a list of predictions": (lambda: SPEC("infer", [X]), TypeError, "`predictions`"),
    "a number as prediction": (
        lambda: SPEC("infer", {"a": 1.0}),
        TypeError,
        r"`predictions\['a'\]`: expected a tensor",
    ),
    "half a pair": (
        lambda: SPEC("eval", loss=tf.constant(1.0), eval_metric_ops={"a": (X,)}),
        TypeError,
        r"`eval_metric_ops\['a'\]`: .* pair",
    ),
    "a classification of nothing": (
        lambda: EXPORT.ClassificationOutput(),
        ValueError,
        "`scores` or `classes`",
    ),
    "scores that are words": (
        lambda: EXPORT.ClassificationOutput(scores=tf.constant(["a"])),
        ValueError,
        "`scores`: .* floats",
    ),
    "classes that are numbers": (
        lambda: EXPORT.ClassificationOutput(classes=tf.constant([1])),
        ValueError,
        "`classes`: .* strings",
    ),
    "a regression of words": (
        lambda: EXPORT.RegressionOutput(tf.constant(["a"])),
        ValueError,
        "`value`: .* floats",
    ),
    "outputs that have numbers": (lambda: EXPORT.PredictOutput({1: X}), ValueError, "strings"),
    "outputs that are numbers": (
        lambda: EXPORT.PredictOutput({"a": 1.0}),
        ValueError,
        "`a`: expected a tensor",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(name):
    make, error, match = WRONG[name]
    with pytest.raises(error, match=match):
        make()
