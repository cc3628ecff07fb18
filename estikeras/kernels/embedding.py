"""Rows of a table by their indices, and the gradient that adds rows back: indexing along the first
axis.
"""

from estikeras.kernels import indexing
from estikeras.kernels.abi import kernel


@kernel("embedding.embedding")
def embedding(job):
    """Inputs table (rows, features) and indices."""
    indexing.taking(job, 0)


@kernel("embedding.embedding_gradient")
def embedding_gradient(job):
    """Inputs indices and g (*indices, features); gives (rows, features)."""
    indexing.adding(job, 0, updates=1, indices=0)
