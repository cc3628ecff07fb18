"""Values by keys, and bins by limits: what lies beside the tensors, in tables that may change."""

import numpy as np

from estikeras import errors, op_errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive


class Table:
    """A map from keys to values. Programs look into it when they run, so they see its new entries.

    Args:
        default: the value of what is no key; None refuses that.
        key_dtype: "string" (keys are bytes) or "int64".
        dtype: "int64" or "string" (values are bytes).
        entries: dict from keys to values.
    """

    __slots__ = ("_index", "_keys", "_values", "default", "dtype", "key_dtype", "size")

    def __init__(self, default, key_dtype="string", dtype="int64", entries=None):
        self.default, self.key_dtype, self.dtype = default, key_dtype, dtype
        self.set(entries or {})

    def set(self, entries):
        """Replace all entries.

        Args:
            entries: dict from keys to values.
        """
        self.size = len(entries)
        self._index = self._keys = self._values = None
        if self.key_dtype == "string":
            self._index = dict(entries)
            return
        keys = np.array([*entries], np.int64)
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        default = 0 if self.default is None else self.default
        values = np.array([*entries.values(), default], dtypes.to_numpy(self.dtype))
        self._values = values[[*order, -1]]

    def entries(self):
        """All entries, a dict from keys to values."""
        if self.key_dtype == "string":
            return dict(self._index)
        return dict(zip(self._keys.tolist(), self._values[:-1].tolist(), strict=True))

    def __repr__(self):
        return f"<table of {self.size}>"

    def list(self, keys):
        """The values of a list of keys that are bytes, as a list."""
        default, get = self.default, self._index.get
        if default is None:
            found = [get(key) for key in keys]
            self._refuse(keys, [row for row, value in enumerate(found) if value is None])
            return found
        return [get(key, default) for key in keys]

    def array(self, x):
        """The values of an int64 array of keys, of its shape."""
        if not self.size:
            places = np.zeros(x.shape, np.int64)
            found = np.zeros(x.shape, np.bool_)
        else:
            places = np.minimum(np.searchsorted(self._keys, x), self.size - 1)
            found = self._keys[places] == x
        if self.default is None:
            self._refuse(x.reshape(-1).tolist(), np.flatnonzero(~found).tolist())
        return self._values[np.where(found, places, self.size)]

    @staticmethod
    def _refuse(keys, missing):
        """Refuse the keys of the numbers `missing`."""
        if missing:
            some = ", ".join(repr(keys[row]) for row in missing[:5])
            raise op_errors.InvalidArgumentError(
                message=f"`inputs`: expected entries of the vocabulary, as `num_oov_indices=0` has "
                f"no place for others, got {some}. Set `num_oov_indices=1`, or add them to the "
                "vocabulary."
            )


def _lookup_rule(x, *, table):
    if x.dtype != table.key_dtype:
        raise errors.wrong_type("x", got=x.dtype, expected=f"dtype {table.key_dtype}")
    return Spec(x.shape, table.dtype)


def _lookup(x, *, table):
    if table.key_dtype != "string":
        return table.array(x)
    out = np.empty(x.size, dtypes.to_numpy(table.dtype))
    out[:] = table.list(x.reshape(-1).tolist())
    return out.reshape(x.shape)


# The table's value for each entry.
lookup = primitive("lookup", rule=_lookup_rule, reference=_lookup, pointwise=True)


class Limits:
    """Rising limits between bins, which programs read when they run.

    Args:
        values: floats.
    """

    __slots__ = ("values",)

    def __init__(self, values=()):
        self.set(values)

    def set(self, values):
        """Replace all limits."""
        self.values = np.asarray(values, np.float64)

    def __repr__(self):
        return f"<{len(self.values)} limits>"


def _bucketize(x, *, limits):
    values = limits.values.astype(x.dtype)
    return np.searchsorted(values, x, side="right").astype(np.int32)


# The number of limits that are not above each entry.
bucketize = primitive(
    "bucketize",
    rule=lambda x, *, limits: Spec(x.shape, "int32"),
    reference=_bucketize,
    pointwise=True,
)
