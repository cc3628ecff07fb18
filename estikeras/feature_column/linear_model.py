"""A linear model of columns."""

from estikeras import errors, ops
from estikeras.feature_column import column as columns
from estikeras.feature_column.column import lookup_of
from estikeras.feature_column.dense_features import flat
from estikeras.feature_column.features import Features
from estikeras.feature_column.layer import FeatureLayer, check_batch
from estikeras.ops.combining import check_combiner, combined


class LinearModel(FeatureLayer):
    """The sum of weights: one for each category, and one for each number times the number.

    Args:
        feature_columns: iterable of dense and categorical columns.
        units: int, how many sums there are.
        sparse_combiner: how the weights of an example's categories of a column are combined: "sum",
            "mean" or "sqrtn".
        trainable: whether weights are trained.
        name: name of the layer.
        **kwargs: those of `Layer`.

    Call arguments:
        features: dict from names of features to tensors, arrays or SparseTensors.

    Returns:
        float32 (batch, units).

    Attributes:
        bias: the Variable (units,).
    """

    _kinds = (columns.DenseColumn, columns.CategoricalColumn)

    def __init__(
        self, feature_columns, units=1, sparse_combiner="sum", trainable=True, name=None, **kwargs
    ):
        super().__init__(feature_columns, trainable=trainable, name=name, **kwargs)
        if not hasattr(units, "__index__") or units < 1:
            raise errors.invalid("units", got=units, expected="a positive int")
        check_combiner("sparse_combiner", sparse_combiner)
        self.units, self.sparse_combiner, self.bias = int(units), sparse_combiner, None

    def build(self, input_shape):
        """Make the weights of the columns, a kernel or table for each, and the bias."""
        for column in self._columns:
            column.create_state(self._state_of_columns)
            categorical = isinstance(column, columns.CategoricalColumn)
            size = column.num_buckets if categorical else column.variable_shape.num_elements()
            self._state_of_columns.create(column, "weights", (size, self.units), "zeros")
        self.bias = self.add_weight(
            shape=(self.units,), initializer="zeros", dtype="float32", name="bias_weights"
        )

    def call(self, features):
        features = Features(features)
        sums = [self._weighted_sum(column, features) for column in self._columns]
        check_batch([column.name for column in self._columns], sums)
        return sum(sums[1:], sums[0]) + self.bias

    def _weighted_sum(self, column, features):
        state = self._state_of_columns
        weights = state.get(column, "weights")
        if not isinstance(column, columns.CategoricalColumn):
            return ops.matmul(flat(column, column.dense(features, state)), weights)
        entries = column.ids(features), column.weights(features)
        ids, counts = (x if x is None else ops.reshape(x, (x.shape[0], -1)) for x in entries)
        with lookup_of(column):
            return combined(weights, ids, counts, self.sparse_combiner)

    def checkpoint_children(self):
        return {**super().checkpoint_children(), **({"bias": self.bias} if self.built else {})}

    def compute_output_shape(self, input_shape):
        return (self._batch_of(input_shape), self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "sparse_combiner": self.sparse_combiner,
        }
