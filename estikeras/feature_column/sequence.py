"""Columns of sequences: categories and numbers of many steps an example."""

from dataclasses import dataclass

import numpy as np

from estikeras import errors, ops
from estikeras.engine.shapes import TensorShape
from estikeras.feature_column import column as columns
from estikeras.feature_column import hashed, identity, vocabulary
from estikeras.feature_column.numeric import check_normalizer, checked_shape
from estikeras.ops.io_examples import VarLenFeature
from estikeras.ops.padding import is_present
from estikeras.public import public


@public("feature_column.sequence_categorical_column_with_identity")
def sequence_categorical_column_with_identity(key, num_buckets, default_value=None):
    """Steps of categories as of `categorical_column_with_identity`.

    Args:
        key: str, the name of the feature.
        num_buckets: int, how many ids there are.
        default_value: the id of what is outside of them, or None.
    """
    return SequenceCategoricalColumn(
        identity.categorical_column_with_identity(key, num_buckets, default_value)
    )


@public("feature_column.sequence_categorical_column_with_hash_bucket")
def sequence_categorical_column_with_hash_bucket(key, hash_bucket_size, dtype="string"):
    """Steps of categories as of `categorical_column_with_hash_bucket`.

    Args:
        key: str, the name of the feature.
        hash_bucket_size: int, how many ids there are.
        dtype: "string" or an integer dtype.
    """
    return SequenceCategoricalColumn(
        hashed.categorical_column_with_hash_bucket(key, hash_bucket_size, dtype)
    )


@public("feature_column.sequence_categorical_column_with_vocabulary_file")
def sequence_categorical_column_with_vocabulary_file(
    key,
    vocabulary_file,
    vocabulary_size=None,
    num_oov_buckets=0,
    default_value=None,
    dtype="string",
):
    """Steps of categories as of `categorical_column_with_vocabulary_file`.

    Args:
        key: str, the name of the feature.
        vocabulary_file: str, a text file with a category a line.
        vocabulary_size: int, how many lines are read; None for all.
        num_oov_buckets: how many further ids there are for what is not in the file.
        default_value: the id of what is not in the file, or None.
        dtype: "string" or an integer dtype.
    """
    return SequenceCategoricalColumn(
        vocabulary.categorical_column_with_vocabulary_file(
            key,
            vocabulary_file,
            vocabulary_size,
            num_oov_buckets=num_oov_buckets,
            default_value=default_value,
            dtype=dtype,
        )
    )


@public("feature_column.sequence_categorical_column_with_vocabulary_list")
def sequence_categorical_column_with_vocabulary_list(
    key, vocabulary_list, dtype=None, default_value=-1, num_oov_buckets=0
):
    """Steps of categories as of `categorical_column_with_vocabulary_list`.

    Args:
        key: str, the name of the feature.
        vocabulary_list: the categories in the order of their ids.
        dtype: "string" or an integer dtype; None is the list's.
        default_value: the id of what is not in the list; -1 leaves it out.
        num_oov_buckets: how many further ids there are for what is not in the list.
    """
    return SequenceCategoricalColumn(
        vocabulary.categorical_column_with_vocabulary_list(
            key, vocabulary_list, dtype, default_value, num_oov_buckets
        )
    )


@public("feature_column.sequence_numeric_column")
def sequence_numeric_column(
    key, shape=(1,), default_value=0.0, dtype="float32", normalizer_fn=None
):
    """Steps of numbers.

    Args:
        key: str, the name of the feature: a SparseTensor (batch, numbers) or (batch, steps,
            numbers), or a dense tensor in which NaN, or for integers -1, is missing.
        shape: int or sequence of ints, the shape of a step.
        default_value: the number in place of missing ones.
        dtype: dtype of the feature, for `parse_example`.
        normalizer_fn: function of the dense tensor of numbers that gives others in place of it.

    Raises:
        ValueError: for a wrong dtype or size.
        TypeError: for sizes that are no ints, and a normalizer that cannot be called.
    """
    shape = checked_shape(key, shape)
    dtype = columns.number("dtype", dtype)
    check_normalizer(normalizer_fn)
    columns.check_key(key)
    return SequenceNumericColumn(key, shape, default_value, dtype, normalizer_fn)


@dataclass(frozen=True)
class SequenceCategoricalColumn(columns.CategoricalColumn):
    """Steps of categories."""

    categorical_column: columns.CategoricalColumn

    @property
    def name(self):
        return self.categorical_column.name

    @property
    def parents(self):
        return [self.categorical_column]

    @property
    def parse_example_spec(self):
        return self.categorical_column.parse_example_spec

    @property
    def num_buckets(self):
        return self.categorical_column.num_buckets

    def ids(self, features):
        return _by_steps(self.categorical_column.ids(features))

    def present(self, features):
        return _by_steps(self.categorical_column.present(features))

    def weights(self, features):
        weights = self.categorical_column.weights(features)
        return None if weights is None else _by_steps(weights)

    def lengths(self, features):
        """How many steps each example has, int64 (batch,)."""
        return lengths_of(ops.any(self.present(features), axis=-1))


@dataclass(frozen=True)
class SequenceNumericColumn(columns.SequenceDenseColumn):
    """Steps of numbers; see `sequence_numeric_column`."""

    key: str
    shape: tuple
    default_value: object
    dtype: str
    normalizer_fn: object

    @property
    def name(self):
        return self.key

    @property
    def parents(self):
        return [self.key]

    @property
    def parse_example_spec(self):
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def variable_shape(self):
        return TensorShape(self.shape)

    def sequence(self, features, state):
        x, size = features.raw(self.key), self.variable_shape.num_elements()
        if x.dtype == "string":
            raise errors.invalid(f"features[{self.key!r}]", got="strings", expected="numbers")
        batch, steps, *_ = x.shape
        if np.prod(x.shape[1:], dtype=int) % size:
            raise errors.shape_mismatch(
                f"features[{self.key!r}]",
                got=x.shape,
                expected=f"a multiple of {size} numbers an example",
                hint=f"A step has the `shape` {self.shape}.",
            )
        present = is_present(x)
        if len(x.shape) == 2:
            # Steps lie one after the other, the last one perhaps in part.
            present = ops.reshape(present, (batch, steps // size, size))
        lengths = lengths_of(ops.any(ops.reshape(present, (*present.shape[:2], -1)), axis=-1))
        x = ops.where(is_present(x), x, ops.cast(self.default_value, x.dtype))
        if self.normalizer_fn is not None:
            x = ops.convert_to_tensor(self.normalizer_fn(x))
        return ops.reshape(ops.cast(x, "float32"), (batch, -1, *self.shape)), lengths


def _by_steps(x):
    """Entries with the axes after the second made one: `(batch, steps, places)`."""
    return ops.reshape(x, (*x.shape[:2], int(np.prod(x.shape[2:], dtype=int))))


def lengths_of(present):
    """The number of steps up to the last one that is there, int64 (batch,).

    Args:
        present: bool (batch, steps).
    """
    batch, steps = present.shape
    if not steps:
        return ops.zeros((batch,), "int64")
    numbers = np.arange(1, steps + 1, dtype=np.int64)
    return ops.max(ops.where(present, numbers, ops.cast(0, "int64")), axis=-1)


def check_no_sequence(column):
    """Raise if a column looks up the categories of a sequence."""
    if isinstance(column.categorical_column, SequenceCategoricalColumn):
        raise errors.invalid(
            column.name,
            got=column.categorical_column,
            expected="no column of a sequence in DenseFeatures",
            hint="Use a `categorical_column_with_*` without `sequence_`, or put it into "
            "`keras.experimental.SequenceFeatures`.",
        )


def check_sequence(column):
    """Raise unless a column looks up the categories of a sequence."""
    if not isinstance(column.categorical_column, SequenceCategoricalColumn):
        raise errors.invalid(
            column.name,
            got=column.categorical_column,
            expected="a column of a sequence in SequenceFeatures",
            hint="Make it with one of `sequence_categorical_column_with_*`.",
        )
