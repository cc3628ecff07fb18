"""`K.variable`, `K.random_normal`: what makes values; `K.get_value`: what tells and sets them."""

import numpy as np

from estikeras import ops, settings
from estikeras.compat.older import older
from estikeras.engine import context
from estikeras.engine.variable import Variable
from estikeras.ops import random
from estikeras.public import public

zeros_like = public("keras.backend.zeros_like")(older(ops.zeros_like, "x dtype name"))
ones_like = public("keras.backend.ones_like")(older(ops.ones_like, "x dtype name"))
random_normal = public("keras.backend.random_normal")(random.normal)
random_uniform = public("keras.backend.random_uniform")(random.uniform)
truncated_normal = public("keras.backend.truncated_normal")(random.truncated_normal)


@public("keras.backend.variable")
def variable(value, dtype=None, name=None, constraint=None):
    """A variable with a first value.

    Args:
        value: array or number.
        dtype: name of a dtype; None is `keras.config.floatx()`.
        name: made up when None.
        constraint: function of the value that optimizers apply after each step.
    """
    made = Variable(np.asarray(value), dtype=dtype or settings.floatx(), name=name)
    made.constraint = constraint
    return made


@public("keras.backend.constant")
def constant(value, dtype=None, shape=None, name=None):
    """A tensor of `keras.config.floatx()` or another dtype, from an array or number.

    Args:
        value: what it holds.
        dtype: name of a dtype.
        shape: tuple of int; a number fills it.
        name: no effect.
    """
    made = ops.convert_to_tensor(value, dtype or settings.floatx())
    if shape is None:
        return made
    return ops.reshape(made, shape) if made.size > 1 else ops.broadcast_to(made, shape)


@public("keras.backend.zeros")
def zeros(shape, dtype=None, name=None):
    """A variable of zeros."""
    return variable(np.zeros(shape), dtype, name)


@public("keras.backend.ones")
def ones(shape, dtype=None, name=None):
    """A variable of ones."""
    return variable(np.ones(shape), dtype, name)


@public("keras.backend.eye")
def eye(size, dtype=None, name=None):
    """A variable with an identity matrix."""
    return variable(np.eye(size), dtype, name)


@public("keras.backend.arange")
def arange(start, stop=None, step=1, dtype="int32"):
    """Equally distant numbers from `start`, or 0, up to and without `stop`."""
    return ops.arange(start, stop, step, dtype=dtype)


@public("keras.backend.random_bernoulli")
def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """Ones with the probability `p`, and zeros."""
    return ops.cast(random.uniform(shape, seed=seed) < p, dtype or settings.floatx())


@public("keras.backend.get_value", "keras.backend.eval")
def get_value(x):
    """The value of a variable or tensor as a NumPy array."""
    return ops.convert_to_numpy(x)


@public("keras.backend.batch_get_value")
def batch_get_value(tensors):
    """The values of variables as a list of NumPy arrays."""
    return [get_value(x) for x in tensors]


@public("keras.backend.set_value")
def set_value(x, value):
    """Set a variable, also while a model function is traced."""
    with context.init_scope():
        x.assign(value)


@public("keras.backend.batch_set_value")
def batch_set_value(tuples):
    """Set variables: pairs of a variable and its value."""
    for x, value in tuples:
        set_value(x, value)


@public("keras.backend.update")
def update(x, new_x):
    """Set a variable to a tensor."""
    return x.assign(new_x)


@public("keras.backend.update_add")
def update_add(x, increment):
    """Add to a variable."""
    return x.assign_add(increment)


@public("keras.backend.update_sub")
def update_sub(x, decrement):
    """Subtract from a variable."""
    return x.assign_sub(decrement)


@public("keras.backend.moving_average_update")
def moving_average_update(x, value, momentum):
    """Move a variable towards a value, by one minus `momentum` of the way."""
    return x.assign_sub((x - value) * (1.0 - momentum))
