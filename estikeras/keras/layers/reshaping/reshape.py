"""The same values in another shape."""

import math

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Reshape")
class Reshape(Layer):
    """Gives each sample another shape.

    Args:
        target_shape: tuple of int without the batch; one of them may be -1.

    Call arguments:
        inputs: (batch, ...).
    """

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        shape = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        if list(shape).count(-1) > 1 or any(size is not None and size < -1 for size in shape):
            raise errors.invalid(
                "target_shape", got=target_shape, expected="whole numbers, at most one of them -1"
            )
        self.target_shape = shape
        self.built = True

    def call(self, inputs):
        """(batch, *target_shape)."""
        return ops.reshape(inputs, (inputs.shape[0], *self._resolved(inputs.shape)))

    def _resolved(self, shape):
        """The target shape for inputs of this shape, None where it is not known."""
        if -1 not in self.target_shape:
            known = None if None in shape[1:] or None in self.target_shape else math.prod(shape[1:])
            if known is not None and known != math.prod(self.target_shape):
                raise errors.shape_mismatch(
                    "target_shape",
                    got=self.target_shape,
                    expected=f"as many values as inputs {tuple(shape)} have",
                )
            return self.target_shape
        if None in shape[1:]:
            return tuple(None if size == -1 else size for size in self.target_shape)
        rest = math.prod(size for size in self.target_shape if size != -1)
        values = math.prod(shape[1:])
        if rest == 0 or values % rest:
            raise errors.shape_mismatch(
                "target_shape",
                got=self.target_shape,
                expected=f"as many values as inputs {tuple(shape)} have",
            )
        return tuple(values // rest if size == -1 else size for size in self.target_shape)

    def compute_output_shape(self, input_shape):
        """(batch, *target_shape)."""
        return (input_shape[0], *self._resolved(input_shape))

    def compute_output_spec(self, inputs):
        """The inputs' dtype."""
        return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)

    def get_config(self):
        """The arguments as plain values."""
        return {"target_shape": self.target_shape, **super().get_config()}
