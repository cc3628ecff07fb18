"""What an Estimator exports, as those get it who load it."""

import numpy as np

import estikeras as tf
from estikeras import estimator

v1 = tf.compat.v1


def test_records_of_comma_separated_values_are_served(tmp_path):
    """By TensorFlow 1's name of the method, and with its Estimator."""

    def input_fn():
        features = {"a": [[1.0], [2.0], [3.0]], "b": [["x"], ["y"], ["x"]]}
        return tf.data.Dataset.from_tensors((features, [[3.0], [1.0], [7.0]]))

    def receiver():
        text = v1.placeholder("string", (None,))
        a, b = v1.decode_csv(text, [[0.0], ["y"]], field_delim=";")
        features = {"a": a[:, tf.newaxis], "b": b[:, tf.newaxis]}
        return estimator.export.ServingInputReceiver(features, text)

    word = tf.feature_column.categorical_column_with_vocabulary_list("b", ["x", "y"])
    columns = [tf.feature_column.numeric_column("a"), word]
    model = v1.estimator.LinearRegressor(columns, str(tmp_path / "model"))
    model.train(input_fn, steps=20)
    folder = model.export_savedmodel(str(tmp_path), receiver, strip_default_attrs=True)

    served = tf.saved_model.load(folder.decode()).signatures["predict"]
    found = served(tf.constant(["1.0;x", "2;", "3;x"]))["predictions"]
    expected = [row["predictions"] for row in model.predict(input_fn)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_placeholders_made_outside_tell_what_is_served(tmp_path):
    def model_fn(features, labels, mode):
        sums = tf.reduce_sum(features["x"] * tf.cast(features["n"], "float32"), 1)
        step = v1.assign_add(v1.train.get_global_step(), 1).op
        return estimator.EstimatorSpec(
            mode, {"sums": sums}, loss=tf.reduce_sum(sums), train_op=step
        )

    told = {
        "x": v1.placeholder(tf.float32, [None, 2], name="x"),
        "n": v1.placeholder(tf.int64, shape=[None, 1]),
    }
    x, n = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1], [10]], "int64")
    receiver = estimator.export.build_raw_serving_input_receiver_fn(told)
    model = estimator.Estimator(model_fn, str(tmp_path / "model"))
    model.train(lambda: ({"x": x, "n": n}, None), steps=1)
    folder = model.export_saved_model(str(tmp_path), receiver)
    served = tf.saved_model.load(folder.decode()).signatures["serving_default"]
    np.testing.assert_array_equal(served(x=x, n=n)["sums"], [3, 70])


def test_the_log_says_which_signatures_an_export_has(tmp_path, caplog):
    """A model that is fed numbers cannot classify as TensorFlow Serving does."""
    x = np.float32([[1], [2]])
    model = estimator.LinearClassifier([tf.feature_column.numeric_column("x")], str(tmp_path / "m"))
    model.train(lambda: ({"x": tf.constant(x)}, tf.constant([[0], [1]])), steps=1)
    with caplog.at_level("INFO", "estikeras"):
        receiver = estimator.export.build_raw_serving_input_receiver_fn({"x": tf.constant(x)})
        model.export_saved_model(str(tmp_path), receiver)
    told = [text for text in caplog.messages if "ignature" in text]
    assert told == [
        "Signatures INCLUDED in export for Classify: None",
        "Signatures INCLUDED in export for Regress: None",
        "Signatures INCLUDED in export for Predict: ['predict']",
        "Export includes no default signature!",
    ]
