"""crossed_column."""

import functools
import operator
from dataclasses import dataclass

import numpy as np

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.feature_column import column as columns
from estikeras.feature_column.hashed import HashedCategoricalColumn, check_size
from estikeras.ops import hashing
from estikeras.ops.io_examples import VarLenFeature
from estikeras.ops.padding import is_present
from estikeras.public import public


@public("feature_column.crossed_column")
def crossed_column(keys, hash_bucket_size, hash_key=None):
    """A column of combinations of categories, numbered by hash: all combinations of an example's
    entries.

    Args:
        keys: list of at least two of: names of features, of which numbers count by their whole
            parts, and categorical columns other than by hash.
        hash_bucket_size: int, how many ids there are.
        hash_key: int with which hashing begins; None is the usual one.

    Raises:
        ValueError: for fewer or other keys, and a wrong size.
    """
    check_size("hash_bucket_size", hash_bucket_size, keys)
    if isinstance(keys, str) or not keys or len(keys) < 2:
        raise errors.invalid("keys", got=keys, expected="a list of at least two keys")
    for key in keys:
        if not isinstance(key, str | columns.CategoricalColumn):
            raise errors.invalid(
                "keys", got=key, expected="names of features and categorical columns"
            )
        if isinstance(key, HashedCategoricalColumn):
            raise errors.invalid(
                "keys",
                got=key,
                expected="no column by hash, as categories would collide twice",
                hint=f"Use the name of the feature, {key.key!r}.",
            )
    return CrossedColumn(tuple(keys), int(hash_bucket_size), hash_key)


@dataclass(frozen=True)
class CrossedColumn(columns.CategoricalColumn):
    """Combinations of categories; see `crossed_column`."""

    keys: tuple
    hash_bucket_size: int
    hash_key: int | None

    @property
    def name(self):
        return "_X_".join(sorted(getattr(key, "name", key) for key in self.leaves))

    @property
    def parents(self):
        return list(self.keys)

    @property
    def leaves(self):
        """The keys, with those of crossed columns in place of these."""
        return [
            leaf
            for key in self.keys
            for leaf in (key.leaves if isinstance(key, CrossedColumn) else [key])
        ]

    @property
    def parse_example_spec(self):
        spec = {}
        for key in self.keys:
            of_key = {key: VarLenFeature("string")} if isinstance(key, str) else None
            spec.update(of_key or key.parse_example_spec)
        return spec

    @property
    def num_buckets(self):
        return self.hash_bucket_size

    def ids(self, features):
        return self._cross(features)[0]

    def present(self, features):
        return self._cross(features)[1]

    def _cross(self, features):
        return features.once(self, lambda: self._crossed(features))

    def _crossed(self, features):
        # The reference combines dense features after sparse ones and columns.
        dense = [isinstance(key, str) and features.is_dense(key) for key in self.leaves]
        keys = sorted(zip(dense, self.leaves, strict=True), key=operator.itemgetter(0))
        pairs = [_entries(key, features) for _, key in keys]
        sizes = [x.shape[1] for x, _ in pairs]
        shape = (pairs[0][0].shape[0], *sizes)

        def spread(x, axis):
            ones = [size if i == axis else 1 for i, size in enumerate(sizes)]
            spread = ops.broadcast_to(ops.reshape(x, (x.shape[0], *ones)), shape)
            return ops.reshape(spread, (shape[0], int(np.prod(sizes))))

        entries = [spread(x, axis) for axis, (x, _) in enumerate(pairs)]
        present = [spread(there, axis) for axis, (_, there) in enumerate(pairs)]
        present = functools.reduce(ops.logical_and, present)
        ids = hashing.cross_hash(entries, self.hash_bucket_size, self.hash_key)
        return ops.where(present, ids, -1), present


def _entries(key, features):
    """A key's entries `(batch, places)`, and where there is one."""
    if not isinstance(key, str):
        if key.weights(features) is not None:
            raise errors.invalid("keys", got=key.name, expected="categorical columns that weigh 1")
        return key.ids(features), key.present(features)
    x = features.raw(key)
    if len(x.shape) != 2:
        raise errors.shape_mismatch(f"features[{key!r}]", got=x.shape, expected="two axes")
    present = ops.ones(x.shape, "bool") if features.is_dense(key) else is_present(x)
    if dtypes.is_float(x.dtype):  # which count by their whole parts
        x = ops.cast(ops.where(present, x, 0.0), "int64")
    return x, present
