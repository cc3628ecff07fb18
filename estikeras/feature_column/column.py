"""What columns have in common: the kinds there are, and the checks of their arguments.

Columns are values: two that were made alike are equal. Knows no concrete column and no layer.
"""

import contextlib
import re

from estikeras import errors, op_errors
from estikeras.engine import dtypes


class FeatureColumn:
    """A description of how features become numbers.

    Attributes:
        name: by which columns are told apart and put in order.
        parents: the columns and names of features that it is made of.
        parse_example_spec: dict from names of features to how `tf.io.parse_example` reads them.
    """

    @property
    def scope(self):
        """What stands before the names of the column's weights in their paths."""
        return scope_name(self.name)


class DenseColumn(FeatureColumn):
    """A column that gives numbers of a known shape.

    Attributes:
        variable_shape: the TensorShape of one example's numbers.
    """

    def create_state(self, state):
        """Make the weights that the column needs, in a `State`; most need none."""

    def dense(self, features, state):
        """The numbers, float32 `(batch, *variable_shape)`.

        Args:
            features: `Features`.
            state: `State` with the column's weights.
        """
        raise NotImplementedError


class CategoricalColumn(FeatureColumn):
    """A column that gives, for each example, any number of ids from 0 to `num_buckets - 1`.

    Attributes:
        num_buckets: how many ids there are.
    """

    def create_state(self, state):
        """Categories need no weights."""

    def ids(self, features):
        """The ids, int64 `(batch, places)` or with more axes; -1 where there is none.

        Args:
            features: `Features`.
        """
        raise NotImplementedError

    def present(self, features):
        """Where there is an entry, bool of the shape of the ids: also one without an id."""
        raise NotImplementedError

    def weights(self, features):
        """What each entry counts, float32 of the shape of the ids; None if all count 1."""
        return None


class SequenceDenseColumn(FeatureColumn):
    """A column that gives numbers for each step of a sequence.

    Attributes:
        variable_shape: the TensorShape of the numbers of one step.
    """

    def create_state(self, state):
        """Make the weights that the column needs, in a `State`; most need none."""

    def sequence(self, features, state):
        """The numbers `(batch, steps, ...)` and how many steps each example has, int64 `(batch,)`.

        Args:
            features: `Features`.
            state: `State` with the column's weights.
        """
        raise NotImplementedError


def check_key(key):
    """Raise unless a feature's name is a string."""
    if not isinstance(key, str):
        raise errors.invalid("key", got=key, expected="a string, the name of a feature")


def check_column(argument, column, kind):
    """Raise unless a column is of a kind, one of the classes of this file."""
    if not isinstance(column, kind):
        raise errors.invalid(argument, got=column, expected=f"a {kind.__name__}")


def string_or_int(argument, dtype):
    """The name of a dtype that is "string" or an integer one."""
    name = dtypes.standardize(dtype)
    if name != "string" and not dtypes.is_int(name):
        raise errors.invalid(argument, got=name, expected="strings or integers")
    return name


def number(argument, dtype):
    """The name of a dtype of numbers."""
    name = None if dtype is None else dtypes.standardize(dtype)
    if name is None or not (dtypes.is_int(name) or dtypes.is_float(name)):
        raise errors.invalid(argument, got=name, expected="a dtype of integers or floats")
    return name


def check_same_kind(column, dtype):
    """Raise unless a feature holds strings or integers as its column does.

    Args:
        column: a column with `key` and `dtype`.
        dtype: the feature's.
    """
    if dtype != "string" and not dtypes.is_int(dtype):
        raise errors.invalid(
            f"features[{column.key!r}]", got=dtype, expected="a dtype of strings or integers"
        )
    if (dtype == "string") != (column.dtype == "string"):
        raise errors.invalid(
            f"features[{column.key!r}]",
            got=f"dtype {dtype}",
            expected=f"the dtype of its column, {column.dtype}",
        )


def normalized(columns):
    """A list of columns in the order of their names.

    Args:
        columns: a column, or an iterable of columns.

    Raises:
        ValueError: for a dict, for none, for what is no column, and for two of one name.
    """
    if isinstance(columns, FeatureColumn):
        columns = [columns]
    if isinstance(columns, dict):
        raise errors.invalid("feature_columns", got=columns, expected="a list, not a dict")
    columns = list(columns)
    if not columns:
        raise errors.invalid("feature_columns", got=columns, expected="at least one column")
    by_name = {}
    for column in columns:
        check_column("feature_columns", column, FeatureColumn)
        if column.name in by_name:
            raise ValueError(
                "`feature_columns`: expected columns of different names, got two of the name "
                f"{column.name!r}. Drop one, or put the feature into the dict under another name "
                f"too. The columns: {by_name[column.name]} and {column}"
            )
        by_name[column.name] = column
    return [by_name[name] for name in sorted(by_name)]


def keys_of(column):
    """The names of the features that a column is made of, in the order of their use."""
    if isinstance(column, str):
        return [column]
    return list(dict.fromkeys(key for parent in column.parents for key in keys_of(parent)))


def scope_name(name):
    """A column's name as a part of variables' paths."""
    return re.sub(r"[^A-Za-z0-9_.\-]", "_", name)


@contextlib.contextmanager
def lookup_of(column):
    """Errors inside about rows that a table does not have name the column."""
    try:
        yield
    except op_errors.InvalidArgumentError as error:
        raise op_errors.InvalidArgumentError(
            message=f"Column {column.name!r} has the ids 0 to {column.num_buckets - 1}. {error}"
        ) from error
