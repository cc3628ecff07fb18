"""Discretization."""

import numpy as np

from estikeras import errors, ops, settings
from estikeras.keras.layers import tracking
from estikeras.keras.layers.preprocessing import data_layer, encoding
from estikeras.ops import lookup
from estikeras.public import public


@public("keras.layers.Discretization")
class Discretization(data_layer.DataLayer):
    """Numbers to the bins in which they lie, by limits that are given or learnt.

    Args:
        bin_boundaries: rising list of floats, the limits between bins; a limit belongs to the bin
            above it.
        num_bins: int, how many bins `adapt` makes, of about equally many samples each.
        epsilon: float, how much of the samples one value may stand for while learning.
        output_mode: "int" for bins, "one_hot" for a vector an entry, or for a vector a sample
            "multi_hot" (1 where a bin is in the sample) or "count" (how often it is).
        sparse: must be False.
        dtype: of the outputs, if these are vectors.
        name: name of the layer.

    Call arguments:
        inputs: numbers of any shape.

    Returns:
        int32 bins in the shape of the inputs; other modes end in an axis of bins.

    Raises:
        ValueError: if both or none of `bin_boundaries` and `num_bins` are given, or the layer has
            not learnt its limits.
    """

    def __init__(
        self,
        bin_boundaries=None,
        num_bins=None,
        epsilon=0.01,
        output_mode="int",
        sparse=False,
        dtype=None,
        name=None,
    ):
        super().__init__(name=name, dtype=dtype)
        data_layer.refuse_sparse(sparse)
        modes = ("int", "one_hot", "multi_hot", "count")
        if (num_bins is None) == (bin_boundaries is None):
            got = {"num_bins": num_bins, "bin_boundaries": bin_boundaries}
            raise errors.invalid("bin_boundaries", got=got, expected="one of the two")
        if num_bins is not None and num_bins < 0:
            raise errors.invalid("num_bins", got=num_bins, expected="an int from 0")
        self._limits = lookup.Limits()
        self.bin_boundaries = bin_boundaries
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = data_layer.check_mode(output_mode, modes)
        self.sparse = False
        self.reset_state()

    @property
    def bin_boundaries(self):
        """The limits between bins, a list of floats; None if they are not known yet."""
        return self._bin_boundaries

    @bin_boundaries.setter
    @tracking.untracked
    def bin_boundaries(self, limits):
        self._bin_boundaries = None if limits is None else np.asarray(limits).tolist()
        self._limits.set(self._bin_boundaries or ())

    @property
    def output_dtype(self):
        """The dtype of the outputs."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def adapt(self, data, steps=None):
        """Learn the limits between bins; what was learnt before is forgotten.

        Args:
            data: an array, or an iterable of batches (a list is one too).
            steps: int, how many batches to take, or None for all.

        Raises:
            ValueError: if the limits were given.
        """
        if self.num_bins is None:
            expected = "no data, as `bin_boundaries` are given"
            hint = "Give `num_bins` in their place to learn them."
            raise errors.invalid("data", got=type(data).__name__, expected=expected, hint=hint)
        self.reset_state()
        if data_layer.is_whole(data, lists=False):
            self.update_state(data)
        else:
            for batch in data_layer.first(data, steps):
                self.update_state(batch)
        self.finalize_state()

    def update_state(self, data):
        """Take a batch into account.

        Args:
            data: array of any shape.
        """
        values = np.sort(np.asarray(ops.convert_to_tensor(data)).astype("float32"), axis=None)
        step = max(values.size / (1.0 / self.epsilon), 1)
        kept = values[int(step - 1) :: int(step)]
        summary = np.stack([kept, np.ones_like(kept) * step])
        merged = np.concatenate([summary, self.summary], axis=1)
        self.summary = _compressed(merged[:, np.argsort(merged[0])], self.epsilon)

    def finalize_state(self):
        """Make limits of what was seen."""
        if self.num_bins is not None:
            self.bin_boundaries = _compressed(self.summary, 1.0 / self.num_bins)[0, :-1]

    def reset_state(self):
        """Forget the batches that were seen."""
        # Values, and how many samples each stands for.
        self.summary = np.zeros((2, 0), "float32")

    def load_own_variables(self, store):
        if len(store.keys()) == 1:  # files of Keras 2 hold the summary
            self.summary = np.asarray(store["0"])

    def call(self, inputs):
        if self.bin_boundaries is None:
            raise errors.invalid(
                "bin_boundaries",
                got=None,
                expected="limits",
                hint="Give them to the layer, or call `adapt(data)` first.",
            )
        inputs = ops.cast(inputs, settings.floatx())
        bins = lookup.bucketize(inputs, self._limits)
        depth = len(self.bin_boundaries) + 1
        return encoding.encode(bins, self.output_mode, depth, self.output_dtype)

    def compute_output_shape(self, input_shape):
        limits = self.bin_boundaries
        depth = self.num_bins if limits is None else len(limits) + 1
        return encoding.encoded_shape(input_shape, self.output_mode, depth)

    def get_config(self):
        return {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": False,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config):
        """A layer from what `get_config` gave, its learnt limits among it."""
        config = dict(config)
        learnt = config.pop("bin_boundaries") if config.get("num_bins") is not None else None
        layer = cls(**config)
        if learnt is not None:
            layer.bin_boundaries = learnt
        return layer


def _compressed(summary, share):
    """A summary by values at equal shares of all weights, between which values are interpolated."""
    if summary.shape[1] * share < 1:
        return summary
    shares = share + np.arange(0.0, 1.0, share)
    weights = summary[1].cumsum()
    reached = weights / weights[-1]
    values = np.interp(shares, reached, summary[0])
    weights = np.diff(np.interp(shares, reached, weights), prepend=0)
    return np.stack([values, weights]).astype("float32")
