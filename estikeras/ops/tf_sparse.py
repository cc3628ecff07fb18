"""Sparse tensors to dense ones and back."""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.row_function import RowSparse, RowVector
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.op_errors import InvalidArgumentError
from estikeras.ops.comparison import where
from estikeras.ops.core import tensor
from estikeras.ops.padding import is_padded, is_present, missing_value, note_padded
from estikeras.public import public

_SIGNED = ("int8", "int16", "int32", "int64")


@public("sparse.to_dense")
def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """A sparse tensor as a dense one of its shape.

    Args:
        sp_input: SparseTensor, or what stands for one in a model function.
        default_value: what stands where it has no entry; None is 0, False or an empty string.
        validate_indices: bool, raise unless indices ascend without repetition.
        name: of no consequence.

    Raises:
        InvalidArgumentError: if indices are outside of the shape, or not in order.
    """
    if isinstance(sp_input, RowSparse):
        return RowVector(sp_input)
    if not isinstance(sp_input, SparseTensor) and not is_padded(sp_input):
        raise errors.wrong_type("sp_input", got=sp_input, expected="a SparseTensor")
    if default_value is None:
        default_value = b"" if sp_input.dtype == "string" else 0
    if is_padded(sp_input):
        return where(is_present(sp_input), sp_input, tensor(default_value, sp_input.dtype))
    values, shape = sp_input.values.value, sp_input.shape
    indices = sp_input.indices.value.reshape(len(values), len(shape))
    wrong = ((indices < 0) | (indices >= np.array(shape, np.int64))).any(axis=1)
    if wrong.any():
        which = int(np.argmax(wrong))
        raise InvalidArgumentError(
            message=f"indices[{which}] is {indices[which].tolist()}, outside of the shape {shape}."
        )
    places = np.ravel_multi_index(tuple(indices.T), shape) if len(values) and shape else indices
    if validate_indices and shape and (np.diff(places, axis=0) <= 0).any():
        which = int(np.argmax(np.diff(places, axis=0) <= 0)) + 1
        raise InvalidArgumentError(
            message=f"indices[{which}] is {indices[which].tolist()}, which is out of order or there"
            " twice. Say `validate_indices=False` if that is meant."
        )
    default = as_tensor(default_value).value
    dense = np.full(shape, default, dtypes.to_numpy(sp_input.dtype))
    dense[tuple(indices.T)] = values
    return Tensor(dense)


@public("sparse.from_dense")
def from_dense(tensor, name=None):
    """The entries of a dense tensor that are not zero, False or empty, as a SparseTensor."""
    x = as_tensor(tensor)
    filled = x.value != (b"" if x.dtype == "string" else 0)
    indices = np.argwhere(filled)
    shape = np.array(x.shape, np.int64)
    return SparseTensor(indices, Tensor(x.value[filled]), shape)


def padded(sparse, shape=None):
    """A sparse tensor as a dense one, with `missing_value` where it has no entry.

    Args:
        sparse: SparseTensor of strings, integers or floats with at least two axes.
        shape: tuple of int, a shape at least as large; None is its dense shape.

    Returns:
        Tensor of this shape, of which `is_padded` is true.

    Raises:
        ValueError: for a dtype without a value that means missing, such as bool.
    """
    if sparse.dtype != "string" and sparse.dtype not in (*_SIGNED, *dtypes.FLOATS):
        raise errors.invalid(
            "sparse", got=f"dtype {sparse.dtype}", expected="strings, signed integers or floats"
        )
    if shape is not None:
        sparse = SparseTensor(sparse.indices, sparse.values, np.array(shape, np.int64))
    return note_padded(to_dense(sparse, missing_value(sparse.dtype), validate_indices=False))
