"""MaxPooling3D."""

from estikeras.keras.layers.pooling.base_pooling import BasePooling
from estikeras.public import public


@public("keras.layers.MaxPooling3D", "keras.layers.MaxPool3D")
class MaxPooling3D(BasePooling):
    """The largest value of each window over depth, rows and columns, channel by channel.

    Args:
        pool_size: size of the window: an integer for all dimensions, or three of them.
        strides: steps between windows, given likewise; None is `pool_size`.
        padding: `"valid"` (whole windows only) or `"same"` (output size is input size over strides;
            what lies outside of the input does not count).
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        name: name of the layer.
        **kwargs: `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, depth, rows, columns, channels), or (batch, channels, depth, rows,
            columns) with `"channels_first"`.

    Returns:
        A tensor of the same rank and dtype.
    """

    def __init__(
        self,
        pool_size=(2, 2, 2),
        strides=None,
        padding="valid",
        data_format=None,
        name=None,
        **kwargs,
    ):
        super().__init__(
            pool_size,
            strides,
            pool_dimensions=3,
            pool_mode="max",
            padding=padding,
            data_format=data_format,
            name=name,
            **kwargs,
        )
