"""categorical_column_with_hash_bucket."""

from dataclasses import dataclass

from estikeras import errors, ops
from estikeras.feature_column import column as columns
from estikeras.ops import hashing
from estikeras.ops.io_examples import VarLenFeature
from estikeras.ops.padding import is_present
from estikeras.public import public


class KeyColumn(columns.CategoricalColumn):
    """A categorical column of one feature, `key`, of strings or integers."""

    @property
    def name(self):
        return self.key

    @property
    def parents(self):
        return [self.key]

    @property
    def parse_example_spec(self):
        return {self.key: VarLenFeature(self.dtype)}

    def present(self, features):
        return is_present(features.raw(self.key))

    def ids(self, features):
        return features.once(self, lambda: self._ids(features))

    def _ids(self, features):
        x = features.raw(self.key)
        columns.check_same_kind(self, x.dtype)
        return ops.where(self.present(features), self.ids_of(x), -1)

    def ids_of(self, x):
        """The ids of a tensor's entries, int64 of its shape; those of missing ones are not used.

        Args:
            x: tensor of strings or integers, as the dtype of the column is.
        """
        raise NotImplementedError


@public("feature_column.categorical_column_with_hash_bucket")
def categorical_column_with_hash_bucket(key, hash_bucket_size, dtype="string"):
    """A column of categories that are numbered by hash.

    Args:
        key: str, the name of the feature.
        hash_bucket_size: int, how many ids there are.
        dtype: "string" or an integer dtype, as the feature's.

    Raises:
        ValueError: for a wrong key, size or dtype.
    """
    check_size("hash_bucket_size", hash_bucket_size, key)
    columns.check_key(key)
    return HashedCategoricalColumn(
        key, int(hash_bucket_size), columns.string_or_int("dtype", dtype)
    )


@dataclass(frozen=True)
class HashedCategoricalColumn(KeyColumn):
    """Categories by hash; see `categorical_column_with_hash_bucket`."""

    key: str
    hash_bucket_size: int
    dtype: str

    @property
    def num_buckets(self):
        return self.hash_bucket_size

    def ids_of(self, x):
        return hashing.hash_bucket(x, self.hash_bucket_size)


def check_size(argument, size, key):
    """Raise unless a number of ids is a positive int."""
    if not hasattr(size, "__index__") or size < 1:
        raise errors.invalid(argument, got=size, expected=f"a positive int, for {key!r}")
