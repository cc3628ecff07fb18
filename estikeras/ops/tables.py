"""`tf.lookup`: tables that never change, from tensors or from lines of files."""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, naming
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.op_errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from estikeras.ops import core, hashing, indexing, tf_indexing
from estikeras.primitives import lookup as primitives
from estikeras.primitives import strings
from estikeras.public import public

_KEYS = ("string", "int32", "int64")
_VALUES = ("string", "int32", "int64", "float32", "float64", "bool")


@public("lookup.TextFileIndex")
class TextFileIndex:
    """What a TextFileInitializer may take in place of a column."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class Initializer:
    """Keys and values, before there is a table.

    Args:
        keys: array (entries,).
        values: array (entries,).
    """

    def __init__(self, keys, values):
        self.keys, self.values = keys, values

    @property
    def key_dtype(self):
        """The dtype of the keys."""
        return dtypes.from_numpy(self.keys.dtype)

    @property
    def value_dtype(self):
        """The dtype of the values."""
        return dtypes.from_numpy(self.values.dtype)

    def initialize(self, table):
        """Nothing: tables are filled when they are made."""


@public("lookup.KeyValueTensorInitializer")
class KeyValueTensorInitializer(Initializer):
    """Keys and values from tensors.

    Args:
        keys: tensor (entries,) of strings, int32 or int64.
        values: tensor (entries,).
        key_dtype: dtype of the keys, by default their own.
        value_dtype: dtype of the values, by default their own.
        name: of no consequence.
    """

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        keys = _typed("keys", keys, key_dtype, _KEYS)
        values = _typed("values", values, value_dtype, _VALUES)
        if keys.shape != values.shape or keys.ndim != 1:
            raise errors.shape_mismatch("values", got=values.shape, expected=keys.shape)
        super().__init__(keys, values)


def _typed(argument, x, dtype, allowed):
    x = as_tensor(x) if dtype is None else core.tensor(x, dtypes.standardize(dtype))
    if x.dtype not in allowed:
        raise errors.wrong_type(argument, got=x.dtype, expected=f"one of {', '.join(allowed)}")
    return x.value


@public("lookup.TextFileInitializer")
class TextFileInitializer(Initializer):
    """Keys and values from the lines of a file.

    Args:
        filename: str, the file.
        key_dtype: "string" or "int64".
        key_index: int, the column of the keys; or `TextFileIndex.WHOLE_LINE` or `LINE_NUMBER`.
        value_dtype: dtype of the values.
        value_index: int, the column of the values, or as for keys.
        vocab_size: int, how many lines are read; None for all.
        delimiter: one character, what stands between columns.
        name: of no consequence.
        value_index_offset: int, what is added to line numbers as values.

    Raises:
        NotFoundError: if the file does not exist.
        InvalidArgumentError: if it has too few lines, or a line too few columns.
    """

    def __init__(
        self,
        filename,
        key_dtype,
        key_index,
        value_dtype,
        value_index,
        vocab_size=None,
        delimiter="\t",
        name=None,
        value_index_offset=0,
    ):
        if len(delimiter) != 1:
            raise errors.invalid("delimiter", got=delimiter, expected="one character")
        lines = _lines(filename, vocab_size)

        def column(argument, dtype, index, offset=0):
            dtype = dtypes.standardize(dtype)
            wanted = {TextFileIndex.WHOLE_LINE: "string", TextFileIndex.LINE_NUMBER: "int64"}
            if index < -2 or dtype != wanted.get(index, dtype):
                raise errors.invalid(
                    argument, got=(dtype, index), expected="a column, a whole line as string, or a "
                    "line number as int64",
                )  # fmt: skip
            if index == TextFileIndex.LINE_NUMBER:
                return np.arange(offset, offset + len(lines), dtype=np.int64)
            texts = np.empty(len(lines), object)
            for number, line in enumerate(lines):
                texts[number] = line if index < 0 else _cell(filename, number, line, index)
            return texts if dtype == "string" else strings.numbers(texts.tolist(), dtype)

        def _cell(filename, number, line, index):
            cells = line.split(delimiter.encode())
            if index >= len(cells):
                raise InvalidArgumentError(
                    message=f"{filename}: line {number} has {len(cells)} columns; column {index} "
                    f"is to be read: {line!r}."
                )
            return cells[index]

        super().__init__(
            column("key_index", key_dtype, key_index),
            column("value_index", value_dtype, value_index, value_index_offset),
        )


def _lines(filename, count):
    filename = core.tensor(filename, "string").value.item().decode()
    try:
        with open(filename, "rb") as file:  # noqa: PTH123
            lines = file.read().replace(b"\r", b"").splitlines()
    except FileNotFoundError:
        raise NotFoundError(message=f"{filename}: there is no such file.") from None
    if count is not None and count > len(lines):
        raise InvalidArgumentError(
            message=f"{filename} has {len(lines)} lines; `vocab_size` is {count}."
        )
    return lines if count is None else lines[:count]


class _Lookup:
    """What tables have in common."""

    def __init__(self, key_dtype, value_dtype, name, prefix):
        self.key_dtype, self.value_dtype = dtypes.DType(key_dtype), dtypes.DType(value_dtype)
        self._name = name or naming.auto_name(prefix)

    @property
    def name(self):
        """The name of the table."""
        return self._name

    def lookup(self, keys, name=None):
        """The values of keys.

        Args:
            keys: tensor of any shape, or SparseTensor, of the dtype of the keys.
            name: of no consequence.

        Returns:
            tensor of its shape, or SparseTensor.
        """
        if isinstance(keys, SparseTensor):
            return SparseTensor(keys.indices, self.lookup(keys.values), keys.dense_shape)
        keys = as_tensor(keys)
        if keys.dtype != self.key_dtype:
            raise errors.wrong_type("keys", got=keys.dtype, expected=f"dtype {self.key_dtype}")
        return self._found(keys)

    def __getitem__(self, keys):
        return self.lookup(keys)


@public("lookup.StaticHashTable")
class StaticHashTable(_Lookup):
    """Values by their keys.

    Args:
        initializer: KeyValueTensorInitializer or TextFileInitializer.
        default_value: the value of what is no key.
        name: str or None.
        experimental_is_anonymous: of no consequence: tables belong to the objects that hold them.

    Raises:
        FailedPreconditionError: for a key with two values.

    Example:
        >>> table = StaticHashTable(KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
        >>> table.lookup(["b", "c"]).tolist()
        [2, -1]
    """

    def __init__(self, initializer, default_value, name=None, experimental_is_anonymous=False):
        super().__init__(initializer.key_dtype, initializer.value_dtype, name, "hash_table")
        keys, values = initializer.keys.tolist(), initializer.values.tolist()
        entries = {}
        for key, value in zip(keys, values, strict=True):
            if entries.setdefault(key, value) != value:
                raise FailedPreconditionError(
                    message=f"The key {key!r} has two values: {entries[key]!r} and {value!r}."
                )
        self.default_value = core.tensor(default_value, self.value_dtype)
        if self.default_value.shape != ():
            raise errors.shape_mismatch(
                "default_value", got=self.default_value.shape, expected="()"
            )
        self._entries, self._values = entries, None
        default = self.default_value.value.item()
        if self.value_dtype not in ("int64", "string"):
            # The table gives places in an array, whose last entry is the default.
            values = np.array([*entries.values(), default], dtypes.to_numpy(self.value_dtype))
            self._values, default = Tensor(values), len(entries)
            entries = dict(zip(entries, range(len(entries)), strict=True))
        kind = "string" if self.key_dtype == "string" else "int64"
        dtype = "string" if self.value_dtype == "string" else "int64"
        self._table = primitives.Table(default, kind, dtype, entries)

    def _found(self, keys):
        found = primitives.lookup(core.tensor(keys, self._table.key_dtype), table=self._table)
        return found if self._values is None else indexing.take(self._values, found, 0)

    def size(self, name=None):
        """The number of keys, int64 ()."""
        return Tensor(np.array(len(self._entries), np.int64))

    def export(self, name=None):
        """All keys and their values: two tensors (entries,)."""
        parts = (self._entries.keys(), self.key_dtype), (self._entries.values(), self.value_dtype)
        return tuple(Tensor(_array(list(items), dtype)) for items, dtype in parts)


def _array(items, dtype):
    out = np.empty(len(items), dtypes.to_numpy(str(dtype)))
    out[:] = items
    return out


@public("lookup.StaticVocabularyTable")
class StaticVocabularyTable(_Lookup):
    """Numbers of keys; what is no key gets one of some further numbers, by its hash.

    Args:
        initializer: an initializer with int64 values, or None for no keys.
        num_oov_buckets: int, how many further numbers there are.
        lookup_key_dtype: dtype of what is looked up: "string", "int32" or "int64"; by default that
            of the keys.
        name: str or None.
        experimental_is_anonymous: of no consequence: tables belong to the objects that hold them.
    """

    def __init__(
        self,
        initializer,
        num_oov_buckets,
        lookup_key_dtype=None,
        name=None,
        experimental_is_anonymous=False,
    ):
        if num_oov_buckets <= 0:
            raise errors.invalid(
                "num_oov_buckets",
                got=num_oov_buckets,
                expected="a positive int",
                hint="StaticHashTable has one value for all that is no key.",
            )
        if initializer is None and lookup_key_dtype is None:
            raise errors.invalid("lookup_key_dtype", got=None, expected="a dtype, without keys")
        key_dtype = dtypes.standardize(lookup_key_dtype or initializer.key_dtype)
        if initializer is not None and initializer.value_dtype != "int64":
            raise errors.wrong_type(
                "initializer", got=initializer.value_dtype, expected="values of dtype int64"
            )
        if initializer is not None and (key_dtype == "string") != (
            initializer.key_dtype == "string"
        ):
            raise errors.wrong_type(
                "lookup_key_dtype", got=key_dtype, expected=f"dtype {initializer.key_dtype}"
            )
        super().__init__(key_dtype, "int64", name, "vocabulary_table")
        self._buckets = int(num_oov_buckets)
        self._table = None if initializer is None else StaticHashTable(initializer, -1)
        self._keys = 0 if self._table is None else int(self._table.size())

    def _found(self, keys):
        others = hashing.hash_bucket(keys, self._buckets) + self._keys
        if self._table is None:
            return others
        found = self._table.lookup(core.tensor(keys, self._table.key_dtype))
        return tf_indexing.where(found < 0, others, found)

    def size(self, name=None):
        """How many numbers there are, int64 ()."""
        return Tensor(np.array(self._keys + self._buckets, np.int64))
