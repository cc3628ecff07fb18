"""Number formats, folders and threads of the process."""

import json

import pytest

from estikeras import keras, settings


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """A process that has read no setting yet, with a home of its own."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    settings._state.cache_clear()
    yield tmp_path
    settings._state.cache_clear()


def test_defaults(fresh):
    assert keras.config.floatx() == "float32"
    assert keras.backend.epsilon() == 1e-7
    assert keras.backend.image_data_format() == "channels_last"


def test_setting_is_seen_under_both_names(fresh):
    keras.config.set_floatx("float64")
    keras.backend.set_epsilon(1e-3)
    keras.config.set_image_data_format("CHANNELS_FIRST")
    assert keras.backend.floatx() == "float64"
    assert keras.config.epsilon() == 1e-3
    assert keras.backend.image_data_format() == "channels_first"


def test_the_file_of_keras_is_read(fresh):
    (fresh / "keras.json").write_text(json.dumps({"floatx": "float16", "backend": "jax"}))
    assert keras.config.floatx() == "float16"


def test_a_wrong_file_of_keras_warns(fresh):
    (fresh / "keras.json").write_text('{"floatx": "float12"}')
    with pytest.warns(UserWarning, match="float12"):
        assert keras.config.floatx() == "float32"


@pytest.mark.parametrize(
    ("setter", "value", "error"),
    [
        (keras.config.set_floatx, "float12", ValueError),
        (keras.config.set_epsilon, "small", TypeError),
        (keras.config.set_image_data_format, "last", ValueError),
        (keras.config.set_max_epochs, 0, ValueError),
        (keras.config.set_backend, "torch", NotImplementedError),
    ],
)
def test_wrong_values_are_refused(fresh, setter, value, error):
    with pytest.raises(error, match=str(value)):
        setter(value)


def test_limits_come_from_the_environment(fresh, monkeypatch):
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "3")
    assert keras.config.max_epochs() == 3
    assert keras.config.max_steps_per_epoch() is None


def test_threads_are_what_was_asked_for(monkeypatch):
    monkeypatch.setenv("ESTIKERAS_NUM_THREADS", "3")
    assert settings.threads() == 3
    monkeypatch.setenv("ESTIKERAS_NUM_THREADS", "many")
    with pytest.raises(ValueError, match="ESTIKERAS_NUM_THREADS"):
        settings.threads()


def test_threads_default_to_the_cores(monkeypatch):
    monkeypatch.delenv("ESTIKERAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert settings.threads() == settings.cores() >= 1


def test_ranks_of_one_machine_share_its_cores(monkeypatch):
    monkeypatch.setattr(settings.usable_cores, "usable", lambda: 8)
    monkeypatch.setattr(settings.usable_cores, "threads_per_rank", lambda: 4)
    monkeypatch.delenv("ESTIKERAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert settings.threads() == 4
    assert settings.cores() == 8
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert settings.threads() == 5


def test_cache_folder_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("ESTIKERAS_CACHE_DIR", str(tmp_path / "a" / "b"))
    assert settings.cache_folder() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


def test_cache_folder_that_cannot_be_made_is_replaced(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ESTIKERAS_CACHE_DIR", str(tmp_path / "file" / "b"))
    assert settings.cache_folder().is_dir()
