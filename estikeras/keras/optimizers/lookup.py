"""Optimizers by name and config: `keras.optimizers.get` and its kin. Knows the table of names, no
particular optimizer.
"""

from estikeras.keras.optimizers.base import Optimizer
from estikeras.keras.saving.family import Family
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public

_OPTIMIZERS = Family("keras.optimizers", "optimizer", lambda name: (name, name.lower()))


@public("keras.optimizers.get")
def get(identifier):
    """The optimizer that is meant.

    Args:
        identifier: name of a class, in any case, a config, an optimizer, or None.

    Returns:
        A `keras.Optimizer`; None for None.

    Raises:
        ValueError: for an unknown name, the nearest ones are named, and for what is no optimizer.
    """
    if isinstance(identifier, str) and identifier.lower() in _OPTIMIZERS:
        identifier = identifier.lower()
    elif isinstance(identifier, dict):
        identifier = deserialize(identifier)
    return _OPTIMIZERS.resolve(identifier, expected=lambda thing: isinstance(thing, Optimizer))


@public("keras.optimizers.serialize")
def serialize(optimizer):
    """The config of an optimizer, a dict that JSON can hold."""
    return serialize_keras_object(optimizer)


@public("keras.optimizers.deserialize")
def deserialize(config, custom_objects=None):
    """The optimizer that a config describes.

    Args:
        config: a config.
        custom_objects: dict from names to the user's own classes and functions.
    """
    class_name = config["class_name"]
    if class_name.lower() in _OPTIMIZERS and class_name not in (custom_objects or {}):
        config = {**config, "class_name": class_name.lower()}
    return _OPTIMIZERS.deserialize(config, custom_objects)
