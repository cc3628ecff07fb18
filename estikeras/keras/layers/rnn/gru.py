"""GRU."""

from estikeras.keras import activations, regularizers
from estikeras.keras.layers import roles
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.rnn.cell_dropout import refuse_implementation
from estikeras.keras.layers.rnn.fused import FusedRNN, from_cell
from estikeras.keras.layers.rnn.gru_cell import GRUCell
from estikeras.ops import rnn
from estikeras.public import public


@public("keras.layers.GRU")
class GRU(FusedRNN):
    """Gated recurrent unit over a sequence; `GRUCell` has the formulas.

    With the default activations and `reset_after`, and without dropout of the state, the whole
    sequence is one step.

    Args:
        units: size of the output and of the state.
        activation: function on the candidate, or its name; None is linear.
        recurrent_activation: function on the gates, or its name.
        use_bias: whether a bias is added.
        kernel_initializer: initial values of the kernel.
        recurrent_initializer: initial values of the recurrent kernel.
        bias_initializer: initial values of the bias.
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
        unroll: whether to compute step by step, not in one fused step.
        reset_after: whether the reset gate acts after the matrix product.
        use_cudnn: `"auto"` or False, which are the same here; True is refused.
        **kwargs: `name`, `dtype`, `trainable`, `zero_output_for_mask`; `implementation`, which must
            be 2.

    Call arguments:
        sequences: (batch, time, features) float.
        initial_state: list of the first state, (batch, units); zeros if left out.
        mask: (batch, time) bool; at a False the states stay as they are.
        training: whether dropout acts.

    Returns:
        (batch, time, units) with `return_sequences`, else (batch, units); with `return_state` a
        tuple of it and the states.

    Reference: Cho et al., 2014, Learning Phrase Representations using RNN Encoder-Decoder.
    """

    units = from_cell("units")
    activation = from_cell("activation")
    recurrent_activation = from_cell("recurrent_activation")
    use_bias = from_cell("use_bias")
    kernel_initializer = from_cell("kernel_initializer")
    recurrent_initializer = from_cell("recurrent_initializer")
    bias_initializer = from_cell("bias_initializer")
    kernel_regularizer = from_cell("kernel_regularizer")
    recurrent_regularizer = from_cell("recurrent_regularizer")
    bias_regularizer = from_cell("bias_regularizer")
    kernel_constraint = from_cell("kernel_constraint")
    recurrent_constraint = from_cell("recurrent_constraint")
    bias_constraint = from_cell("bias_constraint")
    dropout = from_cell("dropout")
    recurrent_dropout = from_cell("recurrent_dropout")
    reset_after = from_cell("reset_after")

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
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
        unroll=False,
        reset_after=True,
        use_cudnn="auto",
        **kwargs,
    ):
        refuse_implementation(kwargs)
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            reset_after=reset_after,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="gru_cell",
        )
        super().__init__(
            cell,
            activity_regularizer=activity_regularizer,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            use_cudnn=use_cudnn,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=3)

    def _can_fuse(self):
        return (
            self.cell.reset_after
            and activations.serialize(self.cell.activation) == "tanh"
            and activations.serialize(self.cell.recurrent_activation) == "sigmoid"
        )

    def _fused(self, sequences, initial_state, mask):
        cell = self.cell
        outputs, *states = rnn.gru(
            sequences,
            *initial_state,
            cell.kernel,
            cell.recurrent_kernel,
            cell.bias,
            mask=mask,
            reverse=self.go_backwards,
        )
        return outputs, states

    def get_config(self):
        config = {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "use_bias": self.use_bias,
            **roles.config(self.cell, "kernel", "recurrent", "bias"),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "reset_after": self.reset_after,
            "seed": self.cell.seed,
        }
        return {**super().get_config(), **config}
