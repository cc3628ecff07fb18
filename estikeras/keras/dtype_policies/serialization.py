"""Dtype policies from names and configs, and back."""

from estikeras import errors, namespace
from estikeras.keras.dtype_policies.policy import DTypePolicy, FloatDTypePolicy, current
from estikeras.public import public


@public("keras.dtype_policies.get")
def get(identifier):
    """The policy that is meant.

    Args:
        identifier: a policy, its name, its config as a dict, or None for the global policy.

    Returns:
        A `DTypePolicy` or `DTypePolicyMap`.

    Raises:
        ValueError: if it names no policy.
    """
    if identifier is None:
        return current()
    if hasattr(identifier, "compute_dtype") and hasattr(identifier, "variable_dtype"):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, type) or hasattr(identifier, "type"):
        identifier = getattr(identifier, "__name__", identifier)
    if not isinstance(identifier, str):
        raise errors.invalid(
            "dtype", got=identifier, expected="the name of a dtype or policy, or a DTypePolicy"
        )
    return DTypePolicy(identifier)


@public("keras.dtype_policies.serialize")
def serialize(dtype_policy):
    """The policy as a dict for files.

    Args:
        dtype_policy: a policy.
    """
    kind = type(dtype_policy).__name__
    module = "keras" if kind in _CLASSES else "keras.dtype_policies"
    return {
        "module": module,
        "class_name": kind,
        "config": dtype_policy.get_config(),
        "registered_name": None,
    }


@public("keras.dtype_policies.deserialize")
def deserialize(config, custom_objects=None):
    """The policy from what `serialize` gave.

    Args:
        config: the dict.
        custom_objects: dict of further classes by name.

    Raises:
        ValueError: if the class is not known.
    """
    kind = config["class_name"]
    classes = {**_CLASSES, **(custom_objects or {})}
    if kind in classes:
        return classes[kind].from_config(config["config"])
    if kind in (
        "QuantizedDTypePolicy",
        "QuantizedFloat8DTypePolicy",
        "GPTQDTypePolicy",
        "AWQDTypePolicy",
    ):
        raise errors.unsupported(
            f"The quantized dtype policy {kind}", "Save the model before quantizing it."
        )
    if kind == "DTypePolicyMap":
        return namespace.lookup("keras.dtype_policies", kind).from_config(config["config"])
    raise errors.unknown_name("dtype policy", kind, [*classes, "DTypePolicyMap"])


_CLASSES = {"DTypePolicy": DTypePolicy, "FloatDTypePolicy": FloatDTypePolicy}
