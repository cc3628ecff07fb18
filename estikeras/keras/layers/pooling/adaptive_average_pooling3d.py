"""AdaptiveAveragePooling3D."""

from estikeras.keras.layers.pooling.base_adaptive_pooling import BaseAdaptivePooling
from estikeras.public import public


@public("keras.layers.AdaptiveAveragePooling3D")
class AdaptiveAveragePooling3D(BaseAdaptivePooling):
    """The mean of windows over depth, rows and columns, one for each entry of the output.

    Args:
        output_size: size of the output: an integer for all dimensions, or three of them.
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, depth, rows, columns, channels), or (batch, channels, depth, rows,
            columns) with `"channels_first"`.

    Returns:
        A tensor of the same rank with spatial sizes `output_size`.
    """

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(
            output_size,
            pool_dimensions=3,
            pool_mode="average",
            data_format=data_format,
            **kwargs,
        )
