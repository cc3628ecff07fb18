"""What a checkpoint has a value for: a Variable, or a number that is part of the program."""

import warnings

import numpy as np

from estikeras.engine.variable import Variable

# The reference reads the steps of an optimizer as int64 only.
_WIDE = ("_iterations", "iter")


class Constant:
    """A number of the program that checkpoints of the reference have as a value.

    It is written, and where another one is read, the program's stays, with a warning.

    Args:
        name: str, how warnings call it.
        value: the number.
    """

    def __init__(self, name, value):
        self.path, self.value = name, value

    def assign(self, value):
        """Compare with the value of a checkpoint."""
        if not np.allclose(value, self.value, rtol=1e-6, atol=0):
            warnings.warn(
                f"{self.path!r} is {value} in the checkpoint, and {self.value} in the program, "
                "which goes on with its own.",
                stacklevel=2,
            )


def is_value(obj):
    """Whether an object has one value, which is read and written as an array."""
    return isinstance(obj, Variable | Constant)


def array_of(name, obj):
    """What a checkpoint gets for an object.

    Args:
        name: str, the last part of the object's name there.
        obj: Variable or Constant.
    """
    if isinstance(obj, Constant):
        return np.array(obj.value, np.float32 if isinstance(obj.value, float) else None)
    array = obj.numpy()
    return array.astype(np.int64) if name in _WIDE else array


def misfit(obj, shape, dtype):
    """Why a value cannot be an object's, or None if it can.

    Args:
        obj: Variable or Constant.
        shape: tuple, the value's.
        dtype: the value's NumPy dtype, None for what only its writer understands.
    """
    if isinstance(obj, Constant):
        return None if shape == () else f"has shape {shape} there, and is a number here"
    if tuple(obj.shape) != shape:
        return f"has shape {shape} there, and the variable {obj.path!r} shape {tuple(obj.shape)}"
    own = (
        "string" if dtype is not None and dtype.kind in "OS" else getattr(dtype, "name", "variant")
    )
    if obj.dtype != own and not (_is_integer(obj.dtype) and _is_integer(own)):
        return f"has dtype {own} there, and the variable {obj.path!r} dtype {obj.dtype}"
    return None


def fitted(obj, value):
    """The value in the object's dtype.

    Raises:
        ValueError: for an integer that the dtype has not.
    """
    if isinstance(obj, Constant) or obj.dtype == value.dtype.name:
        return value
    narrow = value.astype(obj.dtype)
    if (narrow != value).any():
        raise ValueError(
            f"{obj.path!r} has dtype {obj.dtype}, and the checkpoint {value.max()} for it."
        )
    return narrow


def _is_integer(dtype):
    return dtype.startswith(("int", "uint"))
