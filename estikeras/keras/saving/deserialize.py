"""Configs to objects. Only what `known` allows or the user registered is ever called; nothing is
imported by name.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, operation, tensor
from estikeras.keras.saving import known, lambdas, registration, scopes
from estikeras.public import public


@public("keras.saving.deserialize_keras_object", "keras.utils.deserialize_keras_object")
def deserialize_keras_object(config, custom_objects=None, safe_mode=True, **kwargs):
    """The object that a config made by `serialize_keras_object` describes.

    Args:
        config: plain values; dicts with a `class_name` stand for objects.
        custom_objects: dict from names to the user's classes and functions, or None.
        safe_mode: bool, refuse lambdas, whose code lies in the config. A surrounding load's own
            `safe_mode` goes first.
        **kwargs: `module_objects`, a dict of names to look in last.

    Returns:
        The object; lists, tuples and dicts of objects for such configs.

    Raises:
        TypeError: if a class or function is unknown (the nearest names are named), or its arguments
            do not fit.
        ValueError: if the config holds a lambda in safe mode, or names what is no part of a model.
    """
    module_objects = kwargs.pop("module_objects", None)
    if kwargs:
        raise errors.invalid(
            "deserialize_keras_object", got=sorted(kwargs), expected="no further arguments"
        )
    if scopes.safe_mode() is not None:
        safe_mode = scopes.safe_mode()
    with registration.CustomObjectScope(custom_objects), scopes.safe_mode_scope(safe_mode):
        return _revive(config, module_objects)


def _revive(config, module_objects=None):
    if config is None or isinstance(config, (bool, int, float)):
        return config
    if isinstance(config, str):
        found = registration.get_registered_object(config, module_objects=module_objects)
        return config if found is None else found
    if isinstance(config, (list, tuple)):
        return type(config)([_revive(item, module_objects) for item in config])
    if not isinstance(config, dict):
        raise errors.wrong_type(
            "config", got=config, expected="plain values as `serialize_keras_object` gives them"
        )
    if "class_name" not in config or "config" not in config:
        return {key: _revive(value, module_objects) for key, value in config.items()}
    class_name = config["class_name"]
    if class_name in _TAGGED:
        return _TAGGED[class_name](config["config"])
    if class_name == "function":
        return _function(config, module_objects)
    return _object(config, module_objects)


def _keras_tensor(config):
    return operation.KerasTensor(config["shape"], dtype=config["dtype"])


def _array(config):
    return np.array(config["value"], dtype=dtypes.to_numpy(config["dtype"]))


def _lambda(config):
    if scopes.safe_mode() is not False:
        raise ValueError(
            "The config holds a Python lambda, that is, code that would be run. Safe mode does not "
            "load it. If you trust where the file comes from, load it with `safe_mode=False` or "
            "call `keras.config.enable_unsafe_deserialization()` before."
        )
    return lambdas.load(config)


_TAGGED = {
    "__bytes__": lambda config: config["value"].encode("utf-8"),
    "__slice__": lambda config: slice(*(_revive(config[key]) for key in ("start", "stop", "step"))),
    "__ellipsis__": lambda config: Ellipsis,
    "__numpy__": _array,
    "__tensor__": lambda config: tensor.Tensor(_array(config)),
    "__keras_tensor__": _keras_tensor,
    "__lambda__": _lambda,
    "type": lambda config: dtypes.to_numpy(config).type,
}


def _function(config, module_objects):
    name, module = config["config"], config.get("module")
    found = registration.get_registered_object(name, module_objects=module_objects)
    if found is not None:
        return found
    if module not in (None, "builtins") and module.startswith("keras."):
        _refuse_unless_modeling(module, name)
    found = known.find_function(name)
    if found is None:
        raise _not_found("function", name, config)
    return found


def _refuse_unless_modeling(module, name):
    if not (module.startswith(("keras.src.", "keras.ops")) or known.is_modeling(module, name)):
        raise ValueError(
            f"The config names `{module}.{name}`, which is no part of a model and is not loaded: "
            "configs may hold layers, losses, metrics, optimizers and the like, and what you "
            "registered."
        )


def _object(config, module_objects):
    shared = scopes.shared_object(config)
    if shared is not None:
        return shared
    cls = _find_class(config, module_objects)
    obj = _construct(cls, config)
    build_config = config.get("build_config")
    if build_config and hasattr(obj, "build_from_config") and not getattr(obj, "built", False):
        obj.build_from_config(_revive(build_config))
        obj.built = True
    compile_config = config.get("compile_config")
    if compile_config and hasattr(obj, "compile_from_config"):
        obj.compile_from_config(compile_config)
    scopes.remember_shared(config, obj)
    return obj


def _find_class(config, module_objects):
    class_name, registered_name, module = (
        config.get(key) for key in ("class_name", "registered_name", "module")
    )
    for name in (registered_name, class_name):
        found = (
            registration.get_registered_object(name, module_objects=module_objects)
            if name
            else None
        )
        if found is not None:
            return found
    if "module" in config:
        found = known.find_class(module, class_name)
    else:
        found = known.find_anywhere(class_name)
    if found is None:
        if isinstance(module, str) and (module == "keras" or module.startswith("keras.")):
            _refuse_if_other_public(module, class_name)
        raise _not_found("class", class_name, config)
    return found


def _refuse_if_other_public(module, class_name):
    if (
        module not in known.MODELING_NAMESPACES
        and module != "keras"
        and not module.startswith("keras.src.")
    ):
        _refuse_unless_modeling(module, class_name)


def _construct(cls, config):
    inner = config["config"]
    if not isinstance(inner, dict):
        raise errors.wrong_type(f"config of {config['class_name']}", got=inner, expected="a dict")
    if not hasattr(cls, "from_config"):
        raise errors.wrong_type(
            config["class_name"], got=cls, expected="a class with a `from_config` method"
        )
    try:
        return cls.from_config(inner)
    except TypeError as error:
        raise TypeError(
            f"{cls.__name__} could not be made from its config: {error} Objects inside "
            f"`get_config()` have to be made again in `from_config()`. The config is "
            f"{_short(inner)}."
        ) from error


def _not_found(kind, name, config):
    names = [*registration.known_names(), *known.modeling_names(config.get("module"))]
    base = str(errors.unknown_name(kind, name, names))
    return TypeError(
        f"{base} If it is your own, pass `custom_objects={{{name!r}: ...}}` or register it with "
        f"`@keras.saving.register_keras_serializable()` in a module that is imported before. "
        f"The config is {_short(config)}."
    )


def _short(config):
    text = repr(config)
    return text if len(text) <= 300 else text[:297] + "..."
