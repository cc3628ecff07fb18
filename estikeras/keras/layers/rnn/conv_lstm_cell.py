"""The cell of ConvLSTM1D, ConvLSTM2D and ConvLSTM3D: an LSTM whose products are convolutions."""

from estikeras import ops, settings
from estikeras.keras import activations
from estikeras.keras.layers import roles
from estikeras.keras.layers.convolutional import spatial
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.rnn.cell_dropout import CellDropout
from estikeras.keras.layers.rnn.lstm_cell import forget_bias, lstm_step
from estikeras.keras.layers.sizes import as_count


class ConvLSTMCell(CellDropout, Layer):
    """One step of a convolutional LSTM; both states are images with `filters` channels."""

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        activation,
        recurrent_activation,
        use_bias,
        unit_forget_bias,
        weight_options,
        dropout,
        recurrent_dropout,
        seed,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.rank = rank
        self.filters = as_count("filters", filters)
        self.kernel_size = spatial.as_tuple(kernel_size, rank, "kernel_size")
        self.strides = spatial.as_tuple(strides, rank, "strides")
        self.padding = spatial.as_padding(padding)
        self.data_format = settings.standardize_data_format(data_format)
        self.dilation_rate = spatial.as_tuple(dilation_rate, rank, "dilation_rate")
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.unit_forget_bias = unit_forget_bias
        roles.set_options(self, **weight_options)
        self._set_dropout(dropout, recurrent_dropout, seed)
        self.state_size = [filters, filters]

    def build(self, input_shape):
        channels = spatial.known_channels(input_shape, self.data_format)
        gates = 4 * self.filters
        self.kernel = roles.add_weight(self, "kernel", (*self.kernel_size, channels, gates))
        self.recurrent_kernel = roles.add_weight(
            self, "recurrent", (*self.kernel_size, self.filters, gates), "recurrent_kernel"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(gates,),
                initializer=forget_bias(self) if self.unit_forget_bias else self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs, states, training=False):
        hidden, cell = states
        inputs, hidden = self._drop(inputs, hidden, training)
        z = ops.conv(
            inputs,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        z = z + ops.conv(
            hidden, self.recurrent_kernel, padding="same", data_format=self.data_format
        )
        axis = spatial.channel_axis(self.data_format)
        if self.use_bias:
            shape = (-1,) if axis == -1 else (-1, *(1,) * self.rank)
            z = z + ops.reshape(self.bias, shape)
        output, cell = lstm_step(self, z, cell, axis)
        return output, [output, cell]

    def compute_output_shape(self, input_shape, states_shape=None):
        sizes = spatial.window_output_sizes(
            spatial.split_shape(input_shape, self.data_format),
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
        )
        return spatial.join_shape(input_shape[0], sizes, self.filters, self.data_format)
