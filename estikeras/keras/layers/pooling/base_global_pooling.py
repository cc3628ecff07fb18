"""Pooling over all of the space, for one to three spatial dimensions."""

from estikeras import settings
from estikeras.keras.layers.convolutional import spatial
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer


class BaseGlobalPooling(Layer):
    """Reduce the spatial dimensions to one value a channel.

    Subclasses give the rank, and reduce over `spatial_axes` in `call`.
    """

    def __init__(self, pool_dimensions, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = settings.standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=pool_dimensions + 2)
        self.built = True
        first = 1 if self.data_format == "channels_last" else 2
        self.spatial_axes = tuple(range(first, first + pool_dimensions))

    def compute_output_shape(self, input_shape):
        channels = input_shape[spatial.channel_axis(self.data_format)]
        if not self.keepdims:
            return (input_shape[0], channels)
        ones = (1,) * len(self.spatial_axes)
        return spatial.join_shape(input_shape[0], ones, channels, self.data_format)

    def get_config(self):
        config = {"data_format": self.data_format, "keepdims": self.keepdims}
        return {**super().get_config(), **config}
