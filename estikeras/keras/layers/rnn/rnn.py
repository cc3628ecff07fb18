"""RNN: any recurrent cell over a sequence."""

import functools

from estikeras import errors, ops
from estikeras.engine import tree
from estikeras.engine.variable import Variable
from estikeras.keras.layers import serialization
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.rnn import cells
from estikeras.keras.layers.rnn.stacked_rnn_cells import StackedRNNCells
from estikeras.keras.layers.tracking import untracked
from estikeras.public import public


@public("keras.layers.RNN")
class RNN(Layer):
    """Apply a cell to each step of a sequence, each step with the states that the one before left.

    Args:
        cell: a cell, or a list of cells that are stacked. A cell is an object (usually a layer)
            with `call(inputs, states)`, which returns the output and the next states, and
            `state_size`, one size or a list of them; `output_size` and
            `get_initial_state(batch_size)` if it has them.
        return_sequences: whether the outputs of all steps are returned, or only the last one.
        return_state: whether the last states are returned too.
        go_backwards: whether the sequence is walked from its end (outputs are in the order walked).
        stateful: whether each batch begins with the states that the last one ended with.
        unroll: whether to compute step by step where a layer could use one fused step; only that
            way has gradients of gradients.
        zero_output_for_mask: whether the output of a masked step is zero; else it repeats the last
            one.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        sequences: (batch, time, ...) float.
        initial_state: list of the first states, each (batch, size); zeros if left out.
        mask: (batch, time) bool; at a False the states stay as they are.
        training: whether dropout acts.

    Returns:
        (batch, time, size) with `return_sequences`, else (batch, size); with `return_state` a
        tuple of it and the states.
    """

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        zero_output_for_mask=False,
        **kwargs,
    ):
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        cells.check("cell", cell)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.state_size = cells.as_list(cell.state_size)
        self.supports_masking = True
        self._set_states(None)

    @untracked
    def _set_states(self, states):
        self.states = states

    def build(self, sequences_shape, initial_state_shape=None):
        cells.build(self.cell, (sequences_shape[0], *sequences_shape[2:]))
        if self.stateful and self.states is None:
            if sequences_shape[0] is None:
                raise errors.invalid(
                    "sequences",
                    got=tuple(sequences_shape),
                    expected="a known batch size, which `stateful=True` needs",
                    hint="Give `batch_size` to keras.Input.",
                )
            self._create_states(sequences_shape[0])

    def _create_states(self, batch_size):
        def variable(value):
            return Variable(value, trainable=False, dtype=self.variable_dtype, name="rnn_state")

        self._set_states(tree.map_structure(variable, self.get_initial_state(batch_size)))

    def get_initial_state(self, batch_size):
        """Return the states before the first step, as the cell gives them."""
        return cells.as_list(cells.initial_state(self.cell, batch_size))

    def _states_for(self, sequences):
        return self.get_initial_state(sequences.shape[0])

    def call(self, sequences, initial_state=None, mask=None, training=False):
        states = self._first_states(sequences, initial_state)
        mask = tree.flatten(mask)[0] if mask is not None else None
        try:
            last_output, outputs, states = self.inner_loop(sequences, states, mask, training)
        finally:
            self._forget_dropout(self.cell)
        if self.stateful:
            for variable, value in zip(
                tree.flatten(self.states), tree.flatten(states), strict=True
            ):
                variable.assign(ops.cast(value, variable.dtype))
        output = outputs if self.return_sequences else last_output
        return (output, *states) if self.return_state else output

    def _first_states(self, sequences, initial_state):
        batch_size = sequences.shape[0]
        if initial_state is None:
            if not self.stateful:
                return self._states_for(sequences)
            if self.states is None:
                self._create_states(batch_size)
            initial_state = self.states
        initial_state = cells.as_list(initial_state)
        if len(initial_state) != len(self.state_size):
            raise errors.shape_mismatch(
                "initial_state",
                got=f"{len(initial_state)} states",
                expected=f"{len(self.state_size)}, as the cell has them",
            )
        for state in tree.flatten(initial_state):
            if state.shape[0] != batch_size:
                raise errors.shape_mismatch(
                    "sequences",
                    got=sequences.shape,
                    expected=f"the batch size of the states, {state.shape[0]}",
                    hint="A stateful layer takes batches of one size; reset_state() begins anew.",
                )
        return tree.map_structure(lambda s: ops.cast(s, self.compute_dtype), initial_state)

    def inner_loop(self, sequences, initial_state, mask, training):
        """Walk the sequence, step by step.

        Args:
            sequences: (batch, time, ...).
            initial_state: list of the first states.
            mask: (batch, time) bool, or None.
            training: whether dropout acts.

        Returns:
            The last output, the outputs in the order walked (None unless `return_sequences`), and
            the list of the last states.
        """
        if sequences.shape[1] == 0:
            raise errors.shape_mismatch(
                "sequences", got=sequences.shape, expected="at least one time step"
            )
        rows = [ops.moveaxis(x, 1, 0) for x in (sequences, mask) if x is not None]
        if self.go_backwards:
            rows = [ops.flip(x, axis=0) for x in rows]

        def step(before, row):
            output, states = before
            new, following = cells.step(self.cell, row[0], states, training)
            following = tree.pack_sequence_as(states, tree.flatten(following))
            for keep in row[1:]:
                new = _select(keep, new, self._output_of_masked_step(output, new, states))
                following = tree.map_structure(functools.partial(_select, keep), following, states)
            return (new, following), new if self.return_sequences else None

        # The first step is apart: it draws masks of dropout, which all steps share.
        carried, outputs = step((None, initial_state), [x[0] for x in rows])
        if self.return_sequences:
            outputs = ops.expand_dims(outputs, 0)
        if rows[0].shape[0] > 1:
            rest = [x[1:] for x in rows]
            carried, others = ops.scan(step, carried, rest, unroll=self.unroll or 1)
            if self.return_sequences:
                outputs = ops.concatenate([outputs, others])
        output, states = carried
        return output, ops.moveaxis(outputs, 0, 1) if self.return_sequences else None, states

    def _output_of_masked_step(self, before, new, states):
        if self.zero_output_for_mask:
            return ops.zeros_like(new)
        if before is not None:
            return before
        first = tree.flatten(states[-1] if tree.is_nested(states[-1]) else states[0])[0]
        return first if tuple(first.shape) == tuple(new.shape) else ops.zeros_like(new)

    @staticmethod
    def _forget_dropout(cell):
        for each in getattr(cell, "cells", [cell]):
            if hasattr(each, "reset_dropout_mask"):
                each.reset_dropout_mask()
                each.reset_recurrent_dropout_mask()

    def reset_state(self):
        """Set the states of a stateful layer to zero."""
        for variable in tree.flatten(self.states):
            variable.assign(ops.zeros_like(variable))

    reset_states = reset_state

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        batch, time = sequences_shape[0], sequences_shape[1]
        shape = cells.output_shape(self.cell)
        shape = (batch, time, *shape) if self.return_sequences else (batch, *shape)
        if not self.return_state:
            return shape
        sizes = [(batch, *cells.as_list(size)) for size in tree.flatten(self.state_size)]
        return (shape, *tree.pack_sequence_as(self.state_size, sizes))

    def compute_mask(self, sequences, mask=None):
        mask = tree.flatten(mask)[0] if mask is not None else None
        output_mask = mask if self.return_sequences else None
        return [output_mask, *(None for _ in self.state_size)] if self.return_state else output_mask

    def get_config(self):
        config = {
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "stateful": self.stateful,
            "unroll": self.unroll,
            "zero_output_for_mask": self.zero_output_for_mask,
            "cell": serialization.serialize(self.cell),
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return a layer from what `get_config` gave."""
        config = dict(config)
        cell = serialization.deserialize(config.pop("cell"), custom_objects=custom_objects)
        return cls(cell, **config)


def _select(keep, new, old):
    """Return `new` for the samples that `keep` (batch,) marks, else `old`."""
    return ops.where(ops.reshape(keep, (-1,) + (1,) * (len(new.shape) - 1)), new, old)
