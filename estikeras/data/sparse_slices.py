"""Rows of SparseTensors in memory."""

import numpy as np

from estikeras.data import structure
from estikeras.data.node import Node
from estikeras.data.sources import rows_of_all
from estikeras.engine.specs import SparseTensor


class SparseSlices(Node):
    """The rows of arrays and SparseTensors.

    Args:
        block: structure of them with equally many rows.
    """

    def __init__(self, block):
        super().__init__()
        self.rows = rows_of_all(block)
        self.block = structure.map_leaves(
            lambda leaf: _SparseRows(leaf) if isinstance(leaf, SparseTensor) else leaf, block
        )
        self._spec = structure.spec_of_row(block)

    def infer_spec(self):
        return self._spec

    def cardinality(self):
        return self.rows

    def each(self, run):
        return (structure.take_row(self.block, row) for row in range(self.rows))


class _SparseRows:
    """The rows of a SparseTensor, by number."""

    def __init__(self, tensor):
        indices = tensor.indices.value
        order = np.lexsort(indices.T[::-1])
        self._indices, self._values = indices[order, 1:], tensor.values.value[order]
        self._shape = tensor.dense_shape.value[1:]
        self._starts = np.searchsorted(indices[order, 0], np.arange(tensor.shape[0] + 1))

    def __getitem__(self, row):
        own = slice(*self._starts[row : row + 2])
        return SparseTensor(self._indices[own], self._values[own], self._shape)
