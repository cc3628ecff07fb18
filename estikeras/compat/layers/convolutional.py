"""Convolutions."""

from estikeras.compat.layers.scoped import NAMED, REQUIRED, ScopedLayer, as_function, weights
from estikeras.keras import layers
from estikeras.public import public


def _parameters(rank, dilated=True, separable=False):
    ones = 1 if rank == 1 else (1,) * rank
    roles = ("depthwise", "pointwise", "bias") if separable else ("kernel", "bias")
    return {
        "filters": REQUIRED,
        "kernel_size": REQUIRED,
        "strides": ones,
        "padding": "valid",
        "data_format": "channels_last",
        **({"dilation_rate": ones} if dilated else {}),
        **({"depth_multiplier": 1} if separable else {}),
        "activation": None,
        "use_bias": True,
        **weights(*roles),
        **NAMED,
    }


@public("compat.v1.layers.Conv1D")
class Conv1D(ScopedLayer, layers.Conv1D):
    """A convolution over one axis.

    Args: those of `keras.layers.Conv1D`; an initializer of None is that of the variable scope.
    """

    parameters = _parameters(1)


@public("compat.v1.layers.Conv2D")
class Conv2D(ScopedLayer, layers.Conv2D):
    """A convolution over rows and columns.

    Args: those of `keras.layers.Conv2D`; an initializer of None is that of the variable scope.
    """

    parameters = _parameters(2)


@public("compat.v1.layers.Conv3D")
class Conv3D(ScopedLayer, layers.Conv3D):
    """A convolution over three axes.

    Args: those of `keras.layers.Conv3D`; an initializer of None is that of the variable scope.
    """

    parameters = _parameters(3)


@public("compat.v1.layers.Conv2DTranspose")
class Conv2DTranspose(ScopedLayer, layers.Conv2DTranspose):
    """The gradient of a convolution over rows and columns by its input.

    Args: those of `keras.layers.Conv2DTranspose`; an initializer of None is that of the variable
        scope.
    """

    parameters = _parameters(2, dilated=False)


@public("compat.v1.layers.Conv3DTranspose")
class Conv3DTranspose(ScopedLayer, layers.Conv3DTranspose):
    """The gradient of a convolution over three axes by its input.

    Args: those of `keras.layers.Conv3DTranspose`; an initializer of None is that of the variable
        scope.
    """

    parameters = _parameters(3, dilated=False)


@public("compat.v1.layers.SeparableConv1D")
class SeparableConv1D(ScopedLayer, layers.SeparableConv1D):
    """A convolution of each channel over one axis, then a mix of the channels.

    Args: those of `keras.layers.SeparableConv1D`; an initializer of None is that of the variable
        scope.
    """

    parameters = _parameters(1, separable=True)


@public("compat.v1.layers.SeparableConv2D")
class SeparableConv2D(ScopedLayer, layers.SeparableConv2D):
    """A convolution of each channel over rows and columns, then a mix of the channels.

    Args: those of `keras.layers.SeparableConv2D`; an initializer of None is that of the variable
        scope.
    """

    parameters = _parameters(2, separable=True)


conv1d = public("compat.v1.layers.conv1d")(as_function(Conv1D))
conv2d = public("compat.v1.layers.conv2d")(as_function(Conv2D))
conv3d = public("compat.v1.layers.conv3d")(as_function(Conv3D))
conv2d_transpose = public("compat.v1.layers.conv2d_transpose")(as_function(Conv2DTranspose))
conv3d_transpose = public("compat.v1.layers.conv3d_transpose")(as_function(Conv3DTranspose))
separable_conv1d = public("compat.v1.layers.separable_conv1d")(as_function(SeparableConv1D))
separable_conv2d = public("compat.v1.layers.separable_conv2d")(as_function(SeparableConv2D))
