"""Pooling over windows."""

from estikeras.compat.layers.scoped import REQUIRED, ScopedLayer, as_function
from estikeras.keras import layers
from estikeras.public import public

_PARAMETERS = {
    "pool_size": REQUIRED,
    "strides": REQUIRED,
    "padding": "valid",
    "data_format": "channels_last",
    "name": None,
}


@public("compat.v1.layers.MaxPooling1D")
class MaxPooling1D(ScopedLayer, layers.MaxPooling1D):
    """The largest value of each window over one axis.

    Args: those of `keras.layers.MaxPooling1D`.
    """

    parameters = _PARAMETERS


@public("compat.v1.layers.MaxPooling2D")
class MaxPooling2D(ScopedLayer, layers.MaxPooling2D):
    """The largest value of each window over rows and columns.

    Args: those of `keras.layers.MaxPooling2D`.
    """

    parameters = _PARAMETERS


@public("compat.v1.layers.MaxPooling3D")
class MaxPooling3D(ScopedLayer, layers.MaxPooling3D):
    """The largest value of each window over three axes.

    Args: those of `keras.layers.MaxPooling3D`.
    """

    parameters = _PARAMETERS


@public("compat.v1.layers.AveragePooling1D")
class AveragePooling1D(ScopedLayer, layers.AveragePooling1D):
    """The mean of each window over one axis.

    Args: those of `keras.layers.AveragePooling1D`.
    """

    parameters = _PARAMETERS


@public("compat.v1.layers.AveragePooling2D")
class AveragePooling2D(ScopedLayer, layers.AveragePooling2D):
    """The mean of each window over rows and columns.

    Args: those of `keras.layers.AveragePooling2D`.
    """

    parameters = _PARAMETERS


@public("compat.v1.layers.AveragePooling3D")
class AveragePooling3D(ScopedLayer, layers.AveragePooling3D):
    """The mean of each window over three axes.

    Args: those of `keras.layers.AveragePooling3D`.
    """

    parameters = _PARAMETERS


max_pooling1d = public("compat.v1.layers.max_pooling1d")(as_function(MaxPooling1D))
max_pooling2d = public("compat.v1.layers.max_pooling2d")(as_function(MaxPooling2D))
max_pooling3d = public("compat.v1.layers.max_pooling3d")(as_function(MaxPooling3D))
average_pooling1d = public("compat.v1.layers.average_pooling1d")(as_function(AveragePooling1D))
average_pooling2d = public("compat.v1.layers.average_pooling2d")(as_function(AveragePooling2D))
average_pooling3d = public("compat.v1.layers.average_pooling3d")(as_function(AveragePooling3D))
