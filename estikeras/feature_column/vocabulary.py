"""categorical_column_with_vocabulary_list and categorical_column_with_vocabulary_file."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.data.files import TFRecordDataset
from estikeras.engine import context
from estikeras.engine.tensor import as_tensor
from estikeras.feature_column import column as columns
from estikeras.feature_column.hashed import KeyColumn, check_size
from estikeras.ops import core, strings, tables
from estikeras.public import public


@public("feature_column.categorical_column_with_vocabulary_list")
def categorical_column_with_vocabulary_list(
    key, vocabulary_list, dtype=None, default_value=-1, num_oov_buckets=0
):
    """A column of categories that are numbered by a list.

    Args:
        key: str, the name of the feature.
        vocabulary_list: the categories in the order of their ids, strings or integers.
        dtype: "string" or an integer dtype; None is the list's.
        default_value: the id of what is not in the list; -1 leaves it out.
        num_oov_buckets: how many further ids there are for what is not in the list, by hash.

    Raises:
        ValueError: for a wrong key, dtype or number, an empty list and an entry that it has twice.
    """
    if vocabulary_list is None or len(vocabulary_list) < 1:
        raise errors.invalid("vocabulary_list", got=vocabulary_list, expected="at least one entry")
    if len(set(vocabulary_list)) != len(vocabulary_list):
        twice = {one for one in vocabulary_list if list(vocabulary_list).count(one) > 1}
        raise errors.invalid(
            "vocabulary_list", got=f"{sorted(twice)} more than once", expected="different entries"
        )
    own = columns.string_or_int("vocabulary_list", as_tensor(np.array(vocabulary_list)).dtype)
    _check_outside(key, num_oov_buckets, None if default_value == -1 else default_value)
    dtype = own if dtype is None else columns.string_or_int("dtype", dtype)
    if (dtype == "string") != (own == "string"):
        raise errors.invalid("dtype", got=dtype, expected=f"that of the vocabulary, {own}")
    columns.check_key(key)
    return VocabularyListCategoricalColumn(
        key, tuple(vocabulary_list), dtype, default_value, num_oov_buckets
    )


@public("feature_column.categorical_column_with_vocabulary_file")
def categorical_column_with_vocabulary_file(
    key,
    vocabulary_file,
    vocabulary_size=None,
    dtype="string",
    default_value=None,
    num_oov_buckets=0,
    file_format=None,
):
    """A column of categories that are numbered by the lines of a file.

    Args:
        key: str, the name of the feature.
        vocabulary_file: str, a text file with a category a line.
        vocabulary_size: int, how many lines are read; None for all.
        dtype: "string" or an integer dtype.
        default_value: the id of what is not in the file; None leaves it out.
        num_oov_buckets: how many further ids there are for what is not in the file, by hash.
        file_format: None for text; "tfrecord_gzip" for records, also of a file whose name ends in
            `tfrecord.gz`.

    Raises:
        ValueError: for a wrong key, dtype or number, and a file that does not exist.
    """
    if not vocabulary_file:
        raise errors.invalid("vocabulary_file", got=vocabulary_file, expected="the name of a file")
    vocabulary_file = str(vocabulary_file)
    if file_format is None and vocabulary_file.endswith("tfrecord.gz"):
        file_format = "tfrecord_gzip"
    if file_format not in (None, "tfrecord_gzip"):
        raise errors.invalid("file_format", got=file_format, expected="None or 'tfrecord_gzip'")
    if vocabulary_size is None:
        if not Path(vocabulary_file).exists():
            raise errors.invalid(
                "vocabulary_file", got=vocabulary_file, expected="a file that exists"
            )
        vocabulary_size = len(_lines(vocabulary_file, file_format))
    check_size("vocabulary_size", vocabulary_size, key)
    _check_outside(key, num_oov_buckets, default_value)
    dtype = columns.string_or_int("dtype", dtype)
    columns.check_key(key)
    return VocabularyFileCategoricalColumn(
        key,
        vocabulary_file,
        int(vocabulary_size),
        num_oov_buckets or 0,
        dtype,
        -1 if default_value is None else default_value,
        file_format,
    )


def _check_outside(key, num_oov_buckets, default_value):
    if not num_oov_buckets:
        return
    if num_oov_buckets < 0:
        raise errors.invalid(
            "num_oov_buckets", got=num_oov_buckets, expected=f"no negative number, for {key!r}"
        )
    if default_value is not None:
        raise errors.invalid(
            "default_value",
            got=default_value,
            expected=f"none, as `num_oov_buckets` gives ids to what is unknown, for {key!r}",
        )


class VocabularyColumn(KeyColumn):
    """A column with a table from entries to ids, which is made when it is first needed."""

    @functools.cached_property
    def table(self):
        """The table of `tf.lookup`."""
        with context.init_scope():
            entries = core.tensor(self.entries(), "string" if self.dtype == "string" else "int64")
            ids = np.arange(entries.shape[0])
            initial = tables.KeyValueTensorInitializer(entries, ids, value_dtype="int64")
            if self.num_oov_buckets:
                return tables.StaticVocabularyTable(initial, self.num_oov_buckets)
            return tables.StaticHashTable(initial, self.default_value)

    def entries(self):
        """The entries in the order of their ids."""
        raise NotImplementedError

    def ids_of(self, x):
        return self.table.lookup(core.tensor(x, self.table.key_dtype))


@dataclass(frozen=True)
class VocabularyListCategoricalColumn(VocabularyColumn):
    """Categories of a list; see `categorical_column_with_vocabulary_list`."""

    key: str
    vocabulary_list: tuple
    dtype: str
    default_value: int
    num_oov_buckets: int

    @property
    def num_buckets(self):
        return len(self.vocabulary_list) + self.num_oov_buckets

    def entries(self):
        return list(self.vocabulary_list)


@dataclass(frozen=True)
class VocabularyFileCategoricalColumn(VocabularyColumn):
    """Categories of a file; see `categorical_column_with_vocabulary_file`."""

    key: str
    vocabulary_file: str
    vocabulary_size: int
    num_oov_buckets: int
    dtype: str
    default_value: int
    file_format: str | None

    @property
    def num_buckets(self):
        return self.vocabulary_size + self.num_oov_buckets

    def entries(self):
        lines = _lines(self.vocabulary_file, self.file_format)
        if len(lines) < self.vocabulary_size:
            raise errors.invalid(
                "vocabulary_size",
                got=self.vocabulary_size,
                expected=f"at most the {len(lines)} entries of {self.vocabulary_file}",
            )
        lines = core.tensor(lines[: self.vocabulary_size], "string")
        return lines if self.dtype == "string" else strings.to_number(lines, "int64")


def _lines(filename, file_format):
    if file_format is None:
        whole, number = tables.TextFileIndex.WHOLE_LINE, tables.TextFileIndex.LINE_NUMBER
        return tables.TextFileInitializer(filename, "string", whole, "int64", number).keys.tolist()
    return [record.numpy() for record in TFRecordDataset(filename, "GZIP")]
