"""Losses by name and config: `keras.losses.get` and its kin. Knows the table of names, no
particular loss.
"""

from estikeras.keras.saving.family import Family
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public

_LOSSES = Family(
    "keras.losses",
    "loss",
    lambda name: () if name in ("Loss", "Reduction") else (name,),
    aliases={"bce": "binary_crossentropy", "BCE": "binary_crossentropy"},
)


@public("keras.losses.get")
def get(identifier):
    """The loss that is meant.

    Args:
        identifier: name of a loss (a function such as `"mse"`, or a class, of which one is made), a
            config, a loss,
            a function `(y_true, y_pred)`, or None.

    Returns:
        A function or a `keras.losses.Loss`; None for None.

    Raises:
        ValueError: for an unknown name, the nearest ones are named, and for what is no loss.
    """
    return _LOSSES.resolve(identifier)


@public("keras.losses.serialize")
def serialize(loss):
    """The config of a loss or loss function, a dict that JSON can hold."""
    return serialize_keras_object(loss)


@public("keras.losses.deserialize")
def deserialize(name, custom_objects=None):
    """The loss that a config describes.

    Args:
        name: a config, or the name of a loss.
        custom_objects: dict from names to the user's own classes and functions.
    """
    return _LOSSES.deserialize(name, custom_objects)
