"""bucketized_column."""

import itertools
from dataclasses import dataclass

import numpy as np

from estikeras import errors, ops
from estikeras.engine.shapes import TensorShape
from estikeras.feature_column import column as columns
from estikeras.feature_column.numeric import NumericColumn
from estikeras.public import public


@public("feature_column.bucketized_column")
def bucketized_column(source_column, boundaries):
    """A column of numbers by the interval into which they fall.

    Args:
        source_column: a numeric_column of one axis.
        boundaries: sorted list or tuple of floats; each belongs to the interval above it.

    Raises:
        ValueError: for another column, and boundaries that do not rise.
    """
    if not isinstance(source_column, NumericColumn):
        raise errors.invalid("source_column", got=source_column, expected="a numeric_column")
    if len(source_column.shape) > 1:
        raise errors.shape_mismatch(
            "source_column", got=source_column.shape, expected="a shape of one axis"
        )
    if not isinstance(boundaries, list | tuple) or not boundaries:
        raise errors.invalid("boundaries", got=boundaries, expected="a list of rising numbers")
    for lower, upper in itertools.pairwise(boundaries):
        if not lower < upper:
            raise errors.invalid(
                "boundaries",
                got=boundaries,
                expected=f"rising numbers, which {lower} and {upper} are not",
            )
    return BucketizedColumn(source_column, tuple(boundaries))


@dataclass(frozen=True)
class BucketizedColumn(columns.DenseColumn, columns.CategoricalColumn):
    """Intervals of numbers; see `bucketized_column`."""

    source_column: NumericColumn
    boundaries: tuple

    @property
    def name(self):
        return f"{self.source_column.name}_bucketized"

    @property
    def parents(self):
        return [self.source_column]

    @property
    def parse_example_spec(self):
        return self.source_column.parse_example_spec

    @property
    def variable_shape(self):
        return TensorShape((*self.source_column.shape, len(self.boundaries) + 1))

    @property
    def num_buckets(self):
        return (len(self.boundaries) + 1) * self.source_column.shape[0]

    def _buckets(self, features):
        """The number of the interval of each number, int32 `(batch, numbers)`."""
        return features.once(self, lambda: self._bucketize(features))

    def _bucketize(self, features):
        x = ops.expand_dims(self.source_column.dense(features, None), -1)
        below = ops.less_equal(np.array(self.boundaries, np.float32), x)
        # What is no number lies above all boundaries.
        below = ops.logical_or(below, ops.isnan(x))
        return ops.sum(ops.cast(below, "int32"), axis=-1)

    def dense(self, features, state):
        return ops.one_hot(self._buckets(features), len(self.boundaries) + 1, dtype="float32")

    def ids(self, features):
        first = np.arange(self.source_column.shape[0]) * (len(self.boundaries) + 1)
        return ops.cast(self._buckets(features), "int64") + first.astype(np.int64)

    def present(self, features):
        return ops.greater_equal(self._buckets(features), 0)
