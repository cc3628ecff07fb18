"""Recurrent cells, and wrappers around them."""

from estikeras import errors, ops
from estikeras.compat.recurrent.cell import (
    LSTMStateTuple,
    RNNCell,
    check_state_is_tuple,
    linear,
)
from estikeras.compat.variable_scopes import variable_scope
from estikeras.engine import tree
from estikeras.keras import activations
from estikeras.ops import tf_nn
from estikeras.public import public


class _Sized(RNNCell):
    """A cell of so many units, which are its state and its output."""

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype, reuse=reuse)
        self._num_units = int(num_units)
        self._activation = ops.tanh if activation is None else activations.get(activation)

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units


@public("compat.v1.nn.rnn_cell.BasicRNNCell")
class BasicRNNCell(_Sized):
    """`h = activation([x, h] @ kernel + bias)`.

    Args:
        num_units: size of the state, an int.
        activation: function; None stands for tanh.
        reuse: whether its scope has the variables already.
        name: name of its variable scope.
        dtype: dtype of its variables.
    """

    def build(self, features):
        self._weights = self.add_linear(features + self._num_units, self._num_units)

    def call(self, inputs, state):
        state = self._activation(linear(self._weights, inputs, state))
        return state, state


@public("compat.v1.nn.rnn_cell.GRUCell")
class GRUCell(_Sized):
    """A gated recurrent unit.

    Args:
        num_units: size of the state, an int.
        activation: function; None stands for tanh.
        reuse: whether its scope has the variables already.
        kernel_initializer: first values of kernels; None takes the scope's.
        bias_initializer: first values of offsets; None stands for ones for the gates, else zeros.
        name: name of its variable scope.
        dtype: dtype of its variables.

    Reference: Cho et al., 2014, Learning phrase representations using RNN encoder-decoder for
    statistical machine translation.
    """

    def __init__(
        self,
        num_units,
        activation=None,
        reuse=None,
        kernel_initializer=None,
        bias_initializer=None,
        name=None,
        dtype=None,
    ):
        super().__init__(num_units, activation, reuse, name, dtype)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    def build(self, features):
        size = features + self._num_units
        given, initializer = self._bias_initializer, self._kernel_initializer
        biases = (1.0, 0.0) if given is None else (given, given)
        self._gates = self.add_linear(size, 2 * self._num_units, "gates", initializer, biases[0])
        self._candidate = self.add_linear(
            size, self._num_units, "candidate", initializer, biases[1]
        )

    def call(self, inputs, state):
        gates = ops.sigmoid(linear(self._gates, inputs, state))
        reset, update = ops.split(gates, 2, axis=1)
        candidate = self._activation(linear(self._candidate, inputs, reset * state))
        state = update * state + (1 - update) * candidate
        return state, state


@public("compat.v1.nn.rnn_cell.LSTMCell")
class LSTMCell(_Sized):
    """A long short-term memory.

    Args:
        num_units: size of the memory, an int.
        use_peepholes: whether gates see the memory.
        cell_clip: greatest absolute value in the memory, or None.
        initializer: first values of kernels; None takes the scope's.
        num_proj: size of the output, by a kernel of its own; None for that of the memory.
        proj_clip: greatest absolute value in such an output, or None.
        num_unit_shards: must be None.
        num_proj_shards: must be None.
        forget_bias: number that is added to what the forget gate gets.
        state_is_tuple: must be True.
        activation: function; None stands for tanh.
        reuse: whether its scope has the variables already.
        name: name of its variable scope.
        dtype: dtype of its variables.

    Reference: Hochreiter and Schmidhuber, 1997, Long short-term memory; Sak, Senior and Beaufays,
    2014, Long short-term memory recurrent neural network architectures (peepholes, projection).
    """

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        cell_clip=None,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards=None,
        num_proj_shards=None,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
    ):
        check_state_is_tuple(state_is_tuple)
        if num_unit_shards is not None or num_proj_shards is not None:
            raise errors.unsupported("Shards of variables", "Leave them out.")
        super().__init__(num_units, activation, reuse, name, dtype)
        self._use_peepholes, self._cell_clip = use_peepholes, cell_clip
        self._initializer, self._forget_bias = initializer, forget_bias
        self._num_proj, self._proj_clip = num_proj, proj_clip

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self):
        return self._num_units if self._num_proj is None else int(self._num_proj)

    def build(self, features):
        units, initializer = self._num_units, self._initializer
        self._weights = self.add_linear(
            features + self.output_size, 4 * units, initializer=initializer
        )
        if self._use_peepholes:
            self._peepholes = [
                self.add_weight(f"w_{gate}_diag", (units,), initializer) for gate in "fio"
            ]
        if self._num_proj is not None:
            shape = (units, self.output_size)
            self._projection = self.add_weight("projection/kernel", shape, initializer)

    def call(self, inputs, state):
        memory, output = state
        gates = linear(self._weights, inputs, output)
        into, candidate, forget, out = ops.split(gates, 4, axis=1)
        forget = forget + self._forget_bias
        if self._use_peepholes:
            by_forget, by_into, by_out = self._peepholes
            forget, into = forget + by_forget * memory, into + by_into * memory
        memory = ops.sigmoid(forget) * memory
        memory = memory + ops.sigmoid(into) * self._activation(candidate)
        if self._cell_clip is not None:
            memory = ops.clip(memory, -self._cell_clip, self._cell_clip)
        if self._use_peepholes:
            out = out + by_out * memory
        output = ops.sigmoid(out) * self._activation(memory)
        if self._num_proj is not None:
            output = ops.matmul(output, self._projection)
            if self._proj_clip is not None:
                output = ops.clip(output, -self._proj_clip, self._proj_clip)
        return output, LSTMStateTuple(memory, output)


@public("compat.v1.nn.rnn_cell.BasicLSTMCell")
class BasicLSTMCell(LSTMCell):
    """A long short-term memory without options.

    Args:
        num_units: size of the memory, an int.
        forget_bias: number that is added to what the forget gate gets.
        state_is_tuple: must be True.
        activation: function; None stands for tanh.
        reuse: whether its scope has the variables already.
        name: name of its variable scope.
        dtype: dtype of its variables.
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        name=None,
        dtype=None,
    ):
        super().__init__(
            num_units,
            forget_bias=forget_bias,
            state_is_tuple=state_is_tuple,
            activation=activation,
            reuse=reuse,
            name=name,
            dtype=dtype,
        )


@public("compat.v1.nn.rnn_cell.MultiRNNCell")
class MultiRNNCell(RNNCell):
    """Cells on top of each other.

    Args:
        cells: list of cells, the lowest first.
        state_is_tuple: must be True.
    """

    def __init__(self, cells, state_is_tuple=True):
        check_state_is_tuple(state_is_tuple)
        if not cells:
            raise errors.invalid("cells", got=cells, expected="at least one cell")
        super().__init__()
        self._cells = list(cells)

    @property
    def state_size(self):
        return tuple(cell.state_size for cell in self._cells)

    @property
    def output_size(self):
        return self._cells[-1].output_size

    def call(self, inputs, state):
        states = []
        for i, (cell, before) in enumerate(zip(self._cells, state, strict=True)):
            with variable_scope(f"cell_{i}"):
                inputs, after = cell(inputs, before)
            states.append(after)
        return inputs, tuple(states)


class _Wrapper(RNNCell):
    """A cell around another one, without variables of its own."""

    def __init__(self, cell):
        super().__init__()
        self._cell = cell

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        return self._cell.zero_state(batch_size, dtype)


@public("compat.v1.nn.rnn_cell.DropoutWrapper")
class DropoutWrapper(_Wrapper):
    """A cell with random zeros in its inputs, outputs or states, others at each step.

    Args:
        cell: the cell.
        input_keep_prob: the part of inputs that is kept, a number.
        output_keep_prob: the part of outputs that is kept, a number.
        state_keep_prob: the part of states that is kept, a number.
        variational_recurrent: must be False.
        input_size: of no consequence.
        dtype: of no consequence.
        seed: int or None.
        dropout_state_filter_visitor: must be None: all of the state but an LSTM's memory has zeros.
    """

    def __init__(
        self,
        cell,
        input_keep_prob=1.0,
        output_keep_prob=1.0,
        state_keep_prob=1.0,
        variational_recurrent=False,
        input_size=None,
        dtype=None,
        seed=None,
        dropout_state_filter_visitor=None,
    ):
        super().__init__(cell)
        if variational_recurrent:
            raise errors.unsupported(
                "`variational_recurrent`", "Use `keras.layers.LSTM(recurrent_dropout=...)`."
            )
        if dropout_state_filter_visitor is not None:
            raise errors.unsupported("`dropout_state_filter_visitor`", "Leave it out.")
        self._keep = (input_keep_prob, output_keep_prob, state_keep_prob)
        self._seed = seed

    def __call__(self, inputs, state, scope=None):
        of_inputs, of_outputs, of_states = self._keep
        output, state = self._cell(self._dropped(inputs, of_inputs), state, scope)
        return self._dropped(output, of_outputs), self._dropped_state(state, of_states)

    def _dropped(self, x, keep):
        return x if keep == 1.0 else tf_nn.dropout(x, 1 - keep, seed=self._seed)

    def _dropped_state(self, state, keep):
        if keep == 1.0:
            return state
        if isinstance(state, LSTMStateTuple):
            return LSTMStateTuple(state.c, self._dropped(state.h, keep))
        if isinstance(state, tuple):
            return tuple(self._dropped_state(part, keep) for part in state)
        return self._dropped(state, keep)


@public("compat.v1.nn.rnn_cell.ResidualWrapper")
class ResidualWrapper(_Wrapper):
    """A cell whose inputs are added to its outputs.

    Args:
        cell: the cell.
        residual_fn: function of inputs and outputs in place of their sum, or None.
    """

    def __init__(self, cell, residual_fn=None):
        super().__init__(cell)
        self._residual = ops.add if residual_fn is None else residual_fn

    def __call__(self, inputs, state, scope=None):
        output, state = self._cell(inputs, state, scope)
        return tree.map_structure(self._residual, inputs, output), state


@public("compat.v1.nn.rnn_cell.DeviceWrapper")
class DeviceWrapper(_Wrapper):
    """A cell on a device, of which there is one.

    Args:
        cell: the cell.
        device: of no consequence: all work is done by CPUs.
    """

    def __init__(self, cell, device):
        super().__init__(cell)

    def __call__(self, inputs, state, scope=None):
        return self._cell(inputs, state, scope)
