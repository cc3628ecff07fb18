"""Rows of a table by their numbers, for the Embedding layer and `tf.nn.embedding_lookup`."""

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import tensor
from estikeras.ops.creation import ones
from estikeras.ops.shaping import reshape
from estikeras.primitives import elementwise, embedding, shaping


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


def whole_table(params):
    """A table as a tensor, which may be given as a list of one."""
    if isinstance(params, list | tuple):
        if len(params) != 1:
            raise errors.unsupported("A table in several parts", "Join them with `tf.concat`.")
        params = params[0]
    return as_tensor(params)


def used_rows(gradient):
    """Which rows of a table were looked up, as the gradient of a traced step tells.

    Args:
        gradient: the gradient of a loss with respect to the table, (rows, ...).

    Returns:
        How often each row was looked up, (rows, 1, ...); None if the table was not only looked up,
        and for a gradient that has a value or is no sum of rows any more.
    """
    node = getattr(gradient, "node", None)
    if node is None or node.kind != "apply":
        return None
    if node.primitive is elementwise.add:
        parts = [used_rows(x) for x in node.inputs]
        return None if any(part is None for part in parts) else parts[0] + parts[1]
    if node.primitive is shaping.reshape:
        (before,) = node.inputs
        counts = used_rows(before) if before.shape[:1] == gradient.shape[:1] else None
    elif node.primitive is embedding.embedding_gradient:
        indices, rows = node.inputs
        once = ones((*indices.shape, 1), rows.dtype)
        counts = embedding.embedding_gradient(indices, once, **node.params)
    else:
        return None
    return None if counts is None else reshape(counts, (-1, *[1] * (gradient.ndim - 1)))
