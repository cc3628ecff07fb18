"""weighted_categorical_column."""

from dataclasses import dataclass

from estikeras import errors, ops
from estikeras.feature_column import column as columns
from estikeras.ops.io_examples import VarLenFeature
from estikeras.public import public


@public("feature_column.weighted_categorical_column")
def weighted_categorical_column(categorical_column, weight_feature_key, dtype="float32"):
    """A column of categories that count as much as another feature says.

    Args:
        categorical_column: a categorical column.
        weight_feature_key: str, the name of the feature with a weight for each entry.
        dtype: the dtype of that feature.

    Raises:
        ValueError: for a dtype that is no number's.
    """
    dtype = columns.number("dtype", dtype)
    columns.check_column("categorical_column", categorical_column, columns.CategoricalColumn)
    columns.check_key(weight_feature_key)
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, dtype)


@dataclass(frozen=True)
class WeightedCategoricalColumn(columns.CategoricalColumn):
    """Categories with weights; see `weighted_categorical_column`."""

    categorical_column: columns.CategoricalColumn
    weight_feature_key: str
    dtype: str

    @property
    def name(self):
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parents(self):
        return [self.categorical_column, self.weight_feature_key]

    @property
    def parse_example_spec(self):
        spec = dict(self.categorical_column.parse_example_spec)
        if self.weight_feature_key in spec:
            raise errors.invalid(
                "weight_feature_key",
                got=self.weight_feature_key,
                expected="another feature than those of the categories",
            )
        return {**spec, self.weight_feature_key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self):
        return self.categorical_column.num_buckets

    def ids(self, features):
        return self.categorical_column.ids(features)

    def present(self, features):
        return self.categorical_column.present(features)

    def weights(self, features):
        return features.once(self, lambda: self._weights(features))

    def _weights(self, features):
        argument = f"features[{self.weight_feature_key!r}]"
        x, ids = features.raw(self.weight_feature_key), self.ids(features)
        if x.dtype != self.dtype:
            raise errors.invalid(
                argument,
                got=f"dtype {x.dtype}",
                expected=f"{self.dtype}, the `dtype` of its weighted_categorical_column",
            )
        if tuple(x.shape) != tuple(ids.shape):
            raise errors.shape_mismatch(
                argument,
                got=x.shape,
                expected=ids.shape,
                hint=f"Each entry of {self.categorical_column.name!r} needs a weight.",
            )
        x = ops.cast(x, "float32")
        return ops.where(ops.isnan(x), 0.0, x)
