"""`tf.TensorArray`: tensors of one kind by their numbers, such as the outputs of a loop's steps.

While numbers are known, an array is what was written under each. In a loop of which one step is
traced they are not: there it is one tensor with a row for each number, which the loop carries.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, tree
from estikeras.engine.operation import is_traced
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import core, creation, indexing, joining, shaping
from estikeras.public import public


@public("TensorArray")
class TensorArray:
    """Tensors of one shape and dtype by their numbers.

    It never changes: what `write` and its kin give is another one, which takes its place.

    Args:
        dtype: dtype of the tensors.
        size: how many there are.
        dynamic_size: whether writing to a later number makes it larger.
        clear_after_read: of no consequence.
        tensor_array_name: of no consequence.
        handle: must be None.
        flow: must be None.
        infer_shape: must be True.
        element_shape: shape of the tensors, in which sizes may be None; None for any.
        colocate_with_first_write_call: of no consequence.
        name: of no consequence.
    """

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        if handle is not None or flow is not None:
            raise errors.unsupported("`handle` and `flow`", "Pass the TensorArray itself.")
        if not infer_shape:
            raise errors.unsupported(
                "`infer_shape=False`", "Pad the tensors to one shape, or keep them in a list."
            )
        instead = "Take a size of the batch, such as `tf.shape(x)[1]`, or a number."
        self._size = int(core.value_for_size(0 if size is None else size, "a TensorArray", instead))
        self._dtype, self._dynamic_size = dtypes.standardize(dtype), bool(dynamic_size)
        shape = None if element_shape is None else tuple(element_shape)
        self._shape, self._items, self._rows = shape, {}, None
        if shape is not None and None not in shape:
            self._shape = tuple(int(size) for size in shape)

    @property
    def dtype(self):
        """The dtype of the tensors."""
        return self._dtype

    @property
    def dynamic_size(self):
        """Whether writing makes it larger."""
        return self._dynamic_size

    @property
    def element_shape(self):
        """The shape of the tensors, None while it is not known."""
        return self._shape

    def size(self):
        """How many tensors there are, a scalar."""
        return as_tensor(np.int32(self._size))

    def write(self, index, value, name=None):
        """The array with a tensor under a number.

        Args:
            index: int or scalar tensor.
            value: the tensor.
            name: of no consequence.
        """
        value = self._checked(value)
        if is_traced(index):
            index = core.cast(index, "int32")
            start = joining.stack([index, *[np.int32(0)] * len(value.shape)])
            rows = self._filled(value.shape)
            return self.with_rows(indexing.slice_update(rows, start, value[None]))
        index = self._number(index, grows=True)
        if self._rows is not None:
            rows = self._filled(value.shape, index + 1)
            return self.with_rows(
                joining.concatenate([rows[:index], value[None], rows[index + 1 :]])
            )
        made = self._copy(value.shape)
        made._items = {**self._items, index: value}
        made._size = max(self._size, index + 1)
        return made

    def read(self, index, name=None):
        """The tensor under a number.

        Args:
            index: int or scalar tensor.
            name: of no consequence.
        """
        if is_traced(index):
            return indexing.take(self.stack(), index, axis=0)
        index = self._number(index)
        if self._rows is not None:
            return self._rows[index]
        if index in self._items:
            return self._items[index]
        return self.stack()[index]

    def gather(self, indices, name=None):
        """The tensors under some numbers, stacked."""
        return indexing.take(self.stack(), indices, axis=0)

    def stack(self, name=None):
        """All tensors, stacked; zeros where none was written."""
        if self._rows is None and len(self._items) == self._size and self._size:
            return joining.stack([self._items[k] for k in range(self._size)])
        return self._filled(None)

    def concat(self, name=None):
        """All tensors, one after the other along their first axis."""
        rows = self.stack()
        return shaping.reshape(rows, (-1, *rows.shape[2:]))

    def unstack(self, value, name=None):
        """The array whose tensors are the rows of a tensor."""
        return self.with_rows(self._checked(value, axis=1))

    def scatter(self, indices, value, name=None):
        """The array with the rows of a tensor under some numbers."""
        array, indices = self, core.convert_to_tensor(indices)
        for k in range(indices.shape[0]):
            array = array.write(indices[k], as_tensor(value)[k])
        return array

    def split(self, value, lengths, name=None):
        """The array whose tensors are equal parts of a tensor, along its first axis.

        Args:
            value: the tensor.
            lengths: the length of each part, of which all must be the same.
            name: of no consequence.
        """
        instead = "Give each part's length as a number."
        known = core.value_for_size(lengths, "`split`", instead).tolist()
        if len(set(known)) != 1:
            raise errors.unsupported("Parts of several lengths", "Use a list and `tf.split`.")
        value = as_tensor(value)
        return self.unstack(shaping.reshape(value, (len(known), known[0], *value.shape[1:])))

    def identity(self):
        """Itself."""
        return self

    def close(self, name=None):
        """Nothing: memory is released by itself."""

    # What loops need.

    @property
    def is_ready(self):
        """Whether the shape of its tensors is known, so that a loop can carry it."""
        return self._rows is not None or self._known_shape() is not None

    def carried(self, like=None):
        """The tensor with a row for each number.

        Args:
            like: an array whose tensors have the shape, where none was written to this one.
        """
        return self._filled(None if like is None else like._known_shape())

    def with_rows(self, rows):
        """The array of the rows of a tensor."""
        made = self._copy(rows.shape[1:])
        made._rows, made._items, made._size = rows, {}, rows.shape[0]
        return made

    def map(self, function):
        """The array with a function of its tensors, which keeps their shape."""
        made = self._copy(self._shape)
        made._items = {k: function(x) for k, x in self._items.items()}
        made._rows = None if self._rows is None else function(self._rows)
        return made

    def _known_shape(self):
        if self._rows is not None:
            return self._rows.shape[1:]
        if self._items:
            return next(iter(self._items.values())).shape
        known = self._shape is not None and None not in self._shape
        return self._shape if known else None

    def _filled(self, shape, size=0):
        """All rows, at least `size` of them; zeros where nothing was written."""
        shape = self._known_shape() if shape is None else tuple(shape)
        if shape is None:
            raise ValueError(
                "Nothing was written to the TensorArray, so that the shape of its tensors is not "
                "known. Write to it first, or give `element_shape`."
            )
        size = max(self._size, size)
        if self._rows is None:
            if not size:
                return creation.zeros((0, *shape), self._dtype)
            empty = creation.zeros(shape, self._dtype)
            return joining.stack([self._items.get(k, empty) for k in range(size)])
        missing = size - self._size
        if not missing:
            return self._rows
        return joining.concatenate([self._rows, creation.zeros((missing, *shape), self._dtype)])

    def _copy(self, shape):
        made = object.__new__(TensorArray)
        vars(made).update(vars(self))
        made._shape = None if shape is None else tuple(shape)
        return made

    def _checked(self, value, axis=0):
        value = value if isinstance(value, Tensor) else core.tensor(value, self._dtype)
        if value.dtype != self._dtype:
            raise errors.wrong_type(
                "value", got=value, expected=f"a tensor of the dtype {self._dtype!r}"
            )
        shape, wanted = tuple(value.shape[axis:]), self._known_shape() or self._shape
        fits = wanted is None or (
            len(wanted) == len(shape)
            and all(a is None or a == b for a, b in zip(wanted, shape, strict=True))
        )
        if not fits:
            raise errors.shape_mismatch("value", got=shape, expected=wanted)
        return value

    def _number(self, index, grows=False):
        index = int(as_tensor(index).value)
        if index < 0 or (index >= self._size and not (grows and self._dynamic_size)):
            raise errors.invalid(
                "index", got=index, expected=f"a number from 0 up to but not including {self._size}"
            )
        return index

    def __repr__(self):
        return f"<TensorArray: size={self._size}, dtype={self._dtype}, shape={self._shape}>"


def tensors_of(structure, like=None):
    """The tensors of a structure in order, without None; TensorArrays as their rows.

    Args:
        structure: nested tensors and TensorArrays.
        like: structure of the same form, whose TensorArrays have the shapes; or None.
    """
    leaves = tree.flatten(structure)
    others = [None] * len(leaves) if like is None else tree.flatten(like)
    return [
        x.carried(other) if isinstance(x, TensorArray) else as_tensor(x)
        for x, other in zip(leaves, others, strict=True)
        if x is not None
    ]


def packed(structure, tensors):
    """Tensors in the place of those of a structure, in which None stays."""
    given = iter(tensors)

    def put(x):
        if x is None:
            return None
        return x.with_rows(next(given)) if isinstance(x, TensorArray) else next(given)

    return tree.map_structure(put, structure)


def map_tensors(function, structure):
    """A function of all tensors of a structure, also of those in TensorArrays."""
    return tree.map_structure(
        lambda x: x.map(function) if isinstance(x, TensorArray) else function(x), structure
    )


def are_ready(structure):
    """Whether the shapes of all TensorArrays are known."""
    return all(x.is_ready for x in tree.flatten(structure) if isinstance(x, TensorArray))
