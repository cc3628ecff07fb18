"""Sparse tensors to dense ones and back."""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.op_errors import InvalidArgumentError
from estikeras.public import public


@public("sparse.to_dense")
def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """A sparse tensor as a dense one of its shape.

    Args:
        sp_input: SparseTensor.
        default_value: what stands where it has no entry; None is 0, False or an empty string.
        validate_indices: bool, raise unless indices ascend without repetition.
        name: of no consequence.

    Raises:
        InvalidArgumentError: if indices are outside of the shape, or not in order.
    """
    if not isinstance(sp_input, SparseTensor):
        raise errors.wrong_type("sp_input", got=sp_input, expected="a SparseTensor")
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
    if default_value is None:
        default_value = b"" if sp_input.dtype == "string" else 0
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
