"""Metrics by name and config: `keras.metrics.get` and its kin. Knows the table of names, no
particular metric.
"""

from estikeras.engine.naming import to_snake_case
from estikeras.keras.saving.family import Family
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public

_SHORT = {
    "bce": "BinaryCrossentropy",
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
}


def _spellings(name):
    # Strings mean classes, which keep count over batches; `MSE` and its like are functions.
    is_class = (name[0].isupper() and not name.isupper()) or name == "AUC"
    return (name, to_snake_case(name)) if is_class and name != "Metric" else ()


_METRICS = Family(
    "keras.metrics",
    "metric",
    _spellings,
    aliases={**_SHORT, **{short.upper(): name for short, name in _SHORT.items()}},
)


@public("keras.metrics.get")
def get(identifier):
    """The metric that is meant.

    Args:
        identifier: name of a metric's class, in camel or snake case, or short such as `"mse"`; a
            config, a metric, a
            function `(y_true, y_pred)`, or None.

    Returns:
        A `keras.metrics.Metric` or function; None for None.

    Raises:
        ValueError: for an unknown name, the nearest ones are named, and for what is no metric.
    """
    return _METRICS.resolve(identifier)


@public("keras.metrics.serialize")
def serialize(metric):
    """The config of a metric or metric function, a dict that JSON can hold."""
    return serialize_keras_object(metric)


@public("keras.metrics.deserialize")
def deserialize(config, custom_objects=None):
    """The metric that a config describes.

    Args:
        config: a config, or the name of a metric.
        custom_objects: dict from names to the user's own classes and functions.
    """
    return _METRICS.deserialize(config, custom_objects)
