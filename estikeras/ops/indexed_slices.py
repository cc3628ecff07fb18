"""Some rows of a table, as TensorFlow hands on the gradients of what was looked up."""

from estikeras import errors
from estikeras.engine.tensor import as_tensor
from estikeras.ops.segment import segment_sum
from estikeras.public import public


@public("IndexedSlices")
class IndexedSlices:
    """Some rows of a tensor whose other rows are 0.

    Gradients are whole tensors here, those of tables too: none is of this class. One of a script's
    own is taken wherever a tensor is, with the sum of the rows that have one number.

    Args:
        values: tensor `(count, ...)`, the rows.
        indices: int tensor `(count,)`, their numbers.
        dense_shape: the shape of the whole, or None, of which no tensor can be made.
    """

    def __init__(self, values, indices, dense_shape=None):
        self.values, self.indices = as_tensor(values), as_tensor(indices)
        self.dense_shape = None if dense_shape is None else as_tensor(dense_shape)

    @property
    def dtype(self):
        """The dtype of the rows."""
        return self.values.dtype

    @property
    def shape(self):
        """The shape of the whole, a tuple with None for what is not known."""
        if self.dense_shape is None:
            return (None, *self.values.shape[1:])
        return tuple(self.dense_shape.value.tolist())

    def __tensor__(self):
        if self.dense_shape is None:
            raise errors.invalid(
                "dense_shape", got=None, expected="the shape of the tensor that is to be made"
            )
        return segment_sum(self.values, self.indices, self.shape[0])

    def __repr__(self):
        return f"<IndexedSlices: values={self.values!r}, indices={self.indices!r}>"
