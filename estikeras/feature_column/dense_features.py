"""DenseFeatures."""

import numpy as np

from estikeras import errors, ops
from estikeras.feature_column import column as columns
from estikeras.feature_column.features import Features
from estikeras.feature_column.layer import FeatureLayer, check_batch
from estikeras.public import public


@public("keras.layers.DenseFeatures")
class DenseFeatures(FeatureLayer):
    """The numbers of several columns side by side, in the order of the columns' names.

    Args:
        feature_columns: iterable of dense columns: numeric, bucketized, embedding, indicator.
        trainable: whether weights are trained.
        name: name of the layer.
        **kwargs: those of `Layer`.

    Call arguments:
        features: dict from names of features to tensors, arrays or SparseTensors.
        cols_to_output_tensors: dict that gets the part of the output of each column, or None.

    Returns:
        float32 (batch, numbers).

    Raises:
        ValueError: for other columns, two of one name, a missing feature (the names that are there
            are named), and features of wrong dtypes and shapes.

    Example:
        >>> from estikeras import feature_column as fc
        >>> layer = DenseFeatures([fc.numeric_column("age"), fc.indicator_column(
        ...     fc.categorical_column_with_vocabulary_list("sex", ["f", "m"]))])
        >>> layer({"age": [31.0, 5.0], "sex": ["m", "f"]}).tolist()
        [[31.0, 0.0, 1.0], [5.0, 1.0, 0.0]]
    """

    _kinds = (columns.DenseColumn,)
    _hint = "Wrap a categorical column with an embedding_column or an indicator_column."

    def __init__(self, feature_columns, trainable=True, name=None, partitioner=None, **kwargs):
        if partitioner is not None:
            raise errors.unsupported("A partitioner", "Leave it out: variables are whole.")
        super().__init__(feature_columns, trainable=trainable, name=name, **kwargs)

    def __call__(self, features, cols_to_output_tensors=None, **kwargs):
        y = super().__call__(features, **kwargs)
        if cols_to_output_tensors is not None:
            start = 0
            for column in self._columns:
                end = start + column.variable_shape.num_elements()
                cols_to_output_tensors[column] = y[:, start:end]
                start = end
        return y

    def call(self, features):
        features = Features(features)
        parts = [column.dense(features, self._state_of_columns) for column in self._columns]
        check_batch([column.name for column in self._columns], parts)
        return ops.concatenate([flat(*pair) for pair in zip(self._columns, parts, strict=True)], 1)

    def compute_output_shape(self, input_shape):
        size = sum(column.variable_shape.num_elements() for column in self._columns)
        return (self._batch_of(input_shape), size)


def flat(column, x):
    """A column's numbers as `(batch, numbers)`.

    Raises:
        ValueError: if there are more numbers than the column should give.
    """
    size = column.variable_shape.num_elements()
    if np.prod(x.shape[1:], dtype=int) != size:
        raise errors.shape_mismatch(
            column.name,
            got=x.shape,
            expected=f"{size} numbers an example",
            hint="Have the features too many axes? Sequences are for SequenceFeatures.",
        )
    return ops.reshape(x, (x.shape[0], size))
