"""FeatureSpace: values and files of the real one, models, pipelines, wrong uses."""

import json
import zipfile

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras
from estikeras.keras.utils import FeatureSpace
from tests.estikeras.keras.layers.preprocessing.test_against_recordings import EXPECTED, RECORDED
from tests.support.arrays import assert_close
from tests.support.preprocessing import COLUMNS, space

VECTORS = np.array(EXPECTED["models"]["space"]["values"], "float32")


def test_vectors_are_those_of_the_real_one():
    made = space(keras)
    assert_close(made(COLUMNS), VECTORS)
    assert_close(made({name: column[:, None] for name, column in COLUMNS.items()}), VECTORS)
    assert_close(made({name: column[1] for name, column in COLUMNS.items()}), VECTORS[1])


def test_a_file_of_the_real_one_gives_its_vectors():
    loaded = keras.models.load_model(RECORDED / "space.keras")
    assert_close(loaded(COLUMNS), VECTORS)


def test_a_file_has_what_the_real_one_has(tmp_path):
    made = space(keras)
    made.save(tmp_path / "space.keras")
    assert_close(keras.models.load_model(tmp_path / "space.keras")(COLUMNS), VECTORS)
    (names, config), (real_names, real_config) = map(
        _read, (tmp_path / "space.keras", RECORDED / "space.keras")
    )
    assert names == real_names
    assert _without_ids(config) == _without_ids(real_config)


def _read(path):
    with zipfile.ZipFile(path) as archive:
        return sorted(archive.namelist()), json.loads(archive.read("config.json"))


def _without_ids(config):
    if isinstance(config, dict):
        dropped = ("shared_object_id", "bin_boundaries")
        return {key: _without_ids(item) for key, item in config.items() if key not in dropped}
    return [_without_ids(item) for item in config] if isinstance(config, list) else config


def test_a_dict_of_columns_keeps_their_names():
    made = FeatureSpace(
        {"size": "float_rescaled", "kind": FeatureSpace.integer_hashed(3, output_mode="int")},
        output_mode="dict",
    )
    encoded = made({"size": [1.0, 2.0], "kind": [4, 5]})
    assert {name: (x.shape, x.dtype) for name, x in encoded.items()} == {
        "kind": ((2, 1), "int64"),
        "size": ((2, 1), "float32"),
    }
    assert {name: x.shape for name, x in made({"size": 1.0, "kind": 4}).items()} == {
        "kind": (1,),
        "size": (1,),
    }


def test_a_layer_of_ones_own_prepares_a_column():
    text = keras.layers.TextVectorization(output_mode="tf_idf")
    made = FeatureSpace({"text": FeatureSpace.feature("string", text, "float")})
    made.adapt({"text": ["a b", "b"]})
    assert made({"text": ["a b", "q"]}).shape == (2, 3)
    given = keras.layers.Discretization([1.0, 2.0])
    made = FeatureSpace({"x": FeatureSpace.feature("float32", given, "one_hot")})
    assert made({"x": [0.5, 3.0]}).numpy().tolist() == [[1, 0, 0], [0, 0, 1]]


def test_models_and_pipelines_use_it():
    made = FeatureSpace({"size": "float", "color": "string_categorical"})
    data = {"size": np.array([1.0, 2.0], "float32"), "color": np.array(["red", "blue"])}
    pipeline = tf.data.Dataset.from_tensor_slices(data)
    made.adapt(pipeline)
    expected = [[0, 0, 1, 1], [0, 1, 0, 2]]
    assert [one.numpy().tolist() for one in pipeline.map(made)] == [
        made({name: column[i] for name, column in data.items()}).numpy().tolist() for i in (0, 1)
    ]
    assert next(iter(pipeline.batch(2).map(made))).shape == (2, len(expected[0]))
    raw = keras.Model(made.get_inputs(), made.get_encoded_features())
    columns = {name: column[:, None] for name, column in data.items()}
    assert_close(raw.predict(columns, verbose=0), made(data))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    labelled = pipeline.map(lambda x: (made(x), 1.0)).batch(2)
    assert np.isfinite(model.fit(labelled, verbose=0).history["loss"][0])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: FeatureSpace({}), "at least one"),
        (lambda: FeatureSpace({"a": "floats"}), "'float'"),
        (lambda: FeatureSpace({"a": "float"}, output_mode="list"), "output_mode"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a", "b")]), "crosses"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a",)], crossing_dim=0), "crossing_dim"),
        (lambda: FeatureSpace.cross(("a", "b"), 3, "count"), "output_mode"),
        (lambda: FeatureSpace.string_hashed(3, "count"), "output_mode"),
        (lambda: FeatureSpace({"a": "float"})([1.0]), "dict"),
        (lambda: FeatureSpace({"a": "float"})({"b": 1.0}), "columns"),
        (lambda: FeatureSpace({"a": "float_normalized"})({"a": 1.0}), "adapt"),
        (lambda: FeatureSpace({"a": "float_normalized"}).adapt([1.0]), "Dataset"),
        (lambda: FeatureSpace({"a": FeatureSpace.integer_hashed(3, "int")})({"a": 1}), "vector"),
        (
            lambda: FeatureSpace(
                {"a": FeatureSpace.feature("float32", keras.layers.Rescaling(1.0), "one_hot")}
            )({"a": 1.0}),
            "one_hot",
        ),
    ],
)
def test_wrong_uses_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
