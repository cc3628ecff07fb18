"""Rows of a table by their indices, and the gradient that adds rows back. Indices out of range are
an error.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives.indexing import check_range


def _embedding_rule(table, indices):
    if table.ndim != 2:
        raise errors.shape_mismatch("table", got=table.shape, expected="(rows, features)")
    if not dtypes.is_int(indices.dtype):
        raise errors.wrong_type("indices", got=indices.dtype, expected="an integer dtype")
    return Spec((*indices.shape, table.shape[1]), table.dtype)


def _embedding(table, indices):
    check_range(indices, table.shape[0])
    return np.take(table, indices, axis=0)


def _embedding_gradient(indices, g, *, rows):
    check_range(indices, rows)
    flat = g.reshape(-1, g.shape[-1]).astype(np.float64 if g.dtype == np.float64 else np.float32)
    table = np.zeros((rows, g.shape[-1]), flat.dtype)
    np.add.at(table, indices.reshape(-1), flat)
    return table.astype(g.dtype)


embedding = primitive(
    "embedding",
    rule=_embedding_rule,
    reference=_embedding,
    gradient=lambda g, y, table, indices: (
        embedding_gradient(indices, g, rows=table.shape[0]),
        None,
    ),
    kernel="embedding.embedding",
)
# Inputs indices (*shape) and g (*shape, features); gives the dense (rows, features).
embedding_gradient = primitive(
    "embedding_gradient",
    rule=lambda indices, g, *, rows: Spec((rows, g.shape[-1]), g.dtype),
    reference=_embedding_gradient,
    gradient=lambda g, y, indices, outer, *, rows: (None, embedding(g, indices)),
    kernel="embedding.embedding_gradient",
    additive=True,
)
