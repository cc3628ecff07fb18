"""The older whole-model HDF5 format (`.h5`) and its weights-only form: weights by layer, in
order.
"""

import json
import warnings

import numpy as np

from estikeras import errors
from estikeras.formats import hdf5
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object

_MODEL, _OPTIMIZER, _TOP = "model_weights", "optimizer_weights", "top_level_model_weights"


def is_legacy(path):
    """Whether a file is of this format; False for one that cannot be read."""
    if path.name.endswith(".weights.h5") or not path.is_file():
        return False
    _, attributes = hdf5.read(path, repr(str(path)), with_attributes=True)
    return "layer_names" in attributes[""] or _MODEL in attributes


def to_bytes(model, include_optimizer):
    """The content of a whole-model file."""
    config = serialize_keras_object(model)
    training = config.pop("compile_config", None)
    config.pop("build_config", None)
    root = {"backend": "numba", "keras_version": "3.15.1", "model_config": json.dumps(config)}
    groups = {_MODEL: {}}
    layer_names = [layer.name for layer in model.layers]
    attributes = {_MODEL: {"layer_names": layer_names, "backend": "numba"}}
    for layer in model.layers:
        _add(groups, attributes, f"{_MODEL}/{layer.name}", _variables(layer))
    own = getattr(model, "_trainable_variables", []) + getattr(
        model, "_non_trainable_variables", []
    )
    _add(groups, attributes, f"{_MODEL}/{_TOP}", own)
    optimizer = getattr(model, "optimizer", None)
    if training and include_optimizer:
        root["training_config"] = json.dumps(
            {**training, "optimizer_config": training["optimizer"]}
        )
        if optimizer is not None:
            _add(groups, attributes, _OPTIMIZER, optimizer.variables)
    return hdf5.write(groups, {"": root, **attributes})


def load_model(path, compile):
    """The model of a whole-model file."""
    if not path.is_file():
        raise errors.invalid("filepath", got=str(path), expected="a file that is there")
    name = repr(str(path))
    groups, attributes = hdf5.read(path, name, with_attributes=True)
    if "model_config" not in attributes[""]:
        raise ValueError(
            f"{name} holds weights without a model. Build the model and call `model.load_weights`."
        )
    model = deserialize_keras_object(json.loads(attributes[""]["model_config"]))
    _load_by_order(model, groups, attributes, f"{_MODEL}/", name, skip_mismatch=False)
    if compile and "training_config" in attributes[""]:
        _compile(model, json.loads(attributes[""]["training_config"]))
        _load_optimizer(model, groups, attributes)
    return model


def load_weights(model, path, by_name, skip_mismatch):
    """Give a model the weights of a whole-model or weights-only file."""
    name = repr(str(path))
    groups, attributes = hdf5.read(path, name, with_attributes=True)
    prefix = f"{_MODEL}/" if _MODEL in attributes else ""
    load = _load_by_name if by_name else _load_by_order
    load(model, groups, attributes, prefix, name, skip_mismatch)


def _add(groups, attributes, path, variables):
    names = [variable.path for variable in variables]
    groups[path] = {name: variable.numpy() for name, variable in zip(names, variables, strict=True)}
    attributes[path] = {"weight_names": names if names else np.zeros(0)}


def _variables(layer):
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _arrays(groups, attributes, path):
    arrays = []
    for name in _texts(attributes.get(path, {}).get("weight_names", ())):
        group, _, key = f"{path}/{name}".rpartition("/")
        if key not in groups.get(group, {}):
            raise ValueError(
                f"The file names the weight {name!r} in {path!r}, but does not hold it."
            )
        arrays.append(groups[group][key])
    return arrays


def _texts(values):
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _load_by_order(model, groups, attributes, prefix, name, skip_mismatch):
    names = _texts(attributes[prefix.rstrip("/")]["layer_names"])
    saved = [(n, _arrays(groups, attributes, prefix + n)) for n in names]
    saved = [(n, arrays) for n, arrays in saved if arrays]
    layers = [layer for layer in model.layers if _variables(layer)]
    if len(saved) != len(layers):
        raise ValueError(
            f"{name} has {len(saved)} layers with weights ({', '.join(n for n, _ in saved)}), the "
            f"model has {len(layers)} ({', '.join(layer.name for layer in layers)})."
        )
    _assign(
        [(layer, arrays) for layer, (_, arrays) in zip(layers, saved, strict=True)],
        name,
        skip_mismatch,
    )
    _assign(
        [(model, _arrays(groups, attributes, prefix + _TOP))], name, skip_mismatch=True, own=True
    )


def _load_by_name(model, groups, attributes, prefix, name, skip_mismatch):
    names = _texts(attributes[prefix.rstrip("/")]["layer_names"])
    layers = {layer.name: layer for layer in model.layers}
    pairs = [(layers[n], _arrays(groups, attributes, prefix + n)) for n in names if n in layers]
    _assign([pair for pair in pairs if pair[1]], name, skip_mismatch)


def _assign(pairs, name, skip_mismatch, own=False):
    """Check all pairs (layer, arrays), then assign."""
    plan, wrong = [], []
    for layer, arrays in pairs:
        variables = (
            layer._trainable_variables + layer._non_trainable_variables
            if own
            else _variables(layer)
        )
        expected, got = [tuple(v.shape) for v in variables], [a.shape for a in arrays]
        if expected == got:
            plan += zip(variables, arrays, strict=True)
        elif not own:
            wrong.append(f"- layer {layer.name!r} has weights of shapes {expected}, the file {got}")
    if wrong:
        message = "\n".join([f"{name} does not fit the model:", *wrong])
        if not skip_mismatch:
            raise ValueError(message)
        warnings.warn(message, stacklevel=5)
    for variable, array in plan:
        variable.assign(array)


def _compile(model, training):
    """Compile by the arguments as either generation of files writes them."""
    if "optimizer_config" in training:
        training = {**training, "optimizer": training["optimizer_config"]}
    names = ("optimizer", "loss", "metrics", "loss_weights", "weighted_metrics")
    model.compile(**{n: deserialize_keras_object(training[n]) for n in names if training.get(n)})


def _load_optimizer(model, groups, attributes):
    arrays = _arrays(groups, attributes, _OPTIMIZER)
    optimizer = model.optimizer
    if not arrays or optimizer is None:
        return
    optimizer.build(model.trainable_variables)
    if [tuple(v.shape) for v in optimizer.variables] != [array.shape for array in arrays]:
        warnings.warn(
            "The optimizer's state in the file does not fit; it begins anew.", stacklevel=4
        )
        return
    for variable, array in zip(optimizer.variables, arrays, strict=True):
        variable.assign(array)
