"""AdaptiveAveragePooling2D."""

from estikeras.keras.layers.pooling.base_adaptive_pooling import BaseAdaptivePooling
from estikeras.public import public


@public("keras.layers.AdaptiveAveragePooling2D")
class AdaptiveAveragePooling2D(BaseAdaptivePooling):
    """The mean of windows over rows and columns, one for each entry of the output.

    Args:
        output_size: size of the output: an integer for all dimensions, or two of them.
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, rows, columns, channels), or (batch, channels, rows, columns) with
            `"channels_first"`.

    Returns:
        A tensor of the same rank with spatial sizes `output_size`.
    """

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(
            output_size,
            pool_dimensions=2,
            pool_mode="average",
            data_format=data_format,
            **kwargs,
        )
