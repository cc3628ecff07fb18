"""What all convolution layers share: geometry, bias, activation and configuration."""

from estikeras import errors, ops, settings
from estikeras.keras import activations, regularizers
from estikeras.keras.layers import roles
from estikeras.keras.layers.convolutional import spatial
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer


class Convolution(Layer):
    """A layer that slides kernels over `rank` spatial dimensions.

    Subclasses name their kernels' roles in `kernel_roles`, add the kernels in `build_kernels`,
    apply them in `convolve` and say in `output_channels` how many channels come out.
    """

    kernel_roles = ("kernel",)

    def __init__(
        self,
        rank,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        activation,
        use_bias,
        activity_regularizer,
        weight_options,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.rank = rank
        self.kernel_size = spatial.as_tuple(kernel_size, rank, "kernel_size")
        self.strides = spatial.as_tuple(strides, rank, "strides")
        self.dilation_rate = spatial.as_tuple(dilation_rate, rank, "dilation_rate")
        self.padding = spatial.as_padding(padding)
        self.data_format = settings.standardize_data_format(data_format)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        roles.set_options(self, **weight_options)
        self.input_spec = InputSpec(min_ndim=rank + 2)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise errors.invalid(
                "dilation_rate",
                got=self.dilation_rate,
                expected=f"1 where strides={self.strides} are larger than 1",
            )

    def build(self, input_shape):
        channels = spatial.known_channels(input_shape, self.data_format)
        axis = spatial.channel_axis(self.data_format)
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: channels})
        self.build_kernels(channels)
        self.bias = None
        if self.use_bias:
            self.bias = roles.add_weight(self, "bias", (self.output_channels(channels),))
        self.compute_output_shape(input_shape)

    def build_kernels(self, channels):
        """Add the kernels for this many input channels."""
        raise NotImplementedError(f"{type(self).__name__} must define `build_kernels`.")

    def convolve(self, inputs):
        """Return the convolution of the inputs, without bias and activation."""
        raise NotImplementedError(f"{type(self).__name__} must define `convolve`.")

    def output_channels(self, channels):
        """Return the number of output channels for this many input channels."""
        return self.filters

    def call(self, inputs):
        outputs = self.convolve(inputs)
        if self.use_bias:
            bias = self.bias
            if self.data_format == "channels_first":
                bias = ops.reshape(bias, (-1,) + (1,) * self.rank)
            outputs = ops.add(outputs, bias)
        return self.activation(outputs)

    def output_sizes(self, sizes):
        """Return the spatial sizes of the output."""
        return spatial.window_output_sizes(
            sizes, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )

    def compute_output_shape(self, input_shape):
        channels = spatial.known_channels(input_shape, self.data_format)
        sizes = self.output_sizes(spatial.split_shape(input_shape, self.data_format))
        return spatial.join_shape(
            input_shape[0], sizes, self.output_channels(channels), self.data_format
        )

    def geometry(self):
        """Return the arguments that every convolution op takes."""
        return {
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }

    def get_config(self):
        config = {
            "kernel_size": self.kernel_size,
            **self.geometry(),
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            **roles.config(self, *self.kernel_roles, "bias"),
        }
        return {**super().get_config(), **config}
