"""Public names: lazily found, importable in every form, with near names where they are wrong."""

import importlib
import operator
import subprocess
import sys

import pytest

import estikeras
from estikeras import keras, namespace


def test_a_namespace_without_a_folder_is_a_module():
    module = importlib.import_module("estikeras.keras.config")
    from estikeras.keras import config
    from estikeras.keras.config import floatx

    assert module is config is keras.config
    assert floatx is keras.backend.floatx


def test_wrong_attribute_names_the_nearest():
    with pytest.raises(AttributeError, match=r"'flotx'.*'floatx'"):
        _ = keras.config.flotx


def test_wrong_import_names_the_nearest():
    with pytest.raises(ImportError, match=r"'flotx'.*'floatx'"):
        from estikeras.keras.config import flotx  # noqa: F401
    with pytest.raises(ImportError, match=r"'confg'.*'config'"):
        importlib.import_module("estikeras.keras.confg")
    assert not hasattr(keras.config, "flotx")


def test_what_is_absent_names_the_alternative():
    with pytest.raises(AttributeError, match=r"not supported.*MultiWorkerMirroredStrategy"):
        _ = estikeras.distribute.ParameterServerStrategy
    with pytest.raises(AttributeError, match=r"not supported.*sqlite3"):
        _ = estikeras.data.experimental.SqlDataset
    with pytest.raises(AttributeError, match=r"not supported.*RandomContrast"):
        _ = keras.layers.RandAugment
    with pytest.raises(ImportError, match=r"not supported.*load a"):
        importlib.import_module("estikeras.keras.applications")


def test_lookup_finds_by_namespace_and_name():
    assert namespace.lookup("keras.config", "floatx") is keras.config.floatx
    assert namespace.lookup("saving", "load_model") is keras.saving.load_model
    with pytest.raises(ValueError, match=r"'load_modl'.*'load_model'"):
        namespace.lookup("saving", "load_modl")
    assert "load_model" in namespace.names("saving")
    assert "keras.config.floatx" in namespace.public_names(keras.config.floatx)


def test_dir_lists_public_names():
    assert {"floatx", "epsilon"} <= set(dir(keras.config))
    assert {"config", "datasets"} <= set(dir(keras))
    assert "keras" in dir(estikeras)


def test_a_namespace_of_one_file_has_all_its_names_at_once():
    levels = estikeras.compat.v1.logging.__dict__
    assert levels["INFO"] == 20
    assert levels["WARN"] == 30


def test_a_generation_holds_both_generations_as_scripts_say_that_call_one_of_them_tf():
    v1, v2 = estikeras.compat.v1, estikeras.compat.v2
    assert v1.compat.v1 is v2.compat.v1 is v1
    assert v1.compat.v2 is v2.compat.v2 is v2
    assert {"as_str", "v1", "v2"} <= set(dir(v1.compat))


def test_an_attribute_error_in_a_module_does_not_read_as_a_missing_name(monkeypatch, tmp_path):
    (tmp_path / "broken_module.py").write_text("import os\nos.nothing_of_the_kind\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ImportError, match="nothing_of_the_kind"):
        namespace.load("broken_module:thing")


def test_touching_a_name_loads_its_file_alone():
    code = (
        "import sys, estikeras\n"
        "estikeras.keras.config.floatx\n"
        "print(sorted(m for m in sys.modules if m.startswith('estikeras')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "estikeras.settings" in result.stdout
    assert "estikeras.engine" not in result.stdout


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("optimizers.Adam", "keras.optimizers.Adam"),
        ("optimizers.schedules.CosineDecay", "keras.optimizers.schedules.CosineDecay"),
        ("losses.Reduction", "keras.losses.Reduction"),
        ("metrics.AUC", "keras.metrics.AUC"),
        ("initializers.Zeros", "keras.initializers.Zeros"),
    ],
)
def test_namespaces_of_keras_have_the_names_of_tensorflow_too(name, same):
    assert operator.attrgetter(name)(estikeras) is operator.attrgetter(same)(estikeras)


def test_scripts_that_ask_for_tensorflows_version_get_it():
    versions = estikeras.version.VERSION, estikeras.compat.v1.__version__
    assert versions == ("2.15.0", "2.15.0")
