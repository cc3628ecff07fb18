"""AveragePooling1D."""

from estikeras.keras.layers.pooling.base_pooling import BasePooling
from estikeras.public import public


@public("keras.layers.AveragePooling1D", "keras.layers.AvgPool1D")
class AveragePooling1D(BasePooling):
    """The mean of each window over steps, channel by channel.

    Args:
        pool_size: size of the window: an integer, or a tuple of one.
        strides: steps between windows, given likewise; None is `pool_size`.
        padding: `"valid"` (whole windows only) or `"same"` (output size is input size over strides;
            what lies outside of the input does not count).
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        name: name of the layer.
        **kwargs: `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, steps, channels), or (batch, channels, steps) with `"channels_first"`.

    Returns:
        A tensor of the same rank and dtype.
    """

    def __init__(
        self,
        pool_size,
        strides=None,
        padding="valid",
        data_format=None,
        name=None,
        **kwargs,
    ):
        super().__init__(
            pool_size,
            strides,
            pool_dimensions=1,
            pool_mode="average",
            padding=padding,
            data_format=data_format,
            name=name,
            **kwargs,
        )
