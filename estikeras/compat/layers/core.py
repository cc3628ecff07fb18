"""Fully connected layers, dropout and flattening."""

from estikeras.compat.layers.scoped import NAMED, REQUIRED, ScopedLayer, as_function, weights
from estikeras.engine.variable_store import local_variables
from estikeras.keras import layers
from estikeras.public import public

_DENSE = {
    "units": REQUIRED,
    "activation": None,
    "use_bias": True,
    **weights("kernel", "bias"),
    **NAMED,
}
_DROPOUT = {"rate": 0.5, "noise_shape": None, "seed": None, "name": None}
_FLATTEN = {"data_format": "channels_last", "name": None}


@public("compat.v1.layers.Dense")
class Dense(ScopedLayer, layers.Dense):
    """`activation(inputs @ kernel + bias)` over the last axis.

    Args: those of `keras.layers.Dense`; an initializer of None is that of the variable scope, and
        units may be text, such as flags are split into.
    """

    parameters = _DENSE

    def __init__(self, units, *args, **kwargs):
        super().__init__(int(units) if str(units).isdecimal() else units, *args, **kwargs)


@public("compat.v1.layers.Dropout")
class Dropout(ScopedLayer, layers.Dropout):
    """Sets a part of the inputs to zero, if called with `training=True`.

    Args: those of `keras.layers.Dropout`.
    """

    parameters = _DROPOUT

    def __init__(self, *args, **kwargs):
        with local_variables():  # what random numbers are counted by is in no checkpoint
            super().__init__(*args, **kwargs)


@public("compat.v1.layers.Flatten")
class Flatten(ScopedLayer, layers.Flatten):
    """Puts all axes but the first into one.

    Args: those of `keras.layers.Flatten`.
    """

    parameters = _FLATTEN


dense = public("compat.v1.layers.dense")(as_function(Dense))
dropout = public("compat.v1.layers.dropout")(as_function(Dropout, training=False))
flatten = public("compat.v1.layers.flatten")(as_function(Flatten))
