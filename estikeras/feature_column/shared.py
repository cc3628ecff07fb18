"""shared_embeddings: several columns with one table of vectors."""

import weakref
from dataclasses import dataclass

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.session_graph import session_graph
from estikeras.engine.variable import Variable
from estikeras.feature_column import column as columns
from estikeras.feature_column.embedding import (
    WEIGHTS,
    EmbeddingLookup,
    checked_rows,
    first_values,
)
from estikeras.feature_column.sequence import SequenceCategoricalColumn
from estikeras.feature_column.weighted import WeightedCategoricalColumn
from estikeras.ops.combining import check_combiner
from estikeras.public import public


@public("feature_column.shared_embeddings")
def shared_embeddings(
    categorical_columns,
    dimension,
    combiner="mean",
    initializer=None,
    shared_embedding_collection_name=None,
    ckpt_to_load_from=None,
    tensor_name_in_ckpt=None,
    max_norm=None,
    trainable=True,
    use_safe_embedding_lookup=True,
):
    """Columns of vectors as of `embedding_column`, which learn one table together.

    All layers that use them share the table; in an Estimator, all of one model do.

    Args:
        categorical_columns: list of categorical columns of one kind and with one number of ids;
            each may be weighted or of a sequence.
        dimension: int, the size of the vectors.
        combiner: how an example's several vectors become one: "mean", "sqrtn" or "sum".
        initializer: function `(shape, dtype)` of the first values; None as for embedding_column.
        shared_embedding_collection_name: str, the name of the table; None makes one of the columns'
            names.
        ckpt_to_load_from: a checkpoint with the first values, or None.
        tensor_name_in_ckpt: their name in it.
        max_norm: vectors longer than this are shortened to it when they are used.
        trainable: whether the vectors are trained.
        use_safe_embedding_lookup: True; missing categories are always left out.

    Returns:
        list of columns, in the order of `categorical_columns`.

    Raises:
        ValueError: for columns that do not go together, and as for embedding_column.
    """
    table = table_of(
        SharedTable,
        categorical_columns,
        combiner,
        shared_embedding_collection_name,
        dimension,
        initializer,
        ckpt_to_load_from,
        tensor_name_in_ckpt,
        trainable,
        use_safe_embedding_lookup,
    )
    return [
        SharedEmbeddingColumn(column, table, combiner, max_norm) for column in categorical_columns
    ]


def table_of(kind, categorical_columns, combiner, name, *rows):
    """A table for columns, when they go together.

    Args:
        kind: SharedTable, or a subclass.
        categorical_columns: as in `shared_embeddings`.
        combiner: as in `shared_embeddings`.
        name: str, the name of the table; None makes one of the columns' names.
        *rows: the arguments of `checked_rows`.
    """
    for column in categorical_columns:
        columns.check_column("categorical_columns", column, columns.CategoricalColumn)
    rows = checked_rows(*rows)
    check_combiner("combiner", combiner)
    ordered = sorted(categorical_columns, key=lambda column: column.name)
    if not ordered:
        raise errors.invalid("categorical_columns", got=[], expected="at least one column")
    first = ordered[0]
    for other in ordered[1:]:
        kinds = type(_inner(first)), type(_inner(other))
        if kinds[0] is not kinds[1] or first.num_buckets != other.num_buckets:
            raise errors.invalid(
                "categorical_columns",
                got=f"{first} with {first.num_buckets} ids, and {other} with {other.num_buckets}",
                expected="columns of one kind, with one number of ids",
            )
    name = name or "_".join(column.name for column in ordered) + "_shared_embedding"
    return kind(name, first.num_buckets, rows)


def _inner(column):
    while isinstance(column, WeightedCategoricalColumn | SequenceCategoricalColumn):
        column = column.categorical_column
    return column


class SharedTable:
    """The table of several columns; there is one for each model function that is traced, and one
    outside of them.

    Args:
        name: str, the path of the variable.
        size: int, the number of rows.
        rows: dict of the arguments that `checked_rows` gives.
    """

    def __init__(self, name, size, rows):
        self.name, self._size = name, size
        vars(self).update(rows)
        self._own, self._by_graph = {}, weakref.WeakKeyDictionary()

    def give(self, column, state):
        """Let a column of a layer use the table, which is made if it is not there yet.

        Args:
            column: the column.
            state: `State` of the layer.
        """
        graph = session_graph()
        key, kept = (None, self._own) if graph is None else (graph, self._by_graph)
        if key in kept:
            state.adopt(column, WEIGHTS, kept[key])
        else:
            kept[key] = self._make(column, state)

    @property
    def _shape(self):
        return (self._size, self.dimension)

    def _make(self, column, state):
        with context.scope(names=()):
            variable = Variable(
                first_values(self),
                shape=self._shape,
                dtype="float32",
                trainable=self.trainable,
                name=columns.scope_name(self.name),
            )
        state.adopt(column, WEIGHTS, variable)
        return variable

    def __repr__(self):
        return f"<table {self.name!r}>"


@dataclass(frozen=True)
class SharedEmbeddingColumn(EmbeddingLookup):
    """Learned vectors of a table of several columns; see `shared_embeddings`."""

    categorical_column: columns.CategoricalColumn
    shared_embedding_column_creator: SharedTable
    combiner: str
    max_norm: float | None

    @property
    def name(self):
        return f"{self.categorical_column.name}_shared_embedding"

    @property
    def dimension(self):
        """The size of the vectors."""
        return self.shared_embedding_column_creator.dimension

    def create_state(self, state):
        self.shared_embedding_column_creator.give(self, state)


class LayersTable(SharedTable):
    """The same as TensorFlow 1 has it: the table lies among the weights of the first layer that
    uses it.
    """

    def _make(self, column, state):
        return state.create(column, WEIGHTS, self._shape, first_values(self), self.trainable)


@dataclass(frozen=True)
class LayersSharedEmbeddingColumn(SharedEmbeddingColumn):
    """Learned vectors of such a table; see `shared_embedding_columns` of `tf.compat.v1`."""

    @property
    def shared_embedding_collection_name(self):
        """The name of the table."""
        return self.shared_embedding_column_creator.name

    @property
    def scope(self):
        return columns.scope_name(self.shared_embedding_collection_name)
