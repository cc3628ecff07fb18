"""RNN layers that can compute a whole sequence in one step: what LSTM, GRU and SimpleRNN share.

Knows which way is taken; the fused step itself is the subclass's.
"""

from estikeras import errors, ops
from estikeras.keras.layers.rnn.rnn import RNN


class FusedRNN(RNN):
    """RNN over a cell that has a fused step.

    Subclasses say in `_can_fuse` whether the cell's options allow it, and compute it in `_fused`.
    """

    def __init__(self, cell, activity_regularizer=None, use_cudnn="auto", **kwargs):
        if use_cudnn not in ("auto", True, False):
            raise errors.invalid("use_cudnn", got=use_cudnn, expected="'auto' or False")
        if use_cudnn is True:
            raise errors.unsupported("use_cudnn=True", "Leave it out: fused steps run on the CPU.")
        super().__init__(cell, activity_regularizer=activity_regularizer, **kwargs)

    def inner_loop(self, sequences, initial_state, mask, training):
        drops_state = training and self.cell.recurrent_dropout > 0
        if self.unroll or drops_state or not self._can_fuse():
            return super().inner_loop(sequences, initial_state, mask, training)
        if training and self.cell.dropout > 0:
            dropped = self.cell.get_dropout_mask(sequences[:, 0])
            sequences = sequences * ops.expand_dims(dropped, 1)
        outputs, states = self._fused(sequences, initial_state, mask)
        if self.zero_output_for_mask and mask is not None:
            outputs = outputs * ops.expand_dims(ops.cast(mask, outputs.dtype), -1)
            last_output = outputs[:, 0 if self.go_backwards else -1]
        else:
            last_output = states[0]
        if self.return_sequences and self.go_backwards:
            outputs = ops.flip(outputs, axis=1)
        return last_output, outputs, states

    def _can_fuse(self):
        """Return whether the cell computes what the fused step does."""
        raise NotImplementedError(f"{type(self).__name__} must define `_can_fuse`.")

    def _fused(self, sequences, initial_state, mask):
        """Return the outputs at the time of their input, and the list of the last states."""
        raise NotImplementedError(f"{type(self).__name__} must define `_fused`.")

    def get_config(self):
        config = super().get_config()
        del config["cell"]
        return config

    @classmethod
    def from_config(cls, config):
        """Return a layer from what `get_config` gave."""
        return cls(**config)


def from_cell(name):
    """Return a property that reads the attribute of the layer's cell."""
    return property(lambda layer: getattr(layer.cell, name), doc=f"The cell's `{name}`.")
