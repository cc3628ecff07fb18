"""Layers by name and config, and back."""

from estikeras import errors
from estikeras.keras.layers.layer import Layer
from estikeras.keras.saving import deserialize_keras_object, serialize_keras_object
from estikeras.public import public


@public("keras.layers.serialize")
def serialize(layer):
    """The layer as a dict for files.

    Args:
        layer: a layer.
    """
    return serialize_keras_object(layer)


@public("keras.layers.deserialize")
def deserialize(config, custom_objects=None):
    """A layer from what `serialize` gave.

    Args:
        config: the dict.
        custom_objects: dict of further classes by name.

    Raises:
        TypeError: if the config makes something else than a layer.
    """
    layer = deserialize_keras_object(config, custom_objects=custom_objects)
    if not isinstance(layer, Layer):
        raise errors.wrong_type("config", got=config, expected="the config of a layer")
    return layer
