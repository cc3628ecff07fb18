"""GRUCell."""

from estikeras import ops
from estikeras.keras import activations
from estikeras.keras.layers import roles
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.rnn.cell_dropout import CellDropout, refuse_implementation, zero_states
from estikeras.keras.layers.sizes import as_count
from estikeras.public import public


@public("keras.layers.GRUCell")
class GRUCell(CellDropout, Layer):
    """One step of a gated recurrent unit.

    With gates z, r = `recurrent_activation(x @ kernel + h @ recurrent + bias)` and a candidate g:
    `h = z * h + (1 - z) * g`. The candidate's recurrent part is `r * (h @ recurrent + bias)` with
    `reset_after`, else `(r * h) @ recurrent`.

    Args:
        units: size of the output and of the state.
        activation: function on the candidate, or its name; None is linear.
        recurrent_activation: function on the gates, or its name.
        use_bias: whether a bias is added.
        kernel_initializer: initial values of the kernel, (features, 3 * units): z, r, g.
        recurrent_initializer: initial values of the recurrent kernel, (units, 3 * units).
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the kernel after each update.
        recurrent_constraint: projection of the recurrent kernel after each update.
        bias_constraint: projection of the bias after each update.
        dropout: share of the input that is dropped in training.
        recurrent_dropout: share of the state that is dropped in training.
        reset_after: whether the reset gate acts after the matrix product.
        seed: seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`; `implementation`, which must be 2.

    Call arguments:
        inputs: (batch, features) float, the input of one step.
        states: the state (batch, units), or a list of it.
        training: whether dropout acts.

    Returns:
        The output (batch, units) and the next state, in the form of `states`.

    Reference: Cho et al., 2014, Learning Phrase Representations using RNN Encoder-Decoder.
    """

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
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        reset_after=True,
        seed=None,
        **kwargs,
    ):
        refuse_implementation(kwargs)
        super().__init__(**kwargs)
        self.units = as_count("units", units)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.reset_after = reset_after
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
        self.kernel = roles.add_weight(self, "kernel", (input_shape[-1], 3 * units))
        self.recurrent_kernel = roles.add_weight(
            self, "recurrent", (units, 3 * units), "recurrent_kernel"
        )
        self.bias = None
        if self.use_bias:
            shape = (2, 3 * units) if self.reset_after else (3 * units,)
            self.bias = roles.add_weight(self, "bias", shape)

    def call(self, inputs, states, training=False):
        nested = isinstance(states, (list, tuple))
        state = states[0] if nested else states
        inputs, dropped = self._drop(inputs, state, training)
        input_bias, recurrent_bias = self._biases()
        from_input = _affine(inputs, self.kernel, input_bias)
        step = self._reset_after if self.reset_after else self._reset_before
        update, candidate = step(from_input, dropped, recurrent_bias)
        output = update * state + (1 - update) * candidate
        return output, [output] if nested else output

    def _biases(self):
        if not self.use_bias:
            return None, None
        return (self.bias[0], self.bias[1]) if self.reset_after else (self.bias, None)

    def _reset_after(self, from_input, state, bias):
        from_state = _affine(state, self.recurrent_kernel, bias)
        z, r, candidate = ops.split(from_input, 3, axis=-1)
        state_z, state_r, state_candidate = ops.split(from_state, 3, axis=-1)
        reset = self.recurrent_activation(r + state_r)
        return (
            self.recurrent_activation(z + state_z),
            self.activation(candidate + reset * state_candidate),
        )

    def _reset_before(self, from_input, state, bias):
        z, r, candidate = ops.split(from_input, 3, axis=-1)
        kernel = ops.convert_to_tensor(self.recurrent_kernel)
        gates, last = kernel[:, : 2 * self.units], kernel[:, 2 * self.units :]
        state_z, state_r = ops.split(ops.matmul(state, gates), 2, axis=-1)
        reset = self.recurrent_activation(r + state_r)
        return (
            self.recurrent_activation(z + state_z),
            self.activation(candidate + ops.matmul(reset * state, last)),
        )

    def get_initial_state(self, batch_size=None):
        """Return the first state, zeros (batch, units), in a list."""
        return zero_states(self, [self.units], batch_size)

    def get_config(self):
        config = {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "use_bias": self.use_bias,
            **roles.config(self, "kernel", "recurrent", "bias"),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "reset_after": self.reset_after,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}


def _affine(x, kernel, bias):
    product = ops.matmul(x, kernel)
    return product if bias is None else product + bias
