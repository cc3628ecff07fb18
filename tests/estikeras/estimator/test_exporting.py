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
