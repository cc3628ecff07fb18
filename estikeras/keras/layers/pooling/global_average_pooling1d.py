"""GlobalAveragePooling1D."""

from estikeras import ops
from estikeras.keras.layers.pooling.base_global_pooling import BaseGlobalPooling
from estikeras.public import public


@public("keras.layers.GlobalAveragePooling1D", "keras.layers.GlobalAvgPool1D")
class GlobalAveragePooling1D(BaseGlobalPooling):
    """The mean of each channel over all steps, or over those that the mask keeps.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        keepdims: whether the reduced dimension stays, with size 1.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, steps, channels), or (batch, channels, steps) with `"channels_first"`.
        mask: (batch, steps) bool, True where a step counts.

    Returns:
        (batch, channels), or rank 3 with `keepdims`.
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(pool_dimensions=1, data_format=data_format, keepdims=keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return ops.mean(inputs, axis=self.spatial_axes, keepdims=self.keepdims)
        (steps_axis,) = self.spatial_axes
        weights = ops.expand_dims(ops.cast(mask, inputs.dtype), 3 - steps_axis)
        total = ops.sum(inputs * weights, axis=steps_axis, keepdims=self.keepdims)
        return total / ops.sum(weights, axis=steps_axis, keepdims=self.keepdims)

    def compute_mask(self, inputs, mask=None):
        return None
