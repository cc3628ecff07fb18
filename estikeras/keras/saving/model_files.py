"""Whole models and their weights to files and back: `.keras`, `.weights.h5` and the older `.h5`."""

import datetime
import json
import warnings
from pathlib import Path

from estikeras import errors, settings
from estikeras.formats import atomic, hdf5, keras_archive
from estikeras.keras.saving import (
    assets,
    checkpoints,
    legacy_h5,
    registration,
    scopes,
    shards,
    weights,
)
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public

# The version of the reference whose format is written.
FORMAT_VERSION = settings.KERAS_VERSION


@public("keras.saving.save_model", "keras.models.save_model")
def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """Save a model: its config, weights, compile arguments and optimizer state.

    Args:
        model: the model.
        filepath: path that ends in `.keras` (or in `.h5`, the older format).
        overwrite: bool, replace a file that is there.
        zipped: bool or None; only zipped `.keras` files are written.
        **kwargs: `include_optimizer`, for `.h5` files.

    Raises:
        ValueError: for another ending or further arguments.
        FileExistsError: if the file is there and `overwrite` is False.
        OSError: if the file cannot be written; an older file is kept.
    """
    path = Path(filepath)
    if zipped is False:
        raise errors.unsupported("`zipped=False`", "Save to one `.keras` file.")
    _check_overwrite(path, overwrite)
    if path.name.endswith((".h5", ".hdf5")):
        include_optimizer = kwargs.pop("include_optimizer", True)
        _no_more(kwargs)
        atomic.write_bytes(path, legacy_h5.to_bytes(model, include_optimizer))
        return
    kwargs.pop("include_optimizer", None)
    kwargs.pop("save_format", None)
    _no_more(kwargs)
    if path.suffix != ".keras":
        raise errors.invalid(
            "filepath",
            got=str(path),
            expected="a path that ends in `.keras`",
            hint="Use `model.export(...)` for formats of serving systems.",
        )
    keras_archive.write(path, _entries(model))


@public("keras.saving.load_model", "keras.models.load_model")
def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Load a model saved by `save_model`, here or by the reference.

    Args:
        filepath: path of a `.keras` file (or `.h5`, the older format).
        custom_objects: dict from names to the user's classes and functions, or None.
        compile: bool, compile the model as it was.
        safe_mode: bool, refuse lambdas, whose code lies in the file.

    Returns:
        The model.

    Raises:
        ValueError: if there is no such file, it is no such file, is damaged, or does not fit the
            model it describes.
        TypeError: if it names a class that is unknown; the nearest names are named.
    """
    path = Path(filepath)
    if path.suffix not in (".keras", ".h5", ".hdf5"):
        raise errors.invalid(
            "filepath", got=str(path), expected="a path that ends in `.keras` or `.h5`"
        )
    with registration.CustomObjectScope(custom_objects), scopes.loading_scope(safe_mode):
        if path.suffix == ".keras":
            return _load_archive(path, compile)
        return legacy_h5.load_model(path, compile)


@public("keras.saving.save_weights")
def save_weights(model, filepath, overwrite=True, max_shard_size=None, **kwargs):
    """Save the weights of a model, and its optimizer's state.

    Args:
        model: the model.
        filepath: path that ends in `.weights.h5`; of a checkpoint, without the files' endings.
        overwrite: bool, replace a file that is there.
        max_shard_size: float, limit of a file in gigabytes, or None for one file. With a limit
            there are several files, and `.weights.json` says what is where.
        **kwargs: `save_format`, `"tf"` for a checkpoint in TensorFlow's format.

    Raises:
        ValueError: for another ending or format, or a model that is not built.
        FileExistsError: if the file is there and `overwrite` is False.
        OSError: if the file cannot be written; an older file is kept.
    """
    save_format = kwargs.pop("save_format", None)
    _no_more(kwargs)
    path = Path(filepath)
    if save_format == "tf":
        if max_shard_size is not None:
            raise errors.unsupported("`max_shard_size` for a checkpoint", "Leave it out.")
        _check_overwrite(path.with_name(f"{path.name}.index"), overwrite)
        _check_built(model, "Its weights cannot be saved")
        checkpoints.save(model, path)
        return
    if save_format not in (None, "h5"):
        raise errors.invalid("save_format", got=save_format, expected="'h5' or 'tf'")
    endings = (shards.SHARD,) if max_shard_size is None else (shards.SHARD, shards.INDEX)
    if not path.name.endswith(endings):
        raise errors.invalid(
            "filepath",
            got=str(path),
            expected="a path that ends in `.weights.h5`",
            hint="For a checkpoint in TensorFlow's format say `save_format='tf'`.",
        )
    _check_overwrite(path, overwrite)
    _check_built(model, "Its weights cannot be saved")
    if max_shard_size is not None:
        shards.write(path, *weights.collect(model), max_shard_size)
        return
    atomic.write_bytes(path, weights.to_bytes(model))


@public("keras.saving.load_weights")
def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    """Load weights that `save_weights` or `save_model` saved, here or in the reference.

    Args:
        model: the model, built; it is changed only if all of the file fits.
        filepath: path that ends in `.weights.h5`, `.weights.json`, `.keras` or `.h5`, or of a
            checkpoint in TensorFlow's format, without the files' endings.
        skip_mismatch: bool, keep the present weights, with a warning, of layers that do not fit.
        **kwargs: `by_name`, for `.h5` files.

    Raises:
        ValueError: for another ending, a model that is not built, or weights that do not fit.
        OSError: if there is no such file, or it is damaged.
    """
    path = Path(filepath)
    by_name = kwargs.pop("by_name", False)
    _no_more(kwargs)
    if by_name and (path.suffix == ".keras" or path.name.endswith(".weights.h5")):
        raise errors.invalid("by_name", got=True, expected="False for this kind of file")
    if checkpoints.is_checkpoint(path):
        if skip_mismatch or by_name:
            argument = "skip_mismatch" if skip_mismatch else "by_name"
            raise errors.invalid(argument, got=True, expected="False for a checkpoint")
        _check_built(model, "Weights cannot be loaded into it")
        checkpoints.load(model, path)
        return
    if not path.name.endswith((".keras", ".h5", ".hdf5", shards.INDEX)):
        raise errors.invalid(
            "filepath", got=str(path), expected="a path that ends in `.weights.h5` or `.keras`"
        )
    _check_built(model, "Weights cannot be loaded into it")
    name = repr(str(path))
    if path.suffix == ".keras":
        entries = keras_archive.read(path)
        content = _entry(entries, keras_archive.WEIGHTS, path)
        weights.load(model, hdf5.read(content, name)[0], name, skip_mismatch)
        assets.load(model, entries)
    elif path.name.endswith(shards.INDEX):
        weights.load(model, shards.read(path), name, skip_mismatch)
    elif legacy_h5.is_legacy(path):
        legacy_h5.load_weights(model, path, by_name, skip_mismatch)
    else:
        weights.load(model, hdf5.read(path, name)[0], name, skip_mismatch)


@public("keras.models.model_from_json")
def model_from_json(json_string, custom_objects=None):
    """The model that `model.to_json()` describes, with fresh weights.

    Args:
        json_string: str.
        custom_objects: dict from names to the user's classes and functions, or None.
    """
    return deserialize_keras_object(json.loads(json_string), custom_objects=custom_objects)


def _entries(model):
    if not getattr(model, "built", True):
        warnings.warn(
            f"The model {model.name!r} is not built: the file will hold no weights of it. Build it "
            "or call it on data before saving it.",
            stacklevel=4,
        )
    with scopes.sharing_scope():
        config = serialize_keras_object(model)
    scopes.drop_single_ids(config)
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata = {"keras_version": FORMAT_VERSION, "date_saved": now}
    return {
        keras_archive.METADATA: json.dumps(metadata).encode(),
        keras_archive.CONFIG: json.dumps(config).encode(),
        keras_archive.WEIGHTS: weights.to_bytes(model),
        **assets.to_entries(model),
    }


def _load_archive(path, compile):
    entries = keras_archive.read(path)
    config = _config(_entry(entries, keras_archive.CONFIG, path), path)
    if not compile:
        config["compile_config"] = None
    try:
        with scopes.sharing_scope():
            model = deserialize_keras_object(config)
    except (KeyError, AttributeError, IndexError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}"
        raise ValueError(f"{str(path)!r} has a config that makes no model ({what}).") from error
    if keras_archive.WEIGHTS in entries:
        name = repr(str(path))
        weights.load(model, hdf5.read(entries[keras_archive.WEIGHTS], name)[0], name)
    assets.load(model, entries)
    return model


def _entry(entries, name, path):
    if name not in entries:
        raise ValueError(
            f"{str(path)!r} is no model: it lacks {name!r}, and holds {sorted(entries)}."
        )
    return entries[name]


def _config(content, path):
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{str(path)!r} is damaged: its config is no JSON: {error}.") from error
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError(f"{str(path)!r} is no model: its config has no `class_name`.")
    return config


def _check_overwrite(path, overwrite):
    if path.exists() and not overwrite:
        raise FileExistsError(f"The file {str(path)!r} is there, and `overwrite` is False.")


def _check_built(model, consequence):
    if not getattr(model, "built", True):
        raise ValueError(
            f"The model {model.name!r} is not built. {consequence} before it is built or called "
            "on data."
        )


def _no_more(kwargs):
    if kwargs:
        raise errors.invalid("arguments", got=sorted(kwargs), expected="no others than documented")
