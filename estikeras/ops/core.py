"""Between Python and tensors: conversion, dtypes, promotion. Other ops build on this file; it knows
no arithmetic.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import KerasTensor, op
from estikeras.engine.shapes import Size
from estikeras.engine.tensor import Tensor, TracedTensor, TraceError, as_tensor
from estikeras.primitives import elementwise, shaping
from estikeras.public import public

_PLAIN = (bool, int, float, Size)


def tensor(x, dtype):
    """A tensor, variable, array or number as a tensor of the named dtype."""
    if type(x) in _PLAIN and dtype != "string":
        return Tensor(np.asarray(x, dtypes.to_numpy(dtype)))
    x = as_tensor(x)
    return x if x.dtype == dtype else elementwise.cast(x, dtype=dtype)


def _dtype_or_kind(x):
    """The dtype of an operand, or the Python type of one that is a plain number and so weak."""
    if isinstance(x, (bool, int, float)):
        return bool if isinstance(x, bool) else int if isinstance(x, int) else float
    return as_tensor(x).dtype if getattr(x, "dtype", None) is None else dtypes.standardize(x.dtype)


def _plain_dtype(xs):
    """The dtype of operands that is plain to see: floats of one dtype beside Python numbers.

    Also any tensors of one dtype. Of all else, None.
    """
    found, numbers = None, False
    for x in xs:
        if isinstance(x, Tensor):
            if found is not None and found != x.dtype:
                return None
            found = x.dtype
        elif isinstance(x, (int, float)):
            numbers = True
        else:
            return None
    return found if not numbers or dtypes.is_float(found) else None


def promote(*xs, floating=False):
    """Operands as tensors of the dtype to which they promote; Python numbers are weak.

    Args:
        *xs: tensors, variables, arrays or numbers.
        floating: whether integers and booleans become floats.
    """
    dtype = _plain_dtype(xs)
    if dtype is not None and not (floating and not dtypes.is_float(dtype)):
        return tuple([tensor(x, dtype) for x in xs])
    xs = [x if isinstance(x, (Tensor, bool, int, float)) else as_tensor(x) for x in xs]
    kinds = [_dtype_or_kind(x) for x in xs]
    dtype = dtypes.result_type(*kinds, float) if floating else dtypes.result_type(*kinds)
    return tuple([tensor(x, dtype) for x in xs])


def floating(x):
    """An operand as a tensor of a floating-point (or complex) dtype."""
    x = as_tensor(x)
    if dtypes.is_float(x.dtype) or x.dtype in dtypes.COMPLEX:
        return x
    return elementwise.cast(x, dtype=dtypes.result_type(x.dtype, float))


def numeric(x):
    """An operand as a tensor that is not boolean: booleans become int32."""
    x = as_tensor(x)
    return elementwise.cast(x, dtype="int32") if x.dtype == "bool" else x


def boolean(x):
    """An operand as a boolean tensor: true where it is not zero."""
    x = as_tensor(x)
    if x.dtype == "bool":
        return x
    return elementwise.not_equal(x, elementwise.constant(0, x))


def static_shape(shape):
    """A shape given as a number, sequence or tensor as a tuple of int."""
    if isinstance(shape, Tensor):
        shape = shape.value.tolist()
    if isinstance(shape, (int, np.integer)):
        return (shape,)
    return tuple([size if isinstance(size, int) else int(size) for size in shape])


def _holds_plain_numbers(x):
    if type(x) in (list, tuple):
        return all(map(_holds_plain_numbers, x))
    return type(x) in _PLAIN


@op("keras.ops.convert_to_tensor")
def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """A tensor with the value of `x`.

    Args:
        x: tensor, variable, array, number, or nested sequence of numbers.
        dtype: name of a dtype; None keeps an array's, and gives Python numbers float32 or int32.
        sparse: must not be True.
        ragged: must not be True.
    """
    if sparse or ragged:
        raise errors.unsupported("A sparse or ragged tensor", "Use dense tensors, with a mask.")
    if dtype is None:
        return as_tensor(x)
    dtype = dtypes.standardize(dtype)
    if _holds_plain_numbers(x) and (dtype != "string" or not np.size(x)):
        return Tensor(np.array(x).astype(dtypes.to_numpy(dtype)))
    return tensor(x, dtype)


@op("keras.ops.array", "keras.ops.numpy.array")
def array(x, dtype=None):
    """A tensor with the value of `x`, in the named dtype if one is given."""
    return convert_to_tensor(x, dtype)


@public("keras.ops.convert_to_numpy")
def convert_to_numpy(x):
    """A NumPy array with the value of a tensor."""
    return np.array(as_tensor(x).value)


@public("keras.ops.is_tensor", "is_tensor")
def is_tensor(x):
    """Whether `x` is a tensor (a variable or an array is none)."""
    return isinstance(x, Tensor)


@public("keras.ops.shape")
def shape(x):
    """The shape as a tuple; sizes that a symbolic tensor does not know are None."""
    return tuple(x.shape) if isinstance(x, (Tensor, KerasTensor)) else as_tensor(x).shape


@public("keras.ops.dtype")
def dtype(x):
    """The name of the dtype."""
    return x.dtype if isinstance(x, (Tensor, KerasTensor)) else as_tensor(x).dtype


@public("keras.ops.ndim", "keras.ops.numpy.ndim")
def ndim(x):
    """The number of axes."""
    return len(shape(x))


@op("keras.ops.size", "keras.ops.numpy.size")
def size(x):
    """The number of elements."""
    return as_tensor(as_tensor(x).size)


def value_for_size(x, function, instead):
    """The array of a tensor whose values say how large a result is.

    Args:
        x: tensor.
        function: what gives the result, for the message.
        instead: what to write where the values are not known.

    Raises:
        TraceError: in a trace.
    """
    x = as_tensor(x)
    if type(x) is TracedTensor:
        raise TraceError(
            f"How large the result of {function} is depends on values, which are known only when "
            f"steps are run; sizes must be known before. {instead}"
        )
    return x.value


@op("keras.ops.cast")
def cast(x, dtype):
    """`x` in another dtype."""
    return tensor(as_tensor(x), dtypes.standardize(dtype))


@op("keras.ops.saturate_cast")
def saturate_cast(x, dtype):
    """`x` in another dtype, with values beyond its range replaced by its limits."""
    x, dtype = as_tensor(x), dtypes.standardize(dtype)
    low, high = (limits(d) for d in (x.dtype, dtype))
    low, high = max(low[0], high[0]), min(low[1], high[1])
    low, high = (elementwise.constant(limit, x) for limit in (low, high))
    return tensor(elementwise.minimum(elementwise.maximum(x, low), high), dtype)


def limits(dtype):
    """The smallest and the largest finite value of a dtype."""
    if dtype == "bool":
        return 0, 1
    if dtypes.is_int(dtype):
        return np.iinfo(dtype).min, np.iinfo(dtype).max
    limit = {"bfloat16": 3.3895313892515355e38}.get(dtype) or float(np.finfo(dtype).max)
    return -limit, limit


@op("keras.ops.stop_gradient")
def stop_gradient(variable):
    """The value, through which no gradient flows."""
    return elementwise.stop_gradient(as_tensor(variable))


@op("keras.ops.copy", "keras.ops.numpy.copy")
def copy(x):
    """The same tensor again."""
    return elementwise.identity(as_tensor(x))


@op("keras.ops.view", "keras.ops.numpy.view")
def view(x, dtype=None):
    """The same bytes read as another dtype; the last axis changes when the item size does."""
    x = as_tensor(x)
    return x if dtype is None else shaping.bitcast(x, dtype=dtypes.standardize(dtype))
