"""Text to indices: functions of the user's, models that take strings, pipelines."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras
from estikeras.keras import layers
from estikeras.keras.layers import StringLookup, TextVectorization

TEXTS = np.array([["foo bar"], ["bar x foo"], ["q"], ["foo"]])
WORDS = ["foo", "bar"]


@keras.saving.register_keras_serializable("tests")
def shout(x):
    return tf.constant([one.upper() for one in x.numpy().ravel()])


@keras.saving.register_keras_serializable("tests")
def at_dashes(x):
    return [one.split(b"-") for one in np.atleast_1d(x.numpy()).tolist()]


def test_functions_clean_and_split():
    layer = TextVectorization(standardize=shout, split=at_dashes, vocabulary=["FOO", "BAR"])
    assert layer(["foo-x", "bar"]).numpy().tolist() == [[2, 1], [3, 0]]
    assert layer([["foo"], ["bar"]]).numpy().tolist() == [[2], [3]]
    layer = TextVectorization(split=at_dashes, standardize="lower", ngrams=2)
    layer.adapt(["A-b", "b-a"])
    assert layer.get_vocabulary()[2:] == ["b", "a", "b a", "a b"]


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        (lambda x: tf.constant([["foo", ""], ["bar", "x"]]), [[2, 0], [3, 1]]),
        (lambda x: [tf.constant(["foo"]), np.array(["bar", "x"])], [[2, 0], [3, 1]]),
        (lambda x: [[], ["bar"]], [[0], [3]]),
        (lambda x: np.zeros((2, 0), "U1"), [[], []]),
        (lambda x: tf.strings.split(x, "!"), [[2, 0], [3, 1]]),
    ],
)
def test_a_function_may_split_to_tensors_and_lists(split, expected):
    layer = TextVectorization(standardize=None, split=split, vocabulary=WORDS)
    assert layer(["foo", "bar!x"]).numpy().tolist() == expected


def test_a_function_may_split_one_text():
    layer = TextVectorization(
        standardize=None, split=lambda x: x.numpy().split(b"-"), vocabulary=WORDS
    )
    assert layer("bar-foo").numpy().tolist() == [3, 2]


def test_functions_are_saved_by_name(tmp_path):
    layer = TextVectorization(standardize=shout, split=at_dashes, output_sequence_length=3)
    layer.adapt(["a-b"])
    model = keras.Sequential([keras.Input((), dtype="string"), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded(tf.constant(["b-a-q"])).numpy().tolist() == [[2, 3, 1]]


@pytest.mark.parametrize("x", [["", " "], np.zeros((0,), "U1"), np.zeros((0, 1), "U1")])
@pytest.mark.parametrize("mode", ["int", "multi_hot", "tf_idf"])
def test_no_text_has_no_tokens(x, mode):
    weights = {"idf_weights": [1.0, 1.0]} if mode == "tf_idf" else {}
    layer = TextVectorization(vocabulary=WORDS, output_mode=mode, **weights)
    assert layer(x).shape == (len(x), 0 if mode == "int" else 3)
    assert not layer(x).numpy().any()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: TextVectorization(standardize="upper"), ValueError, "standardize"),
        (lambda: TextVectorization(split="-"), ValueError, "split"),
        (lambda: TextVectorization(ngrams=1.5), ValueError, "ngrams"),
        (lambda: TextVectorization(ngrams=(1, "a")), ValueError, "ngrams"),
        (lambda: TextVectorization(output_sequence_length=2.5), ValueError, "length"),
        (lambda: TextVectorization(output_mode="count", output_sequence_length=2), ValueError,
         "length"),
        (lambda: TextVectorization(output_mode="rows"), ValueError, "output_mode"),
        (lambda: TextVectorization(ragged=True), NotImplementedError, "filled up"),
        (lambda: TextVectorization(sparse=True, output_mode="count"), NotImplementedError, "dense"),
        (lambda: TextVectorization()(["a"]), RuntimeError, "adapt"),
        (lambda: TextVectorization(vocabulary=WORDS)([["a", "b"]]), ValueError, r"\(batch, 1\)"),
        (lambda: TextVectorization(vocabulary=WORDS)([1]), TypeError, "strings"),
        (lambda: TextVectorization(vocabulary=WORDS).adapt(["a"]), ValueError, "was given"),
    ],
)  # fmt: skip
def test_wrong_uses_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def _text_model():
    text = TextVectorization(output_sequence_length=4)
    text.adapt(TEXTS)
    return keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            text,
            layers.Embedding(10, 3),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1),
        ]
    )


@pytest.mark.parametrize("make", [np.asarray, tf.constant, lambda x: x.astype(object)])
def test_a_model_of_texts_trains_and_predicts(make, tmp_path):
    model = _text_model()
    model.compile(keras.optimizers.Adam(0.1), "mse")
    x, y = make(TEXTS), np.array([[1.0], [0.0], [1.0], [0.0]])
    losses = model.fit(x, y, epochs=12, batch_size=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    assert model.evaluate(x, y, verbose=0) < losses[0]
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(model.predict_on_batch(x), expected, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, rtol=1e-5)


def test_features_of_all_kinds_make_one_model():
    color, size, kind = (
        keras.Input((1,), dtype=dtype, name=name)
        for name, dtype in (("color", "string"), ("size", "float32"), ("kind", "int64"))
    )
    limits = layers.Discretization([1.0, 2.0], output_mode="one_hot")
    parts = [
        StringLookup(vocabulary=["red", "blue"], output_mode="one_hot")(color),
        layers.IntegerLookup(vocabulary=[7, 9], output_mode="multi_hot")(kind),
        limits(size),
        layers.HashedCrossing(4, "one_hot")([color, kind]),
    ]
    model = keras.Model([color, size, kind], layers.Dense(2)(layers.Concatenate()(parts)))
    model.compile("sgd", "mse")
    x = {
        "color": np.array([["red"], ["green"]]),
        "size": np.array([[0.5], [1.5]]),
        "kind": np.array([[9], [8]]),
    }
    assert model.predict(x, verbose=0).shape == (2, 2)
    data = tf.data.Dataset.from_tensor_slices((x, np.ones((2, 2), "float32"))).batch(2)
    assert np.isfinite(model.fit(data, verbose=0).history["loss"][0])


def test_a_model_of_strings_gives_strings():
    x = keras.Input((2,), dtype="int64")
    model = keras.Model(x, StringLookup(vocabulary=WORDS, invert=True)(x))
    rows = [[0, 1], [2, 1]]
    assert model.predict(np.array(rows), verbose=0).tolist() == [
        [b"[UNK]", b"foo"],
        [b"bar", b"foo"],
    ]


LAYERS = {
    "indices": lambda: TextVectorization(vocabulary=WORDS, output_sequence_length=3),
    "uneven": lambda: TextVectorization(vocabulary=WORDS),
    "counts": lambda: TextVectorization(vocabulary=WORDS, output_mode="count"),
    "weights": lambda: TextVectorization(
        vocabulary=WORDS, output_mode="tf_idf", idf_weights=[0.5, 2.0]
    ),
    "lookup": lambda: StringLookup(vocabulary=["q"], num_oov_indices=3),
    "vector": lambda: StringLookup(vocabulary=["q"], output_mode="multi_hot"),
    "hash": lambda: layers.Hashing(7, mask_value="q"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_pipeline_gives_what_a_call_gives(name):
    layer, texts = LAYERS[name](), TEXTS[:, 0]
    data = tf.data.Dataset.from_tensor_slices(texts)
    single = [layer(text).numpy().tolist() for text in texts]
    assert [one.numpy().tolist() for one in data.map(layer)] == single
    whole = layer(texts).numpy().tolist()
    assert next(iter(data.batch(4).map(layer))).numpy().tolist() == whole


def test_vocabularies_are_learnt_from_pipelines():
    data = tf.data.Dataset.from_tensor_slices(TEXTS).repeat().batch(4)
    layer = TextVectorization()
    layer.adapt(data, steps=2)
    assert layer.get_vocabulary() == ["", "[UNK]", "foo", "bar", "x", "q"]
