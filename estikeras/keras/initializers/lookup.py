"""Initializers by name and config: `keras.initializers.get`, `serialize` and `deserialize`."""

import numpy as np

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.engine.naming import to_snake_case
from estikeras.keras.saving.family import Family
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public

_FAMILY = Family(
    "keras.initializers",
    "initializer",
    lambda name: (name, to_snake_case(name)),
    aliases={
        "normal": "RandomNormal",
        "uniform": "RandomUniform",
        "one": "Ones",
        "zero": "Zeros",
    },
)


@public("keras.initializers.get")
def get(identifier):
    """The initializer that is meant.

    Args:
        identifier: a name such as `"he_normal"` or `"HeNormal"`, a config, a class, an initializer
            or another function of a shape, an array that is the value itself, or None.

    Returns:
        A callable of a shape and a dtype; None for None.

    Raises:
        ValueError: for an unknown name, the nearest ones are named, and for what is no initializer.
    """
    if ops.is_tensor(identifier) or isinstance(identifier, (np.ndarray, np.generic)):
        return _value(identifier)
    return _FAMILY.resolve(identifier)


def _value(array):
    def initialize(shape, dtype=None):
        if tuple(shape) != tuple(array.shape):
            raise errors.shape_mismatch("shape", got=shape, expected=tuple(array.shape))
        return ops.convert_to_tensor(array, dtype=dtypes.standardize(dtype))

    return initialize


@public("keras.initializers.serialize")
def serialize(initializer):
    """The config of an initializer, a dict that JSON can hold."""
    return serialize_keras_object(initializer)


@public("keras.initializers.deserialize")
def deserialize(config, custom_objects=None):
    """The initializer that a config describes.

    Args:
        config: a config, or the name of an initializer.
        custom_objects: dict from names to the user's own classes and functions.
    """
    return _FAMILY.deserialize(config, custom_objects)
