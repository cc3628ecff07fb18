"""Comparisons, logic and bits: where tensors become booleans, and what is done with them."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.core import boolean, floating, numeric, promote, value_for_size
from estikeras.primitives import elementwise, reduce, shaping, special

PLACES = (
    "Write `tf.where(condition, x, y)`, `tf.math.count_nonzero(condition)` for how many there are, "
    "`tf.argmax(tf.cast(condition, tf.int32), axis)` for the first place, "
    "`weights=tf.cast(condition, tf.float32)` of losses and metrics; `tf.math.top_k` gives a known "
    "number of places."
)


@op("keras.ops.equal", "keras.ops.numpy.equal")
def equal(x1, x2):
    """Whether x1 equals x2."""
    return elementwise.equal(*promote(x1, x2))


@op("keras.ops.not_equal", "keras.ops.numpy.not_equal")
def not_equal(x1, x2):
    """Whether x1 differs from x2."""
    return elementwise.not_equal(*promote(x1, x2))


@op("keras.ops.less", "keras.ops.numpy.less")
def less(x1, x2):
    """Whether x1 is less than x2."""
    return elementwise.less(*promote(x1, x2))


@op("keras.ops.less_equal", "keras.ops.numpy.less_equal")
def less_equal(x1, x2):
    """Whether x1 is at most x2."""
    return elementwise.less_equal(*promote(x1, x2))


@op("keras.ops.greater", "keras.ops.numpy.greater")
def greater(x1, x2):
    """Whether x1 is greater than x2."""
    return elementwise.greater(*promote(x1, x2))


@op("keras.ops.greater_equal", "keras.ops.numpy.greater_equal")
def greater_equal(x1, x2):
    """Whether x1 is at least x2."""
    return elementwise.greater_equal(*promote(x1, x2))


@op("keras.ops.logical_not", "keras.ops.numpy.logical_not")
def logical_not(x):
    """Whether the value is zero or false."""
    return elementwise.logical_not(boolean(x))


@op("keras.ops.logical_and", "keras.ops.numpy.logical_and")
def logical_and(x1, x2):
    """Whether both are true."""
    return elementwise.logical_and(boolean(x1), boolean(x2))


@op("keras.ops.logical_or", "keras.ops.numpy.logical_or")
def logical_or(x1, x2):
    """Whether any is true."""
    return elementwise.logical_or(boolean(x1), boolean(x2))


@op("keras.ops.logical_xor", "keras.ops.numpy.logical_xor")
def logical_xor(x1, x2):
    """Whether exactly one is true."""
    return elementwise.logical_xor(boolean(x1), boolean(x2))


@op("keras.ops.isnan", "keras.ops.numpy.isnan")
def isnan(x):
    """Whether the value is not a number."""
    return elementwise.isnan(floating(x))


@op("keras.ops.isinf", "keras.ops.numpy.isinf")
def isinf(x):
    """Whether the value is infinite."""
    return elementwise.isinf(floating(x))


@op("keras.ops.isfinite", "keras.ops.numpy.isfinite")
def isfinite(x):
    """Whether the value is neither infinite nor not-a-number."""
    return elementwise.isfinite(floating(x))


@op("keras.ops.isposinf", "keras.ops.numpy.isposinf")
def isposinf(x):
    """Whether the value is positive infinity."""
    x = floating(x)
    return elementwise.equal(x, elementwise.constant(math.inf, x))


@op("keras.ops.isneginf", "keras.ops.numpy.isneginf")
def isneginf(x):
    """Whether the value is negative infinity."""
    x = floating(x)
    return elementwise.equal(x, elementwise.constant(-math.inf, x))


@op("keras.ops.isreal", "keras.ops.numpy.isreal")
def isreal(x):
    """Whether the imaginary part is zero: always, of real dtypes."""
    x = as_tensor(x)
    imaginary = special.imag(x) if x.dtype in dtypes.COMPLEX else np.zeros(x.shape, "float32")
    return elementwise.equal(imaginary, np.zeros((), "float32"))


@op("keras.ops.signbit", "keras.ops.numpy.signbit")
def signbit(x):
    """Whether the value has a minus sign, as -0.0 has."""
    x = numeric(x)
    return elementwise.signbit(x) if dtypes.is_float(x.dtype) else less(x, 0)


@op("keras.ops.isclose", "keras.ops.numpy.isclose")
def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| <= atol + rtol * |x2|."""
    x1, x2 = promote(x1, x2, floating=True)
    near = less_equal(elementwise.absolute(x1 - x2), atol + rtol * elementwise.absolute(x2))
    finite = elementwise.logical_and(elementwise.isfinite(x1), elementwise.isfinite(x2))
    close = elementwise.select(finite, near, elementwise.equal(x1, x2))
    if equal_nan:
        both = elementwise.logical_and(elementwise.isnan(x1), elementwise.isnan(x2))
        close = elementwise.logical_or(close, both)
    return close


@op("keras.ops.allclose", "keras.ops.numpy.allclose")
def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements are close, see `isclose`."""
    close = isclose(x1, x2, rtol, atol, equal_nan)
    return reduce.reduce_all(close, axes=tuple(range(close.ndim)), keepdims=False)


@op("keras.ops.where", "keras.ops.numpy.where")
def where(condition, x1=None, x2=None):
    """x1 where the condition is true, else x2; with the condition alone, the indices at which it is
    true.
    """
    if x1 is None and x2 is None:
        return nonzero(condition)
    if x1 is None or x2 is None:
        raise errors.invalid("x2", got=x2, expected="both of `x1` and `x2`, or none of them")
    return elementwise.select(boolean(condition), *promote(x1, x2))


@op("keras.ops.nonzero", "keras.ops.numpy.nonzero")
def nonzero(x):
    """The indices of the elements that are not zero, one int32 tensor per axis. Needs values: eager
    only.
    """
    array = value_for_size(x, "`nonzero` and `where(condition)`", PLACES)
    return tuple(Tensor(i.astype("int32")) for i in np.nonzero(array))


@op("keras.ops.isin", "keras.ops.numpy.isin")
def isin(x1, x2, assume_unique=False, invert=False):
    """Whether each element of x1 is among those of x2."""
    x1, x2 = promote(x1, x2)
    x1 = shaping.reshape(x1, shape=(*x1.shape, 1))
    x2 = shaping.reshape(x2, shape=(x2.size,))
    found = reduce.reduce_any(elementwise.equal(x1, x2), axes=(x1.ndim - 1,), keepdims=False)
    return elementwise.logical_not(found) if invert else found


@op("keras.ops.select", "keras.ops.numpy.select")
def select(condlist, choicelist, default=0):
    """For each place the choice of the first condition that is true, or the default."""
    choices = promote(*choicelist, default)
    chosen = choices[-1]
    for condition, choice in reversed(list(zip(condlist, choices[:-1], strict=True))):
        chosen = elementwise.select(boolean(condition), choice, chosen)
    return chosen


@op("keras.ops.bitwise_and", "keras.ops.numpy.bitwise_and")
def bitwise_and(x, y):
    """The bits that both have."""
    return elementwise.bitwise_and(*promote(x, y))


@op("keras.ops.bitwise_or", "keras.ops.numpy.bitwise_or")
def bitwise_or(x, y):
    """The bits that any has."""
    return elementwise.bitwise_or(*promote(x, y))


@op("keras.ops.bitwise_xor", "keras.ops.numpy.bitwise_xor")
def bitwise_xor(x, y):
    """The bits that exactly one has."""
    return elementwise.bitwise_xor(*promote(x, y))


@op(
    "keras.ops.bitwise_not",
    "keras.ops.bitwise_invert",
    "keras.ops.numpy.bitwise_not",
    "keras.ops.numpy.bitwise_invert",
)
def bitwise_not(x):
    """All bits inverted; of booleans, the opposite."""
    x = as_tensor(x)
    return elementwise.logical_not(x) if x.dtype == "bool" else elementwise.bitwise_not(x)


@op(
    "keras.ops.left_shift",
    "keras.ops.bitwise_left_shift",
    "keras.ops.numpy.left_shift",
    "keras.ops.numpy.bitwise_left_shift",
)
def left_shift(x, y):
    """The bits of x moved y places up."""
    return elementwise.left_shift(*map(numeric, promote(x, y)))


@op(
    "keras.ops.right_shift",
    "keras.ops.bitwise_right_shift",
    "keras.ops.numpy.right_shift",
    "keras.ops.numpy.bitwise_right_shift",
)
def right_shift(x, y):
    """The bits of x moved y places down."""
    return elementwise.right_shift(*map(numeric, promote(x, y)))
