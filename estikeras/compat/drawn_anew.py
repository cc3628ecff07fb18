"""Initializers under TensorFlow 2's own names, such as `tf.zeros_initializer`: those of Keras, but
that random ones without a seed give other values at every call.
"""

import math

from estikeras import errors, ops
from estikeras.keras import initializers
from estikeras.ops import seeds
from estikeras.public import public

zeros_initializer = public("zeros_initializer")(initializers.Zeros)
ones_initializer = public("ones_initializer")(initializers.Ones)


@public("constant_initializer")
class Constant(initializers.Constant):
    """Given values.

    Args:
        value: number, or array or list with as many elements as what is initialized.
        support_partition: must be False.
    """

    def __init__(self, value=0, support_partition=False):
        if support_partition:
            raise errors.unsupported("`support_partition`", "Leave it out: variables are not cut.")
        super().__init__(value)

    def __call__(self, shape, dtype=None):
        """A tensor of the values.

        Args:
            shape: sequence of int.
            dtype: dtype; None takes the values'.
        """
        values, shape = ops.convert_to_tensor(self.value, dtype=dtype), tuple(shape)
        if values.size not in (1, math.prod(shape)):
            raise errors.shape_mismatch(
                "value", got=values.shape, expected=f"1 or {math.prod(shape)} elements"
            )
        if values.size == 1:
            return ops.broadcast_to(ops.reshape(values, ()), shape)
        return ops.reshape(values, shape)


class _DrawnAnew:
    def __call__(self, shape, dtype="float32"):
        """A tensor of random values; an int seed gives the same ones at every call.

        Args:
            shape: sequence of int.
            dtype: a dtype of floats.
        """
        if self._init_seed is None:
            self.seed = seeds.make_default_seed()
        return super().__call__(tuple(shape), dtype)


@public("random_normal_initializer")
class RandomNormal(_DrawnAnew, initializers.RandomNormal):
    """A normal distribution.

    Args:
        mean: float.
        stddev: float, the standard deviation.
        seed: int, or None for other values at every call.
    """


@public("random_uniform_initializer")
class RandomUniform(_DrawnAnew, initializers.RandomUniform):
    """All values of an interval alike.

    Args:
        minval: float, the least value.
        maxval: float, the limit, which is not reached.
        seed: int, or None for other values at every call.
    """
