"""make_parse_example_spec."""

from estikeras import errors
from estikeras.feature_column import column as columns
from estikeras.public import public


@public("feature_column.make_parse_example_spec")
def make_parse_example_spec(feature_columns):
    """How `tf.io.parse_example` reads the features of columns.

    Args:
        feature_columns: iterable of columns.

    Returns:
        dict from names of features to `FixedLenFeature` or `VarLenFeature`.

    Raises:
        ValueError: for what is no column, and for columns that read a feature in two ways.
    """
    made = {}
    for column in feature_columns:
        columns.check_column("feature_columns", column, columns.FeatureColumn)
        for key, how in column.parse_example_spec.items():
            if made.setdefault(key, how) != how:
                raise errors.invalid(
                    "feature_columns",
                    got=f"{made[key]} and {how} for the feature {key!r}",
                    expected="one way to read each feature",
                )
    return made
