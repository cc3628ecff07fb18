"""GlobalAveragePooling3D."""

from estikeras import ops
from estikeras.keras.layers.pooling.base_global_pooling import BaseGlobalPooling
from estikeras.public import public


@public("keras.layers.GlobalAveragePooling3D", "keras.layers.GlobalAvgPool3D")
class GlobalAveragePooling3D(BaseGlobalPooling):
    """The mean of each channel over all depth, rows and columns.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        keepdims: whether the reduced dimensions stay, with size 1.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, depth, rows, columns, channels), or (batch, channels, depth, rows,
            columns) with `"channels_first"`.

    Returns:
        (batch, channels), or the rank of the input with `keepdims`.
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(pool_dimensions=3, data_format=data_format, keepdims=keepdims, **kwargs)

    def call(self, inputs):
        return ops.mean(inputs, axis=self.spatial_axes, keepdims=self.keepdims)
