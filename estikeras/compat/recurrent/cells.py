"""Recurrent cells."""

import numpy as np

from estikeras import errors, ops
from estikeras.compat.recurrent.cell import (
    LSTMStateTuple,
    RNNCell,
    check_state_is_tuple,
    ends,
    linear,
    over_time,
)
from estikeras.compat.variable_scopes import variable_scope
from estikeras.keras import activations
from estikeras.ops import rnn
from estikeras.public import public


class _Sized(RNNCell):
    """A cell of so many units, which are its state and its output."""

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype, _reuse=reuse)
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

    def build(self, inputs_shape):
        self._weights = self.add_linear(inputs_shape[-1] + self._num_units, self._num_units)

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

    def build(self, inputs_shape):
        size = inputs_shape[-1] + self._num_units
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

    def build(self, inputs_shape):
        units, initializer = self._num_units, self._initializer
        self._weights = self.add_linear(
            inputs_shape[-1] + self.output_size, 4 * units, initializer=initializer
        )
        if self._use_peepholes:
            self._peepholes = [
                self.add_weight(f"w_{gate}_diag", (units,), initializer=initializer)
                for gate in "fio"
            ]
        if self._num_proj is not None:
            shape = (units, self.output_size)
            self._projection = self.add_weight("projection/kernel", shape, initializer=initializer)

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

    def over_time(self, inputs, state, lengths):
        options = self._use_peepholes, self._cell_clip, self._num_proj
        if any(options) or self._activation is not ops.tanh or not self._is(LSTMCell):
            return super().over_time(inputs, state, lengths)
        features = inputs.shape[-1]
        with self._entered(inputs.shape):
            kernel, bias = (self._in_order(x.value) for x in self._weights)
        forget = np.repeat([0.0, self._forget_bias, 0.0, 0.0], self._num_units)
        mask = None
        if lengths is not None:
            mask = ops.expand_dims(lengths, 1) > np.arange(inputs.shape[0], dtype="int32")
        memory, output = state
        outputs, *last = rnn.lstm(
            ops.swapaxes(inputs, 0, 1),
            output,
            memory,
            kernel[:features],
            kernel[features:],
            bias + ops.cast(forget, bias.dtype),
            mask,
        )
        return ends(ops.swapaxes(outputs, 0, 1), lengths), LSTMStateTuple(*last[::-1])

    @staticmethod
    def _in_order(x):
        """The gates along the last axis as `ops.rnn.lstm` has them."""
        into, candidate, forget, out = ops.split(x, 4, axis=-1)
        return ops.concatenate([into, forget, candidate, out], axis=-1)


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

    def over_time(self, inputs, state, lengths):
        if not self._is(MultiRNNCell):
            return super().over_time(inputs, state, lengths)
        states = []
        with self._entered(inputs.shape):
            for i, (cell, before) in enumerate(zip(self._cells, state, strict=True)):
                with variable_scope(f"cell_{i}"):
                    inputs, after = over_time(cell)(inputs, before, lengths)
                states.append(after)
        return inputs, tuple(states)
