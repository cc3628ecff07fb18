"""categorical_column_with_identity."""

from dataclasses import dataclass

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.feature_column import column as columns
from estikeras.feature_column.hashed import KeyColumn, check_size
from estikeras.public import public


@public("feature_column.categorical_column_with_identity")
def categorical_column_with_identity(key, num_buckets, default_value=None):
    """A column of categories that are their own ids.

    Args:
        key: str, the name of the feature.
        num_buckets: int, how many ids there are.
        default_value: the id of what is outside of 0 to `num_buckets - 1`; with None, a lookup of
            too large a number is an error and a negative one counts as missing.

    Raises:
        ValueError: for a wrong key or size, or a default that is no id.
    """
    check_size("num_buckets", num_buckets, key)
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise errors.invalid(
            "default_value", got=default_value, expected=f"an id from 0 to {num_buckets - 1}"
        )
    columns.check_key(key)
    return IdentityCategoricalColumn(key, int(num_buckets), default_value)


@dataclass(frozen=True)
class IdentityCategoricalColumn(KeyColumn):
    """Categories that are ids; see `categorical_column_with_identity`."""

    key: str
    number_buckets: int
    default_value: int | None

    dtype = "int64"

    @property
    def num_buckets(self):
        return self.number_buckets

    def ids_of(self, x):
        if not dtypes.is_int(x.dtype):
            raise errors.invalid(
                f"features[{self.key!r}]", got=f"dtype {x.dtype}", expected="integers"
            )
        x = ops.cast(x, "int64")
        if self.default_value is None:
            return x
        outside = ops.logical_or(x < 0, x >= self.number_buckets)
        return ops.where(outside, self.default_value, x)
