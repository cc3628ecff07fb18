"""Schedules to configs and back. Knows the table of names, no particular schedule."""

from estikeras.keras.saving.family import Family
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public

_SCHEDULES = Family("keras.optimizers.schedules", "schedule", lambda name: (name,))


@public("keras.optimizers.schedules.serialize")
def serialize(learning_rate_schedule):
    """The config of a schedule, a dict that JSON can hold."""
    return serialize_keras_object(learning_rate_schedule)


@public("keras.optimizers.schedules.deserialize")
def deserialize(config, custom_objects=None):
    """The schedule that a config describes.

    Args:
        config: a config, or the name of a schedule.
        custom_objects: dict from names to the user's own classes and functions.
    """
    return _SCHEDULES.deserialize(config, custom_objects)
