"""ConvLSTM3D."""

from estikeras.keras.layers.rnn.conv_lstm import ConvLSTM
from estikeras.public import public


@public("keras.layers.ConvLSTM3D")
class ConvLSTM3D(ConvLSTM):
    """An LSTM over a sequence of volumes, with convolutions in place of matrix products.

    Args:
        filters: number of channels of the output and of both states.
        kernel_size: size of the window: an integer for all dimensions, or three of them.
        strides: steps between positions of the window on the input, given likewise.
        padding: `"valid"` or `"same"`, of the input; that of the state is always `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        dilation_rate: distance between the entries of the window on the input.
        activation: function on the candidate and on the cell state, or its name.
        recurrent_activation: function on the gates, or its name.
        use_bias: whether a bias is added.
        kernel_initializer: initial values of the kernel.
        recurrent_initializer: initial values of the recurrent kernel.
        bias_initializer: initial values of the bias.
        unit_forget_bias: whether the forget gate's bias begins at 1.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        recurrent_constraint: projection of the recurrent kernel after each update.
        bias_constraint: projection of the bias after each update.
        dropout: share of the input that is dropped in training.
        recurrent_dropout: share of the state that is dropped in training.
        seed: seed of the dropout.
        return_sequences: whether the outputs of all steps are returned, or only the last one.
        return_state: whether the last states are returned too.
        go_backwards: whether the sequence is walked from its end.
        stateful: whether each batch begins with the states that the last one ended with.
        **kwargs: `name`, `dtype`, `trainable`, `unroll`, `zero_output_for_mask`.

    Call arguments:
        sequences: (batch, time, depth, rows, columns, channels) float, or (batch, time, channels,
            depth, rows, columns) with `"channels_first"`.
        initial_state: list of the first output and cell state; zeros if left out.
        mask: (batch, time) bool; at a False the states stay as they are.
        training: whether dropout acts.

    Returns:
        The outputs of all steps with `return_sequences`, else the last one; with `return_state` a
        tuple of it and the states.

    Reference: Shi et al., 2015, Convolutional LSTM Network: A Machine Learning Approach for
    Precipitation Nowcasting, section 3.1.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        **kwargs,
    ):
        super().__init__(
            rank=3,
            cell_options={
                "filters": filters,
                "kernel_size": kernel_size,
                "strides": strides,
                "padding": padding,
                "data_format": data_format,
                "dilation_rate": dilation_rate,
                "activation": activation,
                "recurrent_activation": recurrent_activation,
                "use_bias": use_bias,
                "unit_forget_bias": unit_forget_bias,
                "dropout": dropout,
                "recurrent_dropout": recurrent_dropout,
                "seed": seed,
            },
            weight_options={
                "kernel_initializer": kernel_initializer,
                "recurrent_initializer": recurrent_initializer,
                "bias_initializer": bias_initializer,
                "kernel_regularizer": kernel_regularizer,
                "recurrent_regularizer": recurrent_regularizer,
                "bias_regularizer": bias_regularizer,
                "kernel_constraint": kernel_constraint,
                "recurrent_constraint": recurrent_constraint,
                "bias_constraint": bias_constraint,
            },
            activity_regularizer=activity_regularizer,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            **kwargs,
        )
