"""Wrappers around recurrent cells."""

from estikeras import errors, ops
from estikeras.compat.recurrent.cell import LSTMStateTuple, RNNCell, ends, over_time
from estikeras.engine import tree
from estikeras.ops import tf_nn
from estikeras.public import public


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

    def over_time(self, inputs, state, lengths):
        of_inputs, of_outputs, of_states = self._keep
        if of_states != 1.0 or not self._is(DropoutWrapper):
            return super().over_time(inputs, state, lengths)
        inputs = self._dropped(inputs, of_inputs)
        output, state = over_time(self._cell)(inputs, state, lengths)
        return self._dropped(output, of_outputs), state

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

    def over_time(self, inputs, state, lengths):
        if self._residual is not ops.add or not self._is(ResidualWrapper):
            return super().over_time(inputs, state, lengths)
        output, state = over_time(self._cell)(inputs, state, lengths)
        return ends(inputs + output, lengths), state


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

    def over_time(self, inputs, state, lengths):
        return over_time(self._cell)(inputs, state, lengths)
