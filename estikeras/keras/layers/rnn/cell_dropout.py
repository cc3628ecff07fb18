"""Dropout of recurrent cells: one mask for all steps of a sequence. Knows seeds, and no cell."""

from estikeras import errors, ops
from estikeras.engine.variable_store import local_variables
from estikeras.keras import random


class CellDropout:
    """What recurrent cells with `dropout` and `recurrent_dropout` inherit.

    The first step of a sequence draws the masks, all other steps reuse them; the RNN layer around
    the cell forgets them with `reset_dropout_mask` and `reset_recurrent_dropout_mask`.
    """

    def _set_dropout(self, dropout, recurrent_dropout, seed):
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.seed = seed
        with local_variables():  # what random numbers are counted by is in no checkpoint
            self.seed_generator = random.SeedGenerator(seed=seed)
        self._masks = {}

    def get_dropout_mask(self, step_input):
        """Return what one step's input (batch, features) is to be multiplied with, or None."""
        return self._mask("input", step_input, self.dropout)

    def get_recurrent_dropout_mask(self, step_input):
        """Return what one state (batch, units) is to be multiplied with, or None."""
        return self._mask("state", step_input, self.recurrent_dropout)

    def _mask(self, kind, like, rate):
        if rate == 0:
            return None
        if kind not in self._masks:
            ones = ops.ones_like(like)
            self._masks[kind] = random.dropout(ones, rate=rate, seed=self.seed_generator)
        return self._masks[kind]

    def reset_dropout_mask(self):
        """Forget the mask of the inputs."""
        self._masks.pop("input", None)

    def reset_recurrent_dropout_mask(self):
        """Forget the mask of the state."""
        self._masks.pop("state", None)

    def _drop(self, inputs, state, training):
        """Return input and state after dropout, where the layer is being trained."""
        if not training:
            return inputs, state
        input_mask = self.get_dropout_mask(inputs)
        state_mask = self.get_recurrent_dropout_mask(state)
        return (
            inputs if input_mask is None else inputs * input_mask,
            state if state_mask is None else state * state_mask,
        )


def refuse_implementation(options):
    """Take `implementation` out of a cell's further options; raise NotImplementedError for 1."""
    if options.pop("implementation", 2) == 1:
        raise errors.unsupported(
            "implementation=1, one product for each gate,",
            "Leave it out: all gates are one product.",
        )


def zero_states(cell, sizes, batch_size):
    """Return zeros (batch, size) in the cell's compute dtype, one for each size."""
    return [ops.zeros((batch_size, size), dtype=cell.compute_dtype) for size in sizes]
