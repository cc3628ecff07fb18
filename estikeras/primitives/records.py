"""Features of serialized `Example`s as columns.

Strings enter no program, so the reference calls the loop that reads examples by itself; the tests
hold it against protobuf's own runtime.
"""

import functools
import math
from collections import namedtuple

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.kernels import direct, records
from estikeras.op_errors import InvalidArgumentError

KINDS = {
    "string": records.STRINGS,
    "float32": records.FLOATS,
    "int64": records.INTEGERS,
}
_KIND_NAMES = {kind: name for name, kind in KINDS.items()}

# A feature that has one shape: its name (bytes), dtype, shape, and the values that stand in where
# it is missing (a flat tuple), or None when it may not be.
Column = namedtuple("Column", ["name", "dtype", "shape", "default"])

# A feature of any number of values: its name (bytes), dtype, how many values are taken, and what
# stands where a row has fewer.
Padded = namedtuple("Padded", ["name", "dtype", "length", "filler"])


# The address of the type bytes, and where in such an object of this Python its type lies, its size
# and its content.
_LAYOUT = id(bytes), object.__basicsize__ - 8, object.__basicsize__, bytes.__basicsize__ - 1


class Batch:
    """Serialized examples, read where they lie.

    Args:
        serialized: object array of bytes.
        names: how errors call the examples: a list of bytes, or None.
        is_single: whether each is an example by itself, which errors do not number.
    """

    def __init__(self, serialized, names=None, is_single=False):
        self.names, self.is_single = names, is_single
        self.serialized = np.ascontiguousarray(serialized).reshape(-1)
        self.rows = len(self.serialized)
        self.starts, self.ends = np.empty((2, self.rows), np.int64)
        if not self._located():
            self.serialized = _exact(self.serialized)
            self._located()

    def _located(self):
        objects, state = direct.address(self.serialized), np.empty(1, np.int64)
        direct.call(records.locate, {}, objects, self.starts, self.ends, state, self.rows, *_LAYOUT)
        return state[0] < 0

    def parse(self, features, arrays, places, room):
        """Read features into arrays.

        Args:
            features: tuple of pairs of name (bytes) and dtype.
            arrays: one per feature: float32, int64, or for strings int64 pairs of address and size.
            places: int64 (rows, features), at which element of its array a row's values go.
            room: int64 (features,), how many of them a row may write.

        Returns:
            int64 (rows, features): how many values there are, -1 where the feature is absent.

        Raises:
            InvalidArgumentError: for bytes that are no example, or values of another kind.
        """
        letters, table = _described(features)
        table = table.copy()
        table[:, 3], table[:, 4] = [direct.address(array) for array in arrays], room
        counts = np.empty((self.rows, len(features)), np.int64)
        sizes = self.rows, len(letters), len(features)
        direct.call(
            records.parse, {}, self.starts, self.ends, letters, table, places, counts, *sizes
        )
        if counts.size and counts.min() < records.ABSENT:
            self._refuse(features, counts)
        return counts

    def _refuse(self, features, counts):
        row, which = np.argwhere(counts < records.ABSENT)[0]
        found = counts[row, which]
        if found == records.DAMAGED:
            raise self.error(row, "is no serialized tf.train.Example.")
        name, dtype = features[which]
        raise self.error(
            row,
            f"has values of dtype {_KIND_NAMES[records.WRONG - found]} for the feature "
            f"{name.decode()!r}, which is said to be {dtype}.",
        )

    def error(self, row, what):
        """An InvalidArgumentError about an example."""
        name = "The example" if self.is_single else f"Example {row}"
        if self.names is not None:
            name = f"{name} ({self.names[row].decode(errors='replace')})"
        return InvalidArgumentError(message=f"{name} {what}")

    def texts(self, spans, rows):
        """An object array (spans,) of bytes from pairs of address and size.

        Args:
            spans: int64 (spans, 2); zeros give an empty string.
            rows: int64 (spans,), the examples in which they lie.
        """
        begins = spans[:, 0] - self.starts[rows]
        ends = begins + spans[:, 1]
        parts = zip(self.serialized[rows].tolist(), begins.tolist(), ends.tolist(), strict=True)
        out = np.empty(len(spans), object)
        out[:] = [whole[begin:end] for whole, begin, end in parts]
        return out

    def dense(self, columns):
        """The columns' values, one flat array (rows * size,) each, with defaults filled in."""
        sizes, features = _laid_out(columns)
        arrays = [
            np.zeros((self.rows * size, *_pair(column.dtype)), _storage(column.dtype))
            if column.dtype == "string"
            else np.empty(self.rows * size, _storage(column.dtype))
            for column, size in zip(columns, sizes, strict=True)
        ]
        places = np.arange(self.rows)[:, None] * sizes
        counts = self.parse(features, arrays, places, sizes)
        arrays = [
            self.texts(array, np.arange(len(array)) // size) if column.dtype == "string" else array
            for column, size, array in zip(columns, sizes, arrays, strict=True)
        ]
        if (counts != sizes).any():
            self._complete(columns, sizes, arrays, counts)
        return arrays

    def _complete(self, columns, sizes, arrays, counts):
        """Put defaults where features are absent; raise for what fits neither way."""
        wrong = (counts != sizes) & (counts != records.ABSENT)
        needed = np.array([column.default is None for column in columns])
        wrong |= needed & (counts == records.ABSENT)
        if wrong.any():
            row, which = np.argwhere(wrong)[0]
            column, count = columns[which], counts[row, which]
            if count == records.ABSENT:
                what, hint = (
                    "no feature",
                    " Give the feature a `default_value` if it may be absent.",
                )
            else:
                what, hint = f"{count} values for the feature", ""
            raise self.error(
                row,
                f"has {what} {column.name.decode()!r}; expected {sizes[which]} of dtype "
                f"{column.dtype}, for the shape {column.shape}.{hint}",
            )
        for column, array, missing in zip(columns, arrays, counts.T, strict=True):
            missing = missing == records.ABSENT
            if missing.any():
                default = np.array(column.default, dtypes.to_numpy(column.dtype))
                array.reshape(self.rows, -1)[missing] = default

    def ragged(self, features):
        """All values of features of any number.

        Args:
            features: tuple of pairs of name (bytes) and dtype.

        Returns:
            One pair per feature: the values of all rows after one another, and how many each row
            has (-1 where the feature is absent).
        """
        none = np.zeros((self.rows, len(features)), np.int64)
        empty = [np.empty(0, np.int64)] * len(features)
        counts = self.parse(features, empty, none, np.zeros(len(features), np.int64))
        ends = np.cumsum(np.maximum(counts, 0), axis=0)
        totals = ends[-1] if self.rows else np.zeros(len(features), np.int64)
        arrays = [
            np.empty((total, *_pair(dtype)), _storage(dtype))
            for total, (_, dtype) in zip(totals, features, strict=True)
        ]
        self.parse(features, arrays, ends - np.maximum(counts, 0), totals)
        rows = np.arange(self.rows)
        values = [
            self.texts(array, rows.repeat(np.maximum(count, 0))) if dtype == "string" else array
            for array, (_, dtype), count in zip(arrays, features, counts.T, strict=True)
        ]
        return list(zip(values, counts.T, strict=True))


@functools.lru_cache(maxsize=256)
def _described(features):
    """The letters of the names of features, and the table that the loop reads, but for addresses
    and sizes.
    """
    lengths = np.array([len(name) for name, _ in features], np.int64)
    table = np.zeros((len(features), 5), np.int64)
    table[:, 0], table[:, 1] = np.cumsum(lengths) - lengths, lengths
    table[:, 2] = [KINDS[dtype] for _, dtype in features]
    return np.frombuffer(bytearray(b"".join(name for name, _ in features)), np.uint8), table


@functools.lru_cache(maxsize=256)
def _laid_out(columns):
    """How many values each column has in a row; and the features of columns."""
    sizes = np.array([math.prod(column.shape) for column in columns], np.int64)
    return sizes, tuple((column.name, column.dtype) for column in columns)


def _exact(texts):
    """An array of bytes from one that also has objects of subclasses; TypeError for others."""
    exact = np.empty(len(texts), object)
    for i, text in enumerate(texts):
        if not isinstance(text, bytes):
            raise errors.wrong_type("serialized", got=text, expected="bytes")
        exact[i] = bytes(text)
    return exact


def _pair(dtype):
    return (2,) if dtype == "string" else ()


def _storage(dtype):
    return np.float32 if dtype == "float32" else np.int64


def _rule(serialized, *, columns, is_single=False):
    if serialized.dtype != "string":
        raise errors.wrong_type("serialized", got=serialized.dtype, expected="strings")
    return tuple(Spec((*serialized.shape, *c.shape), c.dtype) for c in columns)


def _parse(serialized, *, columns, is_single=False):
    arrays = Batch(serialized, is_single=is_single).dense(columns)
    return tuple(
        array.reshape((*serialized.shape, *column.shape))
        for array, column in zip(arrays, columns, strict=True)
    )


# Input serialized examples of any shape; params: a tuple of Columns, and whether examples come one
# by one, so that errors do not number them; one output for each column.
parse_example = primitive("parse_example", rule=_rule, reference=_parse, pointwise=True)


def _padded_rule(serialized, *, columns):
    if serialized.dtype != "string":
        raise errors.wrong_type("serialized", got=serialized.dtype, expected="strings")
    return tuple(Spec((*serialized.shape, c.length), c.dtype) for c in columns)


def _parse_padded(serialized, *, columns):
    pairs = tuple((c.name, c.dtype) for c in columns)
    out = []
    found = Batch(serialized).ragged(pairs)
    for column, (values, counts) in zip(columns, found, strict=True):
        counts = np.maximum(counts, 0)
        rows = np.arange(len(counts)).repeat(counts)
        places = np.arange(len(rows)) - (np.cumsum(counts) - counts).repeat(counts)
        kept = places < column.length
        array = np.full((len(counts), column.length), column.filler, dtypes.to_numpy(column.dtype))
        array[rows[kept], places[kept]] = values[kept]
        out.append(array.reshape((*serialized.shape, column.length)))
    return tuple(out)


# Input serialized examples of any shape; params: a tuple of Padded; one output for each.
parse_padded_example = primitive(
    "parse_padded_example", rule=_padded_rule, reference=_parse_padded, pointwise=True
)
