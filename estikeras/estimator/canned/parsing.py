"""How examples of classifiers and regressors are parsed: features of columns, label and weight."""

from estikeras import errors
from estikeras.feature_column.numeric import NumericColumn, numeric_column
from estikeras.feature_column.parse_spec import make_parse_example_spec
from estikeras.ops.io_examples import FixedLenFeature
from estikeras.public import public


@public("estimator.classifier_parse_example_spec")
def classifier_parse_example_spec(
    feature_columns, label_key, label_dtype="int64", label_default=None, weight_column=None
):
    """How `tf.io.parse_example` reads what a classifier trains on.

    Args:
        feature_columns: iterable of columns.
        label_key: name of the label.
        label_dtype: dtype of the label: an integer, or "string" with a label vocabulary.
        label_default: what stands for a missing label; None if it may not be missing.
        weight_column: name of the feature with the weights, a numeric column, or None.

    Returns:
        dict from names of features to `FixedLenFeature` or `VarLenFeature`.

    Raises:
        ValueError: if the label or the weight is a feature of the columns too, and for another
            weight column.
    """
    label = FixedLenFeature((1,), label_dtype, label_default)
    return _with_label(feature_columns, label_key, label, weight_column)


@public("estimator.regressor_parse_example_spec")
def regressor_parse_example_spec(
    feature_columns,
    label_key,
    label_dtype="float32",
    label_default=None,
    label_dimension=1,
    weight_column=None,
):
    """How `tf.io.parse_example` reads what a regressor trains on.

    Args:
        feature_columns: iterable of columns.
        label_key: name of the label.
        label_dtype: dtype of the label.
        label_default: what stands for a missing label; None if it may not be missing.
        label_dimension: int, how many numbers a label has.
        weight_column: name of the feature with the weights, a numeric column, or None.

    Returns:
        dict from names of features to `FixedLenFeature` or `VarLenFeature`.

    Raises:
        ValueError: if the label or the weight is a feature of the columns too, and for another
            weight column.
    """
    label = FixedLenFeature((label_dimension,), label_dtype, label_default)
    return _with_label(feature_columns, label_key, label, weight_column)


def _with_label(feature_columns, label_key, label, weight_column):
    spec = make_parse_example_spec(feature_columns)
    _check_new("label_key", label_key, spec)
    spec[label_key] = label
    if weight_column is None:
        return spec
    if isinstance(weight_column, str):
        weight_column = numeric_column(weight_column)
    if not isinstance(weight_column, NumericColumn):
        raise errors.invalid(
            "weight_column", got=weight_column, expected="the name of a feature or a numeric column"
        )
    _check_new("weight_column", weight_column.key, spec)
    return {**spec, **weight_column.parse_example_spec}


def _check_new(argument, key, spec):
    if key in spec:
        raise errors.invalid(
            argument, got=key, expected=f"a name that is no feature of the columns: {sorted(spec)}"
        )
