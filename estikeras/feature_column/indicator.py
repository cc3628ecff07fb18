"""indicator_column."""

from dataclasses import dataclass

from estikeras import ops
from estikeras.engine.shapes import TensorShape
from estikeras.feature_column import column as columns
from estikeras.feature_column import sequence
from estikeras.public import public


@public("feature_column.indicator_column")
def indicator_column(categorical_column):
    """A column of vectors that count how often each category occurs, or sum its weights.

    Args:
        categorical_column: a categorical column.

    Raises:
        ValueError: for another column.
    """
    columns.check_column("categorical_column", categorical_column, columns.CategoricalColumn)
    return IndicatorColumn(categorical_column)


@dataclass(frozen=True)
class IndicatorColumn(columns.DenseColumn, columns.SequenceDenseColumn):
    """Vectors of counts; see `indicator_column`."""

    categorical_column: columns.CategoricalColumn

    @property
    def name(self):
        return f"{self.categorical_column.name}_indicator"

    @property
    def parents(self):
        return [self.categorical_column]

    @property
    def parse_example_spec(self):
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self):
        return TensorShape((1, self.categorical_column.num_buckets))

    def create_state(self, state):
        """Counts need no weights."""

    def dense(self, features, state):
        sequence.check_no_sequence(self)
        return features.once(self, lambda: self._counts(features))

    def sequence(self, features, state):
        sequence.check_sequence(self)
        return self._counts(features), self.categorical_column.lengths(features)

    def _counts(self, features):
        column = self.categorical_column
        ids, weights = column.ids(features), column.weights(features)
        hot = ops.one_hot(ids, column.num_buckets, dtype="float32")
        if weights is not None:
            hot = hot * ops.expand_dims(weights, -1)
        return ops.sum(hot, axis=-2)
