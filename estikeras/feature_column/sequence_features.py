"""SequenceFeatures, and what goes with its output."""

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.engine.session_graph import session_graph
from estikeras.feature_column import column as columns
from estikeras.feature_column.features import Features
from estikeras.feature_column.layer import FeatureLayer, check_batch
from estikeras.ops import assertions
from estikeras.public import public


@public("keras.experimental.SequenceFeatures")
class SequenceFeatures(FeatureLayer):
    """The numbers of several columns of sequences side by side, for each step, in the order of the
    columns' names.

    Args:
        feature_columns: iterable of sequence columns: numeric, or embedding or indicator ones of
            sequence_categorical_column_with_*.
        trainable: whether weights are trained.
        name: name of the layer.
        **kwargs: those of `Layer`.

    Call arguments:
        features: dict from names of features to SparseTensors, or to dense tensors in which `""`,
            -1 or NaN is missing.

    Returns:
        float32 (batch, steps, numbers), and how many steps each example has, int64 (batch,).

    Raises:
        ValueError: as DenseFeatures, and for columns with other numbers of steps.
        InvalidArgumentError: in eager calls, for columns with other lengths.
    """

    _kinds = (columns.SequenceDenseColumn,)
    _hint = "Use a sequence_numeric_column, or wrap a sequence_categorical_column_with_*."

    def __init__(self, feature_columns, trainable=True, name=None, **kwargs):
        super().__init__(feature_columns, trainable=trainable, name=name, **kwargs)

    def call(self, features):
        features, names = Features(features), [column.name for column in self._columns]
        made = [column.sequence(features, self._state_of_columns) for column in self._columns]
        parts = [
            ops.reshape(x, (*x.shape[:2], column.variable_shape.num_elements()))
            for column, (x, _) in zip(self._columns, made, strict=True)
        ]
        check_batch(names, parts)
        steps = max(x.shape[1] for x in parts)
        for name, x in zip(names, parts, strict=True):
            if x.shape[1] != steps:
                raise errors.shape_mismatch(
                    "features",
                    got=f"{x.shape[1]} steps in {name!r}",
                    expected=f"{steps} steps, as other columns have",
                )
        lengths = [length for _, length in made]
        for name, other in zip(names[1:], lengths[1:], strict=True):
            message = f"The lengths of {names[0]!r} and {name!r} differ"
            if session_graph() is None:  # model functions cannot look at values
                assertions.assert_equal(lengths[0], other, message)
        return ops.concatenate(parts, axis=2), lengths[0]

    def compute_output_shape(self, input_shape):
        size = sum(column.variable_shape.num_elements() for column in self._columns)
        batch = self._batch_of(input_shape)
        return (batch, None, size), (batch,)

    def compute_output_spec(self, features):
        """KerasTensors like the outputs."""
        shapes = {key: x.shape for key, x in features.items()}
        outputs, lengths = self.compute_output_shape(shapes)
        return KerasTensor(outputs, "float32"), KerasTensor(lengths, "int64")


def concatenate_context_input(context_input, sequence_input):
    """Numbers of sequences, with an example's other numbers at each step.

    Args:
        context_input: float32 (batch, numbers).
        sequence_input: float32 (batch, steps, numbers).

    Raises:
        ValueError: for other dtypes and numbers of axes.
    """
    for argument, x, axes in (
        ("context_input", context_input, 2),
        ("sequence_input", sequence_input, 3),
    ):
        if len(x.shape) != axes or x.dtype != "float32":
            raise errors.invalid(
                argument, got=f"{x.dtype} {tuple(x.shape)}", expected=f"float32 of {axes} axes"
            )
    batch, size = context_input.shape
    context = ops.reshape(context_input, (batch, 1, size))
    context = ops.broadcast_to(context, (batch, sequence_input.shape[1], size))
    return ops.concatenate([sequence_input, context], axis=2)
