"""Vocabularies: given, learnt, refused, saved."""

import json
import zipfile

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras, op_errors
from estikeras.keras.layers import IntegerLookup, StringLookup, TextVectorization


@pytest.mark.parametrize(
    "given",
    [["b", "a"], ("b", "a"), np.array(["b", "a"]), np.array([b"b", b"a"], object)],
    ids=["list", "tuple", "array", "bytes"],
)
def test_a_vocabulary_is_given_in_any_form(given):
    for vocabulary in (given, tf.constant(given)):
        layer = StringLookup(vocabulary=vocabulary)
        assert layer.get_vocabulary() == ["[UNK]", "b", "a"]
        assert layer.get_config()["vocabulary"] == ["b", "a"]


@pytest.mark.parametrize("x", [["a", "x"], np.array(["a", "x"]), tf.constant(["a", "x"])])
def test_inputs_are_lists_arrays_and_tensors(x):
    assert StringLookup(vocabulary=["b", "a"])(x).numpy().tolist() == [2, 0]


def test_a_vocabulary_comes_from_a_file_with_an_entry_a_line(tmp_path):
    file = tmp_path / "words.txt"
    file.write_bytes("b\r\né\n\na".encode())
    layer = StringLookup(vocabulary=str(file))
    assert layer.get_vocabulary() == ["[UNK]", "b", "é", "", "a"]
    assert layer.get_config()["vocabulary"] is None
    file.write_text("7\n-3\n")
    assert IntegerLookup(vocabulary=str(file)).get_vocabulary() == [-1, 7, -3]
    with pytest.raises(ValueError, match="no file"):
        StringLookup(vocabulary=str(tmp_path / "other.txt"))


def test_a_file_cannot_make_the_loader_read_another_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret\n")
    model = keras.Sequential([keras.Input((1,), dtype="string"), StringLookup(vocabulary=["a"])])
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(entries["config.json"])
    config["config"]["layers"][1]["config"]["vocabulary"] = str(secret)
    entries["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "changed.keras", "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="Safe mode"):
        keras.models.load_model(tmp_path / "changed.keras")
    loaded = keras.models.load_model(tmp_path / "changed.keras", safe_mode=False)
    assert loaded.layers[0].get_vocabulary() == ["[UNK]", "secret"]


def _batches():
    yield ["b", "b"]
    yield np.array([["a", "b"], ["a", "c"]])
    yield tf.constant("c")


def test_batches_of_any_kind_are_counted_and_forgotten():
    layer = StringLookup()
    layer.adapt(_batches())
    assert layer.get_vocabulary() == ["[UNK]", "b", "c", "a"]
    layer.adapt(_batches(), steps=1)
    assert layer.get_vocabulary() == ["[UNK]", "b"]
    layer.reset_state()
    layer.update_state(["x"])
    layer.update_state(["y", "y"])
    assert layer.get_vocabulary() == ["[UNK]", "b"]
    layer.finalize_state()
    assert layer.get_vocabulary() == ["[UNK]", "y", "x"]


def test_vocabulary_and_weights_can_be_set_anew():
    layer = StringLookup(output_mode="tf_idf", vocabulary=["a", "b"], idf_weights=[1.0, 3.0])
    assert layer(["a", "x", "x"]).numpy().tolist() == [4, 1, 0]
    layer.set_vocabulary(["[UNK]", "b", "a"], idf_weights=[0.5, 3.0, 1.0])
    assert layer(["a", "x", "x"]).numpy().tolist() == [1, 0, 1]
    with pytest.raises(RuntimeError, match="grow or shrink"):
        layer.set_vocabulary(["a"], [1.0])
    assert layer.vocabulary_size() == 3


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: StringLookup()(["a"]), RuntimeError, "has no vocabulary"),
        (lambda: StringLookup(output_mode="count")(["a"]), RuntimeError, "has no vocabulary"),
        (lambda: StringLookup(vocabulary=["a", "b", "a"]), ValueError, "'a'"),
        (lambda: StringLookup(vocabulary=[]), ValueError, "at least one entry"),
        (lambda: StringLookup(vocabulary=["a", ""], mask_token=""), ValueError, "special"),
        (lambda: StringLookup(vocabulary=["a", "[UNK]"], invert=True), ValueError, "special"),
        (lambda: StringLookup(vocabulary=["a", "b"], max_tokens=2), ValueError, "max_tokens"),
        (lambda: StringLookup(max_tokens=1), ValueError, "max_tokens"),
        (lambda: StringLookup(pad_to_max_tokens=True), ValueError, "max_tokens"),
        (lambda: StringLookup(num_oov_indices=-1), ValueError, "num_oov_indices"),
        (lambda: StringLookup(output_mode="counts"), ValueError, "output_mode"),
        (lambda: StringLookup(invert=True, output_mode="count"), ValueError, "invert"),
        (lambda: StringLookup(invert=True, oov_token=None), ValueError, "oov_token"),
        (lambda: StringLookup(idf_weights=[1.0]), ValueError, "idf_weights"),
        (lambda: StringLookup(vocabulary=["a"], output_mode="tf_idf"), ValueError, "idf_weights"),
        (lambda: StringLookup(sparse=True, output_mode="count"), NotImplementedError, "dense"),
        (lambda: StringLookup(salt="a"), ValueError, "salt"),
        (lambda: StringLookup(vocabulary=["a"]).adapt(["a"]), ValueError, "was given"),
        (lambda: StringLookup(vocabulary=["a"])([1]), TypeError, "string"),
        (lambda: StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]),
         op_errors.InvalidArgumentError, "b'b'"),
        (lambda: StringLookup(units=3), ValueError, "units"),
        (lambda: IntegerLookup(vocabulary=[1])(["a"]), TypeError, "int64"),
        (lambda: IntegerLookup(vocabulary=[1], vocabulary_dtype="int32"), ValueError, "int64"),
        (lambda: IntegerLookup(oov_method="mod"), ValueError, "oov_method"),
        (lambda: IntegerLookup(salt=3), ValueError, "farmhash"),
    ],
)  # fmt: skip
def test_wrong_uses_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


TRICKY = [
    "plain",
    "two\nlines",
    "\r",
    "\u2028",
    " ",
    "é",
    b"\xff".decode("utf-8", "surrogateescape"),
]


@pytest.mark.parametrize(
    "layer",
    [
        StringLookup(mask_token=""),
        StringLookup(output_mode="tf_idf", max_tokens=20, pad_to_max_tokens=True),
        TextVectorization(split=None, standardize=None),
    ],
    ids=["indices", "weights", "text"],
)
def test_any_entry_survives_a_file(layer, tmp_path):
    data = [[one.encode("utf-8", "surrogateescape")] for one in TRICKY]
    layer.adapt(data)
    assert set(TRICKY) < set(layer.get_vocabulary())
    model = keras.Sequential([keras.Input((1,), dtype="string"), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].get_vocabulary() == layer.get_vocabulary()
    np.testing.assert_array_equal(loaded(tf.constant(data)), layer(data))


@pytest.mark.parametrize("mode", ["int", "count", "tf_idf"])
@pytest.mark.parametrize("make", [StringLookup, TextVectorization])
def test_a_layer_that_was_saved_before_it_learnt_can_learn_afterwards(make, mode, tmp_path):
    model = keras.Sequential([keras.Input((1,), dtype="string"), make(output_mode=mode)])
    model.save(tmp_path / "model.keras")
    layer = keras.models.load_model(tmp_path / "model.keras").layers[0]
    layer.adapt([["a"], ["b"], ["a"]])
    assert layer.get_vocabulary()[-2:] == ["a", "b"]
    assert make.from_config(layer.get_config()).compute_output_shape((2, 1))[0] == 2


def test_weights_files_hold_frequencies_and_no_vocabulary(tmp_path):
    layer = StringLookup(output_mode="tf_idf")
    layer.adapt([["a"], ["b"], ["a"]])
    model = keras.Sequential([keras.Input((1,), dtype="string"), layer])
    model.save_weights(tmp_path / "model.weights.h5")
    before = layer.idf_weights.numpy()
    layer.idf_weights.assign(np.zeros_like(before))
    model.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(layer.idf_weights.numpy(), before)
    assert model.weights == []


def test_a_compiled_model_sees_what_its_layer_learns_later():
    layer = IntegerLookup(output_mode="tf_idf", max_tokens=5, pad_to_max_tokens=True)
    layer.adapt([[1], [2]])
    model = keras.Sequential([keras.Input((1,), dtype="int64"), layer])
    x = np.array([[2], [3]])
    assert (model.predict(x, verbose=0) > 0).tolist() == [
        [False, True, False, False, False],
        [True, False, False, False, False],
    ]
    layer.adapt([[3], [3], [2]])
    np.testing.assert_array_equal(model.predict(x, verbose=0), layer(x))
