"""What a random pipeline is."""

import numpy as np

from tests.support import data_model as model

MOST = 40  # elements


class Pipeline:
    """What a pipeline is, does and gives.

    Args:
        text: how it is written.
        build: function of `tf` that makes the dataset.
        rows: its elements, as `data_model` has them.
        example: an element of its structure, dtypes and ranks, for when there is none.
    """

    def __init__(self, text, build, rows, example):
        self.text, self.build, self.rows, self.example = text, build, rows, example

    def __repr__(self):
        return self.text

    def then(self, text, transform, rows, example=None):
        """The pipeline after one more step.

        Args:
            text: how the step is written.
            transform: function of `tf` and the dataset before that makes the dataset after.
            rows: the elements after.
            example: of them; by default as before.
        """
        if len(rows) > MOST or len(self.text) > 600:
            return None
        build = self.build
        return Pipeline(
            f"{self.text}.{text}",
            lambda tf: transform(tf, build(tf)),
            rows,
            self.example if example is None else example,
        )

    @property
    def ranks(self):
        """The ranks of the parts."""
        return [part.ndim for part in model.leaves(self.example)]

    @property
    def is_leaf(self):
        """Whether an element is one array."""
        return isinstance(self.example, np.ndarray)

    def can_come_apart(self):
        """Whether elements are batches whose parts have equal sizes."""
        if 0 in self.ranks or not (self.rows or self.is_leaf):
            return False
        sizes = ({len(part) for part in model.leaves(row)} for row in self.rows)
        return all(len(found) == 1 for found in sizes)


def example_of_rows(block):
    """An example of the rows of a block."""
    return model.over(lambda array: blank(array.shape[1:], array.dtype), block)


def blank(shape, dtype):
    """An array of zeros, or of empty texts."""
    return np.full(shape, b"" if dtype == np.dtype(object) else 0, dtype)
