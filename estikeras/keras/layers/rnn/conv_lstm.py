"""The convolutional LSTM that ConvLSTM1D, ConvLSTM2D and ConvLSTM3D share."""

from estikeras import ops
from estikeras.keras import activations, regularizers
from estikeras.keras.layers import roles
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.rnn.conv_lstm_cell import ConvLSTMCell
from estikeras.keras.layers.rnn.fused import from_cell
from estikeras.keras.layers.rnn.rnn import RNN


class ConvLSTM(RNN):
    """A ConvLSTMCell over a sequence of images of `rank` dimensions."""

    filters = from_cell("filters")
    kernel_size = from_cell("kernel_size")
    strides = from_cell("strides")
    padding = from_cell("padding")
    data_format = from_cell("data_format")
    dilation_rate = from_cell("dilation_rate")
    activation = from_cell("activation")
    recurrent_activation = from_cell("recurrent_activation")
    use_bias = from_cell("use_bias")
    kernel_initializer = from_cell("kernel_initializer")
    recurrent_initializer = from_cell("recurrent_initializer")
    bias_initializer = from_cell("bias_initializer")
    unit_forget_bias = from_cell("unit_forget_bias")
    kernel_regularizer = from_cell("kernel_regularizer")
    recurrent_regularizer = from_cell("recurrent_regularizer")
    bias_regularizer = from_cell("bias_regularizer")
    kernel_constraint = from_cell("kernel_constraint")
    recurrent_constraint = from_cell("recurrent_constraint")
    bias_constraint = from_cell("bias_constraint")
    dropout = from_cell("dropout")
    recurrent_dropout = from_cell("recurrent_dropout")

    def __init__(
        self,
        rank,
        cell_options,
        weight_options,
        activity_regularizer,
        return_sequences,
        return_state,
        go_backwards,
        stateful,
        **kwargs,
    ):
        cell = ConvLSTMCell(
            rank,
            **cell_options,
            weight_options=weight_options,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="conv_lstm_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=rank + 3)

    def build(self, sequences_shape, initial_state_shape=None):
        self._image_shape = tuple(sequences_shape[2:])
        super().build(sequences_shape, initial_state_shape)

    def get_initial_state(self, batch_size):
        """Return the states before the first step: two images of zeros."""
        return self._zero_states((batch_size, *self._image_shape))

    def _states_for(self, sequences):
        return self._zero_states((sequences.shape[0], *sequences.shape[2:]))

    def _zero_states(self, image_shape):
        shape = self.cell.compute_output_shape(image_shape)
        return [ops.zeros(shape, dtype=self.compute_dtype) for _ in range(2)]

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        batch, time = sequences_shape[0], sequences_shape[1]
        state = self.cell.compute_output_shape((batch, *sequences_shape[2:]))
        shape = (batch, time, *state[1:]) if self.return_sequences else state
        return (shape, state, state) if self.return_state else shape

    def get_config(self):
        cell = self.cell
        config = {
            "filters": cell.filters,
            "kernel_size": cell.kernel_size,
            "strides": cell.strides,
            "padding": cell.padding,
            "data_format": cell.data_format,
            "dilation_rate": cell.dilation_rate,
            "activation": activations.serialize(cell.activation),
            "recurrent_activation": activations.serialize(cell.recurrent_activation),
            "use_bias": cell.use_bias,
            "unit_forget_bias": cell.unit_forget_bias,
            **roles.config(cell, "kernel", "recurrent", "bias"),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "dropout": cell.dropout,
            "recurrent_dropout": cell.recurrent_dropout,
            "seed": cell.seed,
        }
        base = super().get_config()
        del base["cell"]
        return {**base, **config}

    @classmethod
    def from_config(cls, config):
        """Return a layer from what `get_config` gave."""
        return cls(**config)
