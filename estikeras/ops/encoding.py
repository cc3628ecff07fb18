"""Integers as rows of zeros and ones: `one_hot` and `multi_hot` of `keras.ops`. Knows no
vocabularies.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import tensor
from estikeras.primitives import elementwise as ew
from estikeras.primitives import reduce as red
from estikeras.primitives import shaping


def _refuse_sparse(sparse):
    if sparse:
        raise errors.unsupported("A sparse result", "Leave `sparse=False` for a dense one.")


@op("keras.ops.one_hot", "keras.ops.nn.one_hot")
def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """Integers as vectors that are 1 at the integer's place and 0 elsewhere.

    Args:
        x: integer tensor of any shape; an integer outside of `[0, num_classes)` becomes zeros.
        num_classes: int, the vectors' size.
        axis: int, where the new axis is in the result.
        dtype: dtype of the result, by default `keras.config.floatx()`.
        sparse: must be False.

    Returns:
        A tensor with one axis more than `x`.
    """
    _refuse_sparse(sparse)
    x = as_tensor(x)
    if not dtypes.is_int(x.dtype):
        x = tensor(x, "int32")
    axis = shapes.normalize_axis(axis, x.ndim + 1)
    column = shaping.reshape(x, shape=(*x.shape[:axis], 1, *x.shape[axis:]))
    shape = tuple(num_classes if i == axis else 1 for i in range(x.ndim + 1))
    if x.dtype in ("int8", "uint8"):
        column = tensor(column, "int32")
    classes = np.arange(num_classes, dtype=dtypes.to_numpy(column.dtype)).reshape(shape)
    return tensor(ew.equal(column, classes), dtypes.standardize(dtype))


@op("keras.ops.multi_hot", "keras.ops.nn.multi_hot")
def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs):
    """Sets of integers as vectors that are 1 at every integer's place and 0 elsewhere.

    Args:
        inputs: integer tensor (batch, items) or (items,).
        num_classes: int, the vectors' size.
        axis: int, where the classes are in the one-hot vectors that are combined.
        dtype: dtype of the result, by default `keras.config.floatx()`.
        sparse: must be False.
        **kwargs: `num_tokens`, an older name of `num_classes`.

    Returns:
        A tensor (batch, num_classes) or (num_classes,).

    Raises:
        ValueError: without `num_classes`.
    """
    num_classes = kwargs.pop("num_tokens", num_classes) if num_classes is None else num_classes
    if kwargs:
        raise TypeError(f"multi_hot() got unknown arguments: {sorted(kwargs)}.")
    if num_classes is None:
        raise errors.invalid("num_classes", got=None, expected="the number of classes")
    _refuse_sparse(sparse)
    x = tensor(inputs, "int32")
    hot = one_hot(x, num_classes, axis=axis, dtype=dtype)
    return red.reduce_max(hot, axes=(1 if x.ndim > 1 else 0,), keepdims=False)
