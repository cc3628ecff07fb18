"""Batches from arrays that lie in memory."""

import math

import numpy as np

from estikeras import errors, settings
from estikeras.engine import dtypes, tensor, tree
from estikeras.keras.trainer.adapters.class_weights import weights_of_classes
from estikeras.keras.utils.batches import pack_x_y_sample_weight, unpack_x_y_sample_weight


def as_array(x, name="x"):
    """A NumPy array from an array, tensor, pandas object or list; floats become floatx, text bytes.

    Args:
        x: what the user gave.
        name: as which argument, for the message.

    Raises:
        TypeError: for what is no array of numbers; `x` may be strings too.
    """
    array = np.asarray(x)
    if name == "x" and _holds_text(array):
        return tensor.as_strings(array)
    if array.dtype == object:
        try:
            array = np.array(array.tolist())
        except ValueError:
            array = np.asarray(x)
    if array.dtype.kind not in "biufV":
        raise errors.wrong_type(name, got=x, expected="an array of numbers")
    if array.dtype.kind == "f" and array.dtype != dtypes.to_numpy(settings.floatx()):
        array = array.astype(dtypes.to_numpy(settings.floatx()))
    return np.ascontiguousarray(array)


def _holds_text(array):
    if array.dtype == object:
        return bool(array.size) and isinstance(array.flat[0], str | bytes)
    return array.dtype.kind in "US"


def as_arrays(x, y=None, sample_weight=None):
    """The three parts of a batch with arrays for leaves; None stays None."""
    return tuple(
        None
        if part is None
        else tree.map_structure(lambda a, n=name: None if a is None else as_array(a, n), part)
        for name, part in (("x", x), ("y", y), ("sample_weight", sample_weight))
    )


def pack(x, y=None, sample_weight=None):
    """`x` alone, `(x,)` if it is a tuple or list, `(x, y)` or `(x, y, sample_weight)`."""
    if y is None and sample_weight is not None:
        return (x, y, sample_weight)
    return pack_x_y_sample_weight(x, y, sample_weight)


class ArrayAdapter:
    """Batches of rows.

    Args:
        x: array or structure of arrays whose first dimension counts samples.
        y: likewise, or None.
        sample_weight: likewise, or None.
        batch_size: rows in a batch; the last may have fewer.
        shuffle: whether every epoch takes the rows in a new order; "batch" shuffles whole batches
            only.
        class_weight: dict from class to weight, or None.

    Raises:
        ValueError: when the arrays differ in length or there are no rows.
    """

    def __init__(
        self, x, y=None, sample_weight=None, batch_size=32, shuffle=False, class_weight=None
    ):
        x, y, sample_weight = as_arrays(x, y, sample_weight)
        if class_weight is not None:
            if sample_weight is not None:
                raise errors.invalid(
                    "class_weight",
                    got=class_weight,
                    expected="None, since `sample_weight` is given",
                )
            sample_weight = weights_of_classes(y, class_weight)
        self.data = pack(x, y, sample_weight)
        self.rows = [a for a in tree.flatten(self.data) if a is not None]
        self.num_rows = self._check_lengths()
        if batch_size is None:
            batch_size = 32
        if batch_size <= 0 or batch_size != int(batch_size):
            raise errors.invalid("batch_size", got=batch_size, expected="a positive int")
        self.batch_size, self.shuffle = int(batch_size), shuffle
        self.num_batches = math.ceil(self.num_rows / self.batch_size)
        self.order = np.arange(self.num_rows, dtype=np.int64)

    def _check_lengths(self):
        scalars = [a for a in self.rows if a.ndim == 0]
        if not self.rows or scalars:
            raise errors.invalid(
                "x",
                got=scalars[0] if scalars else None,
                expected="arrays with at least one dimension",
            )
        lengths = {len(a) for a in self.rows}
        if len(lengths) > 1:
            parts = dict(
                zip(("x", "y", "sample_weight"), unpack_x_y_sample_weight(self.data), strict=True)
            )
            text = ", ".join(
                f"{name}: {sorted({len(a) for a in tree.flatten(part) if a is not None})}"
                for name, part in parts.items()
                if part is not None
            )
            raise ValueError(f"All arrays must have the same number of samples, got {text}.")
        if lengths == {0}:
            raise errors.invalid("x", got="0 samples", expected="at least one sample")
        return lengths.pop()

    def on_epoch_begin(self):
        """Choose the epoch's order of rows."""
        if self.shuffle == "batch":
            starts = np.random.permutation(self.num_batches)  # noqa: NPY002 (set_random_seed seeds this one)
            pieces = [
                np.arange(s * self.batch_size, min((s + 1) * self.batch_size, self.num_rows))
                for s in starts
            ]
            pieces.sort(key=lambda piece: len(piece) < self.batch_size)
            self.order[:] = np.concatenate(pieces)
        elif self.shuffle:
            self.order[:] = np.random.permutation(self.num_rows)  # noqa: NPY002

    def on_epoch_end(self):
        """Nothing to do."""

    @property
    def full_batches(self):
        """How many batches have `batch_size` rows."""
        return self.num_rows // self.batch_size

    def batch(self, k):
        """Batch number k of the epoch."""
        rows = self.order[k * self.batch_size : (k + 1) * self.batch_size]
        return tree.map_structure(lambda a: None if a is None else a[rows], self.data)

    def batches(self):
        """The batches of an epoch."""
        return (self.batch(k) for k in range(self.num_batches))
