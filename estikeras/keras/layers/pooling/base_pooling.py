"""Pooling over windows, for one to three spatial dimensions."""

from estikeras import ops, settings
from estikeras.keras.layers.convolutional import spatial
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer


class BasePooling(Layer):
    """Reduce every window to one value; subclasses give the rank and the mode (max or average)."""

    def __init__(
        self,
        pool_size,
        strides,
        pool_dimensions,
        pool_mode,
        padding="valid",
        data_format=None,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.pool_size = spatial.as_tuple(pool_size, pool_dimensions, "pool_size")
        strides = self.pool_size if strides is None else strides
        self.strides = spatial.as_tuple(strides, pool_dimensions, "strides")
        self.pool_mode = pool_mode
        self.pool_dimensions = pool_dimensions
        self.padding = spatial.as_padding(padding)
        self.data_format = settings.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=pool_dimensions + 2)
        self.built = True

    def call(self, inputs):
        pool = ops.max_pool if self.pool_mode == "max" else ops.average_pool
        return pool(
            inputs,
            pool_size=self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )

    def compute_output_shape(self, input_shape):
        sizes = spatial.split_shape(input_shape, self.data_format)
        sizes = spatial.window_output_sizes(sizes, self.pool_size, self.strides, self.padding)
        channels = input_shape[spatial.channel_axis(self.data_format)]
        return spatial.join_shape(input_shape[0], sizes, channels, self.data_format)

    def get_config(self):
        config = {
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
        }
        return {**super().get_config(), **config}
