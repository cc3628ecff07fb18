"""Datasets of placeholders: what their elements are like, and what they are once values are fed."""

import numpy as np

from estikeras.data import structure
from estikeras.data.node import walk
from estikeras.data.selection import Repeat
from estikeras.data.sharding import with_others
from estikeras.data.sources import Pending, Slices
from estikeras.engine import dtypes
from estikeras.engine.tensor import TracedTensor

ROWS = 1 << 16  # of what stands in for rows of which nobody knows how many there are


def tensors_of(dataset):
    """The tensors without a value that a dataset's elements are made of."""
    leaves = [leaf for node in _pending(dataset) for leaf in structure.leaves_of(node.tensors)]
    return [leaf for leaf in leaves if isinstance(leaf, TracedTensor)]


def given(dataset, value_of):
    """The dataset of values.

    Args:
        dataset: a Dataset.
        value_of: function that gives the array for each of `tensors_of(dataset)`.
    """
    return _over(dataset, lambda node: structure.map_leaves(_valued(value_of), node.tensors))


def first_like(dataset):
    """A dataset whose first element has the form of the dataset's first one, of zeros and empty
    strings, provided there are enough rows for a batch.
    """
    once = {node: node.source for node in walk(dataset.plan) if isinstance(node, Repeat)}
    return _over(dataset.with_plan(with_others(dataset.plan, once)), _zeros)


def _pending(dataset):
    return [node for node in walk(dataset.plan) if isinstance(node, Pending)]


def _over(dataset, values_of):
    made = {
        node: node.kind(structure.as_element(values_of(node)))
        for node in _pending(dataset)
        if node.kind is not None
    }
    return dataset.with_plan(with_others(dataset.plan, made))


def _valued(value_of):
    return lambda leaf: value_of(leaf) if isinstance(leaf, TracedTensor) else leaf


def _zeros(node):
    leaves = structure.leaves_of(node.tensors)
    rows = max((np.shape(leaf)[0] for leaf in leaves), default=1) if node.kind is Slices else 0

    def zeros(x):
        shape = (rows if rows > 1 else ROWS, *x.shape[1:]) if node.kind is Slices else x.shape
        zero = np.array(b"" if x.dtype == "string" else 0, dtypes.to_numpy(x.dtype))
        return np.broadcast_to(zero, shape)

    return structure.map_leaves(_valued(zeros), node.tensors)
