"""What saving and loading refuse, and what they leave as it was."""

import errno
import json
import pathlib
import zipfile

import numpy as np
import pytest

from estikeras import keras
from tests.support.arrays import assert_close, random_array


def small(units=3, keras=keras):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    return model


def weights_of(model):
    return [np.array(w) for w in model.get_weights()]


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "m.h5"])
def test_a_full_disk_keeps_the_old_file_and_the_model(name, tmp_path, monkeypatch):
    path, model = tmp_path / name, small()
    save = model.save_weights if name == "m.weights.h5" else model.save
    save(path)
    old, before = path.read_bytes(), weights_of(model)
    replace = pathlib.Path.replace

    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        save(path)
    monkeypatch.setattr(pathlib.Path, "replace", replace)
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == [name]
    for now, then in zip(weights_of(model), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_weights_that_do_not_fit_change_nothing_and_name_variable_and_shapes(tmp_path):
    small(units=5).save_weights(tmp_path / "m.weights.h5")
    model = small(units=3)
    before = weights_of(model)
    with pytest.raises(ValueError, match=r"m\.weights\.h5") as caught:
        model.load_weights(tmp_path / "m.weights.h5")
    for part in ("kernel", "(4, 5)", "(4, 3)", "layers/dense_1"):
        assert part in str(caught.value)
    for now, then in zip(weights_of(model), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_what_does_not_fit_can_be_skipped(tmp_path):
    saved = small()
    saved.save_weights(tmp_path / "m.weights.h5")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(7)])
    before = weights_of(model)
    with pytest.warns(UserWarning, match=r"layers/dense_1"):
        model.load_weights(tmp_path / "m.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(weights_of(model)[0], weights_of(saved)[0])
    np.testing.assert_array_equal(weights_of(model)[2], before[2])


def test_missing_weights_are_named(tmp_path):
    small().save_weights(tmp_path / "m.weights.h5")
    model = keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(n) for n in (3, 2, 2))])
    with pytest.raises(ValueError, match=r"layers/dense_2.*0 arrays"):
        model.load_weights(tmp_path / "m.weights.h5")


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "m.h5"])
@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_truncated_files_are_named(name, kept, tmp_path):
    path, model = tmp_path / name, small()
    (model.save_weights if name == "m.weights.h5" else model.save)(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else kept])
    before = weights_of(model)
    with pytest.raises((OSError, ValueError), match=name):
        model.load_weights(path)
    if name != "m.weights.h5":
        with pytest.raises((OSError, ValueError), match=name):
            keras.saving.load_model(path)
    for now, then in zip(weights_of(model), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_wrong_names_missing_files_and_unbuilt_models_are_refused(tmp_path):
    model = small()
    with pytest.raises(ValueError, match=r"filepath.*\.keras"):
        model.save(tmp_path / "m.txt")
    with pytest.raises(ValueError, match=r"filepath.*\.weights\.h5"):
        model.save_weights(tmp_path / "m.h5")
    with pytest.raises(ValueError, match=r"no file .*nope\.keras"):
        keras.saving.load_model(tmp_path / "nope.keras")
    with pytest.raises(FileNotFoundError, match=r"nope\.weights\.h5"):
        model.load_weights(tmp_path / "nope.weights.h5")
    unbuilt = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="not built"):
        unbuilt.save_weights(tmp_path / "m.weights.h5")
    model.save(tmp_path / "m.keras")
    with pytest.raises(FileExistsError, match=r"m\.keras"):
        model.save(tmp_path / "m.keras", overwrite=False)
    with pytest.raises(ValueError, match="nonsense"):
        model.save(tmp_path / "m.keras", nonsense=1)


def test_an_archive_without_a_model_is_refused(tmp_path):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "x")
    with pytest.raises(ValueError, match=r"m\.keras.*lacks 'config\.json'"):
        keras.saving.load_model(path)
    for config in (b"no json", b"[1]", b'{"a": 1}'):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", config)
        with pytest.raises(ValueError, match=r"m\.keras.*config"):
            keras.saving.load_model(path)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("layers", 1), None),
        (("layers", 1, "config"), 3),
        (("layers", 1, "class_name"), "Nope"),
        (("layers", 1, "config", "dtype", "class_name"), None),
        (("layers", 1, "config", "units"), "x"),
        (("layers", 1, "config", "more"), 1),
        (("layers",), 5),
    ],
)
def test_a_config_that_makes_no_model_is_refused(place, value, tmp_path):
    path = tmp_path / "m.keras"
    small().save(path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(entries["config.json"])
    inner = config["config"]
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    entries["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises((ValueError, TypeError)):
        keras.saving.load_model(path)


def test_a_lambda_layer_is_loaded_only_unsafely(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x * 2)])
    with pytest.warns(UserWarning, match="lambda"):
        model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.saving.load_model(tmp_path / "m.keras")
    back = keras.saving.load_model(tmp_path / "m.keras", safe_mode=False)
    x = random_array((2, 4))
    assert_close(back.predict(x, verbose=0), 2 * x)


def test_a_class_the_file_names_and_nobody_knows_is_named(tmp_path):
    class Mine(keras.layers.Layer):
        def call(self, x):
            return x

    keras.Sequential([keras.Input((4,)), Mine()]).save(tmp_path / "m.keras")
    with pytest.raises(TypeError, match=r"Mine.*custom_objects"):
        keras.saving.load_model(tmp_path / "m.keras")
    back = keras.saving.load_model(tmp_path / "m.keras", custom_objects={"Mine": Mine})
    assert type(back.layers[0]) is Mine


def test_a_model_is_loaded_uncompiled_where_asked(tmp_path):
    model = small()
    model.save(tmp_path / "m.keras")
    back = keras.saving.load_model(tmp_path / "m.keras", compile=False)
    assert getattr(back, "optimizer", None) is None
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        metadata = json.loads(archive.read("metadata.json"))
    assert metadata["keras_version"].startswith("3.")


def test_layers_keep_assets_in_the_archive(tmp_path):
    @keras.saving.register_keras_serializable("tests")
    class Words(keras.layers.Layer):
        words = ()

        def call(self, x):
            return x

        def save_assets(self, folder):
            (pathlib.Path(folder) / "words.txt").write_text(" ".join(self.words))

        def load_assets(self, folder):
            self.words = (pathlib.Path(folder) / "words.txt").read_text().split()

    model = keras.Sequential([keras.Input((4,)), Words()])
    model.layers[0].words = ["a", "b"]
    model.save(tmp_path / "m.keras")
    assert keras.saving.load_model(tmp_path / "m.keras").layers[0].words == ["a", "b"]


def test_a_missing_or_foreign_part_of_several_files_is_named(tmp_path):
    model = small()
    index = tmp_path / "m.weights.json"
    model.save_weights(index, max_shard_size=1e-8)
    before = weights_of(model)
    (tmp_path / "m_00001.weights.h5").unlink()
    with pytest.raises(OSError, match=r"m_00001\.weights\.h5"):
        model.load_weights(index)
    index.write_text(json.dumps({"weight_map": {"/vars": ["../evil.weights.h5"]}}))
    with pytest.raises(ValueError, match=r"m\.weights\.json.*evil"):
        model.load_weights(index)
    index.write_text("[]")
    with pytest.raises(ValueError, match=r"m\.weights\.json.*no index"):
        model.load_weights(index)
    with pytest.raises(ValueError, match="max_shard_size"):
        model.save_weights(index, max_shard_size=0)
    for now, then in zip(weights_of(model), before, strict=True):
        np.testing.assert_array_equal(now, then)
