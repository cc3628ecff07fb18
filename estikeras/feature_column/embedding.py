"""embedding_column."""

import math
from dataclasses import dataclass

from estikeras import errors
from estikeras.engine.shapes import TensorShape
from estikeras.feature_column import column as columns
from estikeras.feature_column import sequence
from estikeras.feature_column.column import lookup_of
from estikeras.keras.initializers import Initializer, TruncatedNormal
from estikeras.ops.combining import check_combiner, combined
from estikeras.public import public
from estikeras.train.reader import load_variable

# The name of tables of vectors in layers.
WEIGHTS = "embedding_weights"


@public("feature_column.embedding_column")
def embedding_column(
    categorical_column,
    dimension,
    combiner="mean",
    initializer=None,
    ckpt_to_load_from=None,
    tensor_name_in_ckpt=None,
    max_norm=None,
    trainable=True,
    use_safe_embedding_lookup=True,
):
    """A column of vectors that are learned, one for each category.

    Args:
        categorical_column: a categorical column.
        dimension: int, the size of the vectors.
        combiner: how an example's several vectors become one: "mean", "sqrtn" or "sum".
        initializer: function `(shape, dtype)` of the first values; None is normal values of the
            deviation `1 / sqrt(dimension)`, cut at two deviations.
        ckpt_to_load_from: a checkpoint with the first values, or None.
        tensor_name_in_ckpt: their name in it.
        max_norm: vectors longer than this are shortened to it when they are used.
        trainable: whether the vectors are trained.
        use_safe_embedding_lookup: True; missing categories are always left out.

    Raises:
        ValueError: for another column, dimension, combiner or initializer, and for one of the
            arguments of a checkpoint alone.
    """
    columns.check_column("categorical_column", categorical_column, columns.CategoricalColumn)
    rows = checked_rows(
        dimension,
        initializer,
        ckpt_to_load_from,
        tensor_name_in_ckpt,
        trainable,
        use_safe_embedding_lookup,
    )
    check_combiner("combiner", combiner)
    return EmbeddingColumn(categorical_column, combiner=combiner, max_norm=max_norm, **rows)


def checked_rows(
    dimension,
    initializer,
    ckpt_to_load_from,
    tensor_name_in_ckpt,
    trainable,
    use_safe_embedding_lookup,
):
    """The arguments of a table of vectors as a dict, checked."""
    if not hasattr(dimension, "__index__") or dimension < 1:
        raise errors.invalid("dimension", got=dimension, expected="a positive int")
    if (ckpt_to_load_from is None) != (tensor_name_in_ckpt is None):
        raise errors.invalid(
            "ckpt_to_load_from, tensor_name_in_ckpt",
            got=(ckpt_to_load_from, tensor_name_in_ckpt),
            expected="both or none of them",
        )
    if initializer is None:
        initializer = TruncatedNormal(mean=0.0, stddev=1 / math.sqrt(dimension))
    if not callable(initializer):
        raise errors.invalid("initializer", got=initializer, expected="a function, or None")
    if not use_safe_embedding_lookup:
        raise errors.unsupported(
            "use_safe_embedding_lookup=False", "Leave it out: missing categories give zeros."
        )
    return {
        "dimension": int(dimension),
        "initializer": initializer,
        "ckpt_to_load_from": ckpt_to_load_from,
        "tensor_name_in_ckpt": tensor_name_in_ckpt,
        "trainable": trainable,
        "use_safe_embedding_lookup": True,
    }


def first_values(owner):
    """The initializer of a table: the one that was given, or a checkpoint's values.

    Args:
        owner: what has `initializer`, `ckpt_to_load_from` and `tensor_name_in_ckpt`.
    """
    if owner.ckpt_to_load_from is None:
        initializer = owner.initializer
        # Without a seed of the user's, each table draws its own, by the seed of its model.
        return initializer.clone() if isinstance(initializer, Initializer) else initializer

    def loaded(shape, dtype=None):
        value = load_variable(owner.ckpt_to_load_from, owner.tensor_name_in_ckpt)
        if tuple(value.shape) != tuple(shape):
            raise errors.shape_mismatch(
                "tensor_name_in_ckpt",
                got=value.shape,
                expected=shape,
                hint=f"{owner.tensor_name_in_ckpt!r} of {owner.ckpt_to_load_from} does not fit.",
            )
        return value

    return loaded


class EmbeddingLookup(columns.DenseColumn, columns.SequenceDenseColumn):
    """A column that looks up vectors: has `categorical_column`, `combiner` and `max_norm`."""

    @property
    def parents(self):
        return [self.categorical_column]

    @property
    def parse_example_spec(self):
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self):
        return TensorShape((self.dimension,))

    def create_state(self, state):
        raise NotImplementedError

    def dense(self, features, state):
        sequence.check_no_sequence(self)
        return self._vectors(features, state)

    def sequence(self, features, state):
        sequence.check_sequence(self)
        return self._vectors(features, state), self.categorical_column.lengths(features)

    def _vectors(self, features, state):
        column, table = self.categorical_column, state.get(self, WEIGHTS)
        with lookup_of(column):
            return combined(
                table, column.ids(features), column.weights(features), self.combiner, self.max_norm
            )


@dataclass(frozen=True)
class EmbeddingColumn(EmbeddingLookup):
    """Learned vectors; see `embedding_column`."""

    categorical_column: columns.CategoricalColumn
    dimension: int
    combiner: str
    initializer: object
    ckpt_to_load_from: str | None
    tensor_name_in_ckpt: str | None
    max_norm: float | None
    trainable: bool
    use_safe_embedding_lookup: bool

    @property
    def name(self):
        return f"{self.categorical_column.name}_embedding"

    def create_state(self, state):
        state.create(
            self,
            WEIGHTS,
            (self.categorical_column.num_buckets, self.dimension),
            first_values(self),
            self.trainable,
        )
