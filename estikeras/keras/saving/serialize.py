"""Objects to configs: plain Python values that JSON can hold, in the reference's form."""

import types

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, operation, tensor
from estikeras.keras.saving import known, lambdas, registration, scopes
from estikeras.public import public


@public("keras.saving.serialize_keras_object", "keras.utils.serialize_keras_object")
def serialize_keras_object(obj):
    """The config of an object, from which `deserialize_keras_object` makes an equal one.

    Args:
        obj: a plain value, an array or tensor, a function, an object with `get_config`, or lists,
            tuples and dicts of these.

    Returns:
        Plain Python values: for an object a dict with `module`, `class_name`, `config` and
        `registered_name`.

    Raises:
        TypeError: if there is no config for such an object.
    """
    if obj is None or isinstance(obj, (str, bool, int, float)):
        return obj
    if isinstance(obj, (list, tuple)):
        return (
            type(obj)(map(serialize_keras_object, obj))
            if type(obj) in (list, tuple)
            else [serialize_keras_object(item) for item in obj]
        )
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    special = _special(obj)
    return _object(obj) if special is None else special


def _special(obj):
    """The config of a value that has a form of its own, or None."""
    if isinstance(obj, bytes):
        return _tagged("__bytes__", {"value": obj.decode("utf-8")})
    if isinstance(obj, slice):
        return _tagged(
            "__slice__",
            {key: serialize_keras_object(getattr(obj, key)) for key in ("start", "stop", "step")},
        )
    if obj is Ellipsis:
        return _tagged("__ellipsis__", {})
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and obj.ndim == 0):
        return obj.item()
    if isinstance(obj, np.ndarray):
        return _tagged("__numpy__", {"value": obj.tolist(), "dtype": obj.dtype.name})
    if isinstance(obj, tensor.Tensor):
        return _tagged("__tensor__", {"value": obj.tolist(), "dtype": obj.dtype})
    if isinstance(obj, type) and issubclass(obj, np.generic):
        return _builtin("type", dtypes.standardize(obj))
    if isinstance(obj, types.FunctionType):
        return (
            lambdas.dump(obj)
            if obj.__name__ == "<lambda>"
            else _builtin("function", registration.get_registered_name(obj))
        )
    if isinstance(obj, operation.KerasTensor):
        return _keras_tensor(obj)
    return None


def _tagged(class_name, config):
    return {"class_name": class_name, "config": config}


def _builtin(class_name, name):
    return {
        "module": "builtins",
        "class_name": class_name,
        "config": name,
        "registered_name": class_name,
    }


def _keras_tensor(obj):
    history = getattr(obj, "_keras_history", None)
    if history is not None:
        history = [history.operation.name, history.node_index, history.tensor_index]
    return _tagged(
        "__keras_tensor__",
        {"shape": tuple(obj.shape), "dtype": obj.dtype, "keras_history": history},
    )


def _object(obj):
    get_config = getattr(obj, "get_config", None)
    if isinstance(obj, type) or get_config is None:
        raise errors.wrong_type(
            "obj",
            got=obj,
            expected="an object with a `get_config` method",
            hint="Add one that returns its arguments.",
        )
    config = {**_names(type(obj)), "config": _inner_config(obj)}
    config["registered_name"] = config.pop("registered_name")
    for key, getter in (
        ("build_config", "get_build_config"),
        ("compile_config", "get_compile_config"),
    ):
        extra = getattr(obj, getter)() if hasattr(obj, getter) else None
        if extra is not None:
            config[key] = serialize_keras_object(extra)
    scopes.mark_shared(obj, config)
    return config


def _names(cls):
    """Where a class is found again: a public name, or the name under which the user registered
    it.
    """
    registered = registration.get_registered_name(cls)
    name = known.written_name(cls) if registered == cls.__name__ else None
    if name is None:
        module = None if cls.__module__ in ("__main__", "builtins") else cls.__module__
        return {"module": module, "class_name": cls.__name__, "registered_name": registered}
    module, class_name = name
    private = module.startswith("keras.src.")
    return {
        "module": module,
        "class_name": class_name,
        "registered_name": class_name if private else None,
    }


def _inner_config(obj):
    config = obj.get_config()
    if not isinstance(config, dict):
        raise errors.wrong_type(f"{type(obj).__name__}.get_config()", got=config, expected="a dict")
    return {key: serialize_keras_object(value) for key, value in config.items()}
