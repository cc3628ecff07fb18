"""AdaptiveMaxPooling3D."""

from estikeras.keras.layers.pooling.base_adaptive_pooling import BaseAdaptivePooling
from estikeras.public import public


@public("keras.layers.AdaptiveMaxPooling3D")
class AdaptiveMaxPooling3D(BaseAdaptivePooling):
    """The largest value of windows over depth, rows and columns, one for each entry of the output.

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
            pool_mode="max",
            data_format=data_format,
            **kwargs,
        )
