"""LSTMCell."""

from estikeras import ops
from estikeras.keras import activations
from estikeras.keras.layers import roles
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.rnn.cell_dropout import CellDropout, refuse_implementation, zero_states
from estikeras.keras.layers.sizes import as_count
from estikeras.public import public


@public("keras.layers.LSTMCell")
class LSTMCell(CellDropout, Layer):
    """One step of a long short-term memory.

    With gates i, f, o = `recurrent_activation(x @ kernel + h @ recurrent + bias)` and a candidate
    g = `activation(...)` of the same form: `c = f * c + i * g`, `h = o * activation(c)`.

    Args:
        units: size of the output and of both states.
        activation: function on the candidate and on the cell state, or its name; None is linear.
        recurrent_activation: function on the gates, or its name.
        use_bias: whether a bias is added.
        kernel_initializer: initial values of the kernel, (features, 4 * units): i, f, g, o.
        recurrent_initializer: initial values of the recurrent kernel, (units, 4 * units).
        bias_initializer: initial values of the bias.
        unit_forget_bias: whether the forget gate's bias begins at 1.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: projection of the kernel after each update.
        recurrent_constraint: projection of the recurrent kernel after each update.
        bias_constraint: projection of the bias after each update.
        dropout: share of the input that is dropped in training.
        recurrent_dropout: share of the state that is dropped in training.
        seed: seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`; `implementation`, which must be 2.

    Call arguments:
        inputs: (batch, features) float, the input of one step.
        states: list of the output and the cell state before, each (batch, units).
        training: whether dropout acts.

    Returns:
        The output (batch, units) and the list of the next states.

    Reference: Hochreiter and Schmidhuber, 1997, Long Short-Term Memory.
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
        unit_forget_bias=True,
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
        refuse_implementation(kwargs)
        super().__init__(**kwargs)
        self.units = as_count("units", units)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.unit_forget_bias = unit_forget_bias
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
        self.state_size = [units, units]
        self.output_size = units

    def build(self, input_shape):
        units = self.units
        self.kernel = roles.add_weight(self, "kernel", (input_shape[-1], 4 * units))
        self.recurrent_kernel = roles.add_weight(
            self, "recurrent", (units, 4 * units), "recurrent_kernel"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(4 * units,),
                initializer=forget_bias(self) if self.unit_forget_bias else self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs, states, training=False):
        hidden, cell = states
        inputs, hidden = self._drop(inputs, hidden, training)
        z = ops.matmul(inputs, self.kernel) + ops.matmul(hidden, self.recurrent_kernel)
        if self.use_bias:
            z = z + self.bias
        output, cell = lstm_step(self, z, cell)
        return output, [output, cell]

    def get_initial_state(self, batch_size=None):
        """Return the first states, a list of two zeros (batch, units)."""
        return zero_states(self, self.state_size, batch_size)

    def get_config(self):
        config = {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "use_bias": self.use_bias,
            "unit_forget_bias": self.unit_forget_bias,
            **roles.config(self, "kernel", "recurrent", "bias"),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}


def lstm_step(layer, z, cell, axis=-1):
    """Return output and cell state for the four gates' sums `z`, which lie along `axis`."""
    i, f, candidate, o = ops.split(z, 4, axis=axis)
    kept = layer.recurrent_activation(f) * cell
    cell = kept + layer.recurrent_activation(i) * layer.activation(candidate)
    return layer.recurrent_activation(o) * layer.activation(cell), cell


def forget_bias(layer):
    """Return an initializer: the layer's own for the bias, but ones for the forget gate."""

    def initialize(shape, dtype=None):
        size = shape[0] // 4
        before = layer.bias_initializer((size,), dtype=dtype)
        after = layer.bias_initializer((2 * size,), dtype=dtype)
        return ops.concatenate([before, ops.ones((size,), dtype=dtype), after], axis=0)

    return initialize
