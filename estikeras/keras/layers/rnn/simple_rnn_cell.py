"""SimpleRNNCell."""

from estikeras import ops
from estikeras.keras import activations
from estikeras.keras.layers import roles
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.rnn.cell_dropout import CellDropout, zero_states
from estikeras.keras.layers.sizes import as_count
from estikeras.public import public


@public("keras.layers.SimpleRNNCell")
class SimpleRNNCell(CellDropout, Layer):
    """One step of the simplest recurrent network: `activation(x @ kernel + bias + h @ recurrent)`.

    Args:
        units: size of the output and of the state.
        activation: function on the sum, or its name; None is linear.
        use_bias: whether a bias is added.
        kernel_initializer: initial values of the kernel, (features, units).
        recurrent_initializer: initial values of the recurrent kernel, (units, units).
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the kernel after each update.
        recurrent_constraint: projection of the recurrent kernel after each update.
        bias_constraint: projection of the bias after each update.
        dropout: share of the input that is dropped in training.
        recurrent_dropout: share of the state that is dropped in training.
        seed: seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        sequence: (batch, features) float, the input of one step.
        states: the state (batch, units), or a list of it.
        training: whether dropout acts.

    Returns:
        The output (batch, units) and the next state, in the form of `states`.
    """

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = as_count("units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        roles.set_options(
            self,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
        )
        self._set_dropout(dropout, recurrent_dropout, seed)
        self.state_size = self.output_size = units

    def build(self, input_shape):
        units = self.units
        self.kernel = roles.add_weight(self, "kernel", (input_shape[-1], units))
        self.recurrent_kernel = roles.add_weight(
            self, "recurrent", (units, units), "recurrent_kernel"
        )
        self.bias = roles.add_weight(self, "bias", (units,)) if self.use_bias else None

    def call(self, sequence, states, training=False):
        nested = isinstance(states, (list, tuple))
        sequence, state = self._drop(sequence, states[0] if nested else states, training)
        output = ops.matmul(sequence, self.kernel)
        if self.use_bias:
            output = output + self.bias
        output = self.activation(output + ops.matmul(state, self.recurrent_kernel))
        return output, [output] if nested else output

    def get_initial_state(self, batch_size=None):
        """Return the first state, zeros (batch, units), in a list."""
        return zero_states(self, [self.units], batch_size)

    def get_config(self):
        config = {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **roles.config(self, "kernel", "recurrent", "bias"),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}
