"""Assertions of TensorFlow 1: they look at values where there are any, and at shapes and dtypes.

In what is compiled, values are not looked at; model functions are told so by a warning.
"""

import numpy as np

from estikeras import errors, op_errors
from estikeras.engine import dtypes
from estikeras.engine.operation import is_traced
from estikeras.engine.tensor import as_tensor
from estikeras.ops import tf_control
from estikeras.public import public


def _check(function, holds, message, default, *tensors):
    """Refuse tensors for which a function of their arrays is not true everywhere."""
    tensors = [as_tensor(x) for x in tensors]
    traced = next((x for x in tensors if is_traced(x)), None)
    if traced is not None:
        tf_control.leave_unchecked(function, traced.node.graph)
    elif not np.all(holds(*(x.value for x in tensors))):
        values = ", ".join(str(x) for x in tensors)
        raise op_errors.InvalidArgumentError(message=f"{message or default}: {values}")


@public("compat.v1.assert_greater_equal", "compat.v1.debugging.assert_greater_equal")
def assert_greater_equal(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse an x that is less than y anywhere."""
    _check(
        "assert_greater_equal",
        np.greater_equal,
        message,
        "x is not greater than or equal to y",
        x,
        y,
    )


@public("compat.v1.assert_less_equal", "compat.v1.debugging.assert_less_equal")
def assert_less_equal(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse an x that is greater than y anywhere."""
    _check("assert_less_equal", np.less_equal, message, "x is not less than or equal to y", x, y)


@public("compat.v1.assert_none_equal", "compat.v1.debugging.assert_none_equal")
def assert_none_equal(x, y, data=None, summarize=None, message=None, name=None):
    """Refuse an x that equals y anywhere."""
    _check("assert_none_equal", np.not_equal, message, "x equals y", x, y)


@public("compat.v1.assert_near", "compat.v1.debugging.assert_near")
def assert_near(x, y, rtol=None, atol=None, data=None, summarize=None, message=None, name=None):
    """Refuse an x that is farther than `atol + rtol * |y|` from y anywhere.

    Args:
        x: tensor.
        y: tensor.
        rtol: number; None stands for ten times the distance of 1 to the next number.
        atol: number; None stands for the same.
        data: of no consequence.
        summarize: of no consequence.
        message: text in front of the values, or None.
        name: of no consequence.
    """
    small = 10 * float(np.finfo(dtypes.to_numpy(as_tensor(x).dtype)).eps)
    rtol, atol = small if rtol is None else rtol, small if atol is None else atol

    def near(a, b):
        return np.abs(a - b) <= atol + rtol * np.abs(b)

    _check("assert_near", near, message, "x is not near y", x, y)


@public("compat.v1.assert_positive", "compat.v1.debugging.assert_positive")
def assert_positive(x, data=None, summarize=None, message=None, name=None):
    """Refuse values that are not greater than 0."""
    _check("assert_positive", lambda a: a > 0, message, "x is not positive", x)


@public("compat.v1.assert_negative", "compat.v1.debugging.assert_negative")
def assert_negative(x, data=None, summarize=None, message=None, name=None):
    """Refuse values that are not less than 0."""
    _check("assert_negative", lambda a: a < 0, message, "x is not negative", x)


@public("compat.v1.assert_non_negative", "compat.v1.debugging.assert_non_negative")
def assert_non_negative(x, data=None, summarize=None, message=None, name=None):
    """Refuse values less than 0."""
    _check("assert_non_negative", lambda a: a >= 0, message, "x is negative", x)


@public("compat.v1.assert_non_positive", "compat.v1.debugging.assert_non_positive")
def assert_non_positive(x, data=None, summarize=None, message=None, name=None):
    """Refuse values greater than 0."""
    _check("assert_non_positive", lambda a: a <= 0, message, "x is positive", x)


@public("compat.v1.assert_integer", "compat.v1.debugging.assert_integer")
def assert_integer(x, message=None, name=None):
    """Refuse tensors of other dtypes than ints."""
    if not dtypes.is_int(as_tensor(x).dtype):
        raise TypeError(f"{message or 'Expected integers'}: {as_tensor(x).dtype}")


@public("compat.v1.assert_type", "compat.v1.debugging.assert_type")
def assert_type(tensor, tf_type, message=None, name=None):
    """Refuse tensors of another dtype."""
    dtype = as_tensor(tensor).dtype
    if dtype != dtypes.standardize(tf_type):
        raise TypeError(f"{message or 'Wrong dtype'}: expected {tf_type}, got {dtype}.")


@public("compat.v1.assert_scalar", "compat.v1.debugging.assert_scalar")
def assert_scalar(tensor, name=None, message=None):
    """Refuse what is no scalar; gives the tensor."""
    tensor = as_tensor(tensor)
    if tensor.shape:
        raise errors.shape_mismatch("tensor", got=tensor.shape, expected="a scalar", hint=message)
    return tensor


@public("compat.v1.assert_rank_at_least", "compat.v1.debugging.assert_rank_at_least")
def assert_rank_at_least(x, rank, data=None, summarize=None, message=None, name=None):
    """Refuse tensors with fewer axes."""
    _check_rank(x, as_tensor(x).ndim >= int(rank), f"at least {int(rank)} axes", message)


@public("compat.v1.assert_rank_in", "compat.v1.debugging.assert_rank_in")
def assert_rank_in(x, ranks, data=None, summarize=None, message=None, name=None):
    """Refuse tensors with other numbers of axes."""
    ranks = [int(rank) for rank in ranks]
    _check_rank(x, as_tensor(x).ndim in ranks, f"one of {ranks} axes", message)


def _check_rank(x, holds, expected, message):
    if not holds:
        raise errors.shape_mismatch("x", got=as_tensor(x).shape, expected=expected, hint=message)


@public("debugging.check_numerics", "compat.v1.check_numerics")
def check_numerics(tensor, message, name=None):
    """Refuse values that are infinite or no numbers; gives the tensor."""
    _check("check_numerics", np.isfinite, message, "x is not finite", tensor)
    return as_tensor(tensor)


@public("compat.v1.verify_tensor_all_finite", "compat.v1.debugging.assert_all_finite")
def verify_tensor_all_finite(t=None, msg=None, name=None, x=None, message=None):
    """Refuse values that are infinite or no numbers; gives the tensor."""
    return check_numerics(t if x is None else x, msg if message is None else message)
