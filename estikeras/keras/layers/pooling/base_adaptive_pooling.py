"""Pooling to a given output size, for one to three spatial dimensions."""

from estikeras import ops, settings
from estikeras.keras.layers.convolutional import spatial
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer


class BaseAdaptivePooling(Layer):
    """Split each spatial dimension into `output_size` windows as equal as they can be; reduce each.

    Window i of n over `size` entries reaches from `floor(i * size / n)` to
    `ceil((i + 1) * size / n)`. Subclasses give the rank and the mode, "max" or "average".
    """

    def __init__(self, output_size, pool_dimensions, pool_mode, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.output_size = spatial.as_tuple(output_size, pool_dimensions, "output_size")
        self.pool_mode = pool_mode
        self.data_format = settings.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=pool_dimensions + 2)

    def call(self, inputs):
        pool = ops.adaptive_max_pool if self.pool_mode == "max" else ops.adaptive_average_pool
        return pool(inputs, output_size=self.output_size, data_format=self.data_format)

    def compute_output_shape(self, input_shape):
        channels = input_shape[spatial.channel_axis(self.data_format)]
        return spatial.join_shape(input_shape[0], self.output_size, channels, self.data_format)

    def get_config(self):
        config = {"output_size": self.output_size, "data_format": self.data_format}
        return {**super().get_config(), **config}
