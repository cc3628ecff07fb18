"""Sums of products of two tensors along an axis of each."""

from estikeras import errors, ops
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers.merging.base import Merge, check_shapes
from estikeras.public import public


@public("keras.layers.Dot")
class Dot(Merge):
    """The product of two batches of tensors, summed along one axis of each.

    Args:
        axes: int, or a pair of ints: the axis of each tensor, never the batch.
        normalize: whether both are scaled to length 1 along the axis before, which gives cosines.

    Call arguments:
        inputs: list of two tensors (batch, ...).

    Raises:
        TypeError: if axes is neither an int nor a pair of ints.
    """

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        pair = axes if isinstance(axes, list | tuple) else (axes, axes)
        if len(pair) != 2 or not all(isinstance(axis, int) for axis in pair):
            raise errors.wrong_type("axes", got=axes, expected="an int or a pair of ints")
        self.axes = axes
        self.normalize = normalize

    def _pair(self, first, second):
        pair = self.axes if isinstance(self.axes, list | tuple) else (self.axes, self.axes)
        return pair[0] % len(first), pair[1] % len(second)

    def build(self, input_shape):
        """Check that the axes go together."""
        check_shapes("Dot", input_shape)
        if len(input_shape) != 2:
            raise errors.invalid(
                "inputs", got=f"{len(input_shape)} tensors", expected="exactly 2 tensors"
            )
        first, second = input_shape
        left, right = self._pair(first, second)
        if first[left] != second[right] and None not in (first[left], second[right]):
            raise errors.shape_mismatch(
                "inputs",
                got=f"{tuple(first)} and {tuple(second)}",
                expected=f"equal sizes along axis {left} of the first and axis {right} of the "
                "second",
            )

    def call(self, inputs):
        """(batch, rest of the first, rest of the second), or (batch, 1)."""
        first, second = inputs
        left, right = self._pair(first.shape, second.shape)
        if self.normalize:
            first, second = ops.normalize(first, axis=left), ops.normalize(second, axis=right)
        first, second = ops.moveaxis(first, left, -1), ops.moveaxis(second, right, 1)
        rest = first.shape[1:-1], second.shape[2:]
        batch, size = first.shape[0], second.shape[1]
        y = ops.matmul(
            ops.reshape(first, (batch, -1, size)), ops.reshape(second, (batch, size, -1))
        )
        shape = (batch, *rest[0], *rest[1])
        return ops.reshape(y, shape if len(shape) > 1 else (batch, 1))

    def compute_output_shape(self, input_shape):
        """(batch, rest of the first, rest of the second), or (batch, 1)."""
        first, second = input_shape
        left, right = self._pair(first, second)
        rest = [n for i, n in enumerate(first) if i not in (0, left)] + [
            n for i, n in enumerate(second) if i not in (0, right)
        ]
        return (first[0], *(rest or [1]))

    def compute_output_spec(self, inputs):
        """The product in the compute dtype."""
        return KerasTensor(self.compute_output_shape([x.shape for x in inputs]), self.compute_dtype)

    def compute_mask(self, inputs, mask=None):
        """None: the axes of a mask are summed away."""

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


@public("keras.layers.dot")
def dot(inputs, axes=-1, **kwargs):
    """The product of two batches of tensors, summed along one axis of each.

    Args:
        inputs: list of two tensors.
        axes: int or pair of ints.
        **kwargs: of the layer.
    """
    return Dot(axes=axes, **kwargs)(inputs)
