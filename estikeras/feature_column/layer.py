"""What layers over columns have in common: which features they take, and the columns' weights."""

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.operation import KerasTensor
from estikeras.engine.variable import Variable
from estikeras.feature_column import column as columns
from estikeras.feature_column.features import check_dict, get, prepared
from estikeras.feature_column.serialization import deserialized, serialized
from estikeras.keras import initializers
from estikeras.keras.layers.layer import Layer


class State:
    """The weights of columns, which a layer has.

    Args:
        add: function `(scope, name, shape, initializer, trainable)` that gives a new Variable.
        track: function of a Variable of others that the layer uses too.
    """

    def __init__(self, add, track):
        self._add, self._track, self._variables, self._paths = add, track, {}, set()

    def create(self, column, name, shape, initializer, trainable=True):
        """Make a weight of a column.

        Args:
            column: the column.
            name: str, the last part of the variable's path; that before it is the column's scope,
                with a number if another column has this scope and a weight of this name.
            shape: tuple of int.
            initializer: initializer or function `(shape, dtype)`.
            trainable: whether it is trained, if the layer is.

        Returns:
            The new Variable.
        """
        scope, count = column.scope, 0
        while (scope, name) in self._paths:
            count += 1
            scope = f"{column.scope}_{count}"
        self._paths.add((scope, name))
        variable = self._add(scope, name, shape, initializer, trainable)
        self._variables[column, name] = variable
        return variable

    def adopt(self, column, name, variable):
        """Use a Variable that is there as a weight of a column."""
        self._track(variable)
        self._variables[column, name] = variable

    def get(self, column, name):
        """A weight that was made."""
        return self._variables[column, name]

    def of(self, column):
        """The list of a column's weights."""
        return [variable for (owner, _), variable in self._variables.items() if owner == column]

    def by_name(self):
        """The weights by the column's name and their own."""
        return {f"{column.name}/{name}": v for (column, name), v in self._variables.items()}


class FeatureLayer(Layer):
    """A layer whose input is a dict of features.

    Args:
        feature_columns: a column, or an iterable of columns of the layer's kind.
        **kwargs: those of `Layer`.

    Call arguments:
        features: dict from names of features to tensors, arrays or SparseTensors; may hold more
            than the columns need.
    """

    # Of which kinds the columns are, and what to do with others.
    _kinds, _hint = (columns.FeatureColumn,), None

    def __init__(self, feature_columns, **kwargs):
        super().__init__(**kwargs)
        self._columns = tuple(columns.normalized(feature_columns))
        for column in self._columns:
            if not isinstance(column, self._kinds):
                kinds = " or ".join(kind.__name__ for kind in self._kinds)
                raise errors.invalid(
                    "feature_columns", got=column, expected=f"a {kinds}", hint=self._hint
                )
        self._keys = tuple(dict.fromkeys(k for c in self._columns for k in columns.keys_of(c)))
        self._state_of_columns = State(self._add_column_weight, self._track_variable)

    def __call__(self, features, *args, **kwargs):
        check_dict(features)
        needed = {key: prepared(get(features, key)) for key in self._keys}
        return super().__call__(needed, *args, **kwargs)

    def build(self, input_shape):
        """Make the weights of the columns."""
        for column in self._columns:
            column.create_state(self._state_of_columns)

    def _add_column_weight(self, scope, name, shape, initializer, trainable):
        with self._open_name_scope(), context.name_scope(scope):
            variable = Variable(
                initializers.get(initializer),
                shape=shape,
                dtype="float32",
                trainable=trainable and self.trainable,
                autocast=False,
                name=name,
            )
        self._track_variable(variable)
        return variable

    def checkpoint_children(self):
        """The weights by the names that the reference gives them in checkpoints of objects."""
        return self._state_of_columns.by_name()

    def variables_by_column(self):
        """A dict from each column to the list of its weights, when the layer is built."""
        return {column: self._state_of_columns.of(column) for column in self._columns}

    def compute_output_spec(self, features, **kwargs):
        """KerasTensors like the outputs."""
        shapes = {key: x.shape for key, x in features.items()}
        return KerasTensor(self.compute_output_shape(shapes), "float32")

    def _batch_of(self, input_shape):
        return input_shape[self._keys[0]][0]

    def get_config(self):
        return {
            **super().get_config(),
            "feature_columns": [serialized(column) for column in self._columns],
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A layer from what `get_config` gave.

        Args:
            config: the dict.
            custom_objects: dict from names to the columns' functions of one's own.
        """
        made = [deserialized(one, custom_objects) for one in config["feature_columns"]]
        return cls(**{**config, "feature_columns": made})


def check_batch(names, tensors):
    """Raise unless what columns gave has as many examples for each.

    Args:
        names: the columns' names.
        tensors: what each gave.
    """
    for name, x in zip(names, tensors, strict=True):
        if x.shape[0] != tensors[0].shape[0]:
            raise errors.shape_mismatch(
                "features",
                got=f"{tensors[0].shape[0]} examples in {names[0]!r} and {x.shape[0]} in {name!r}",
                expected="one size of batch",
            )
