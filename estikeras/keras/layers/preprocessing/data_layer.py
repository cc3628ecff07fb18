"""What layers have in common that prepare data: they take arrays, lists and strings, and learn from
batches.
"""

import itertools

import numpy as np

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.engine.tensor import Tensor
from estikeras.keras.layers.layer import Layer


class DataLayer(Layer):
    """A layer whose inputs may be arrays, lists, strings or tensors, and keep their dtype."""

    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)

    def __call__(self, inputs, *args, **kwargs):
        return super().__call__(self._inputs_of(inputs), *args, **kwargs)

    def _inputs_of(self, inputs):
        return as_tensor(inputs)

    @property
    def output_dtype(self):
        """The dtype of the outputs."""
        return self.compute_dtype

    def compute_output_spec(self, inputs):
        """A KerasTensor like the output."""
        return KerasTensor(self.compute_output_shape(inputs.shape), self.output_dtype)


def as_tensor(x):
    """A tensor of what a user has; symbolic tensors stay."""
    return x if isinstance(x, Tensor | KerasTensor) else ops.convert_to_tensor(x)


def refuse_sparse(sparse):
    """`sparse=True` is not there."""
    if sparse:
        raise errors.unsupported("`sparse=True`", "Leave `sparse=False` for dense outputs.")


def check_mode(mode, modes):
    """The output mode by its present name, refused if it is none of `modes`."""
    mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(mode, mode)
    if mode not in modes:
        raise errors.invalid("output_mode", got=mode, expected=f"one of {modes}")
    return mode


def check_salt(salt):
    """The two ints with which strings are hashed, from two or one; None stays None."""
    if isinstance(salt, list | tuple) and len(salt) == 2:
        return list(salt)
    if isinstance(salt, int):
        return [salt, salt]
    if salt is not None:
        raise errors.invalid("salt", got=salt, expected="an int, a tuple of two ints, or None")
    return None


def is_whole(data, lists):
    """Whether data to learn from are one array, not an iterable of batches.

    Args:
        data: what `adapt` was given.
        lists: whether a list counts as an array.
    """
    if isinstance(data, list | tuple):
        return lists
    if isinstance(data, Tensor | np.ndarray | str | bytes) or hasattr(data, "__array__"):
        return True
    if not hasattr(data, "__iter__"):
        raise errors.wrong_type("data", got=data, expected="an array or an iterable of batches")
    return False


def first(batches, steps):
    """The first `steps` batches, or all."""
    return batches if steps is None else itertools.islice(batches, steps)
