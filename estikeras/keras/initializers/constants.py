"""Initializers without randomness: a constant, zeros, ones and the identity matrix."""

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.keras.initializers.initializer import Initializer
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public


@public("keras.initializers.Constant", "keras.initializers.constant")
class Constant(Initializer):
    """The same value everywhere.

    Args:
        value: number, or array that broadcasts to the weight's shape.
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        """A tensor of the shape and dtype that is full of the value."""
        return ops.broadcast_to(
            ops.convert_to_tensor(self.value, dtype=dtypes.standardize(dtype)), shape
        )

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {"value": serialize_keras_object(self.value)}

    @classmethod
    def from_config(cls, config):
        """An initializer from what `get_config` gave."""
        return cls(deserialize_keras_object(config["value"]))


@public("keras.initializers.Zeros", "keras.initializers.zeros")
class Zeros(Initializer):
    """Zeros."""

    def __call__(self, shape, dtype=None):
        """A tensor of the shape and dtype that is full of zeros."""
        return ops.zeros(shape, dtype=dtypes.standardize(dtype))


@public("keras.initializers.Ones", "keras.initializers.ones")
class Ones(Initializer):
    """Ones."""

    def __call__(self, shape, dtype=None):
        """A tensor of the shape and dtype that is full of ones."""
        return ops.ones(shape, dtype=dtypes.standardize(dtype))


@public(
    "keras.initializers.Identity",
    "keras.initializers.identity",
    "keras.initializers.IdentityInitializer",
)
class Identity(Initializer):
    """The identity matrix times a factor.

    Args:
        gain: number on the diagonal.
    """

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        """A matrix of the shape and dtype."""
        if len(shape) != 2:
            raise errors.shape_mismatch("shape", got=shape, expected="two dimensions, of a matrix")
        return self.gain * ops.eye(*shape, dtype=dtypes.standardize(dtype))

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {"gain": self.gain}
