"""Rows of a table by their numbers, for the Embedding layer and `tf.nn.embedding_lookup`."""

from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import tensor
from estikeras.primitives import embedding


def embedding_lookup(table, indices):
    """The rows of `table` at `indices`; the gradient adds rows up.

    Args:
        table: (rows, features).
        indices: integers of any shape from 0 to rows - 1; floats are cut to integers.

    Returns:
        A tensor (*shape of indices, features).
    """
    indices = as_tensor(indices)
    if not dtypes.is_int(indices.dtype):
        indices = tensor(indices, "int32")
    return embedding.embedding(table, indices)
