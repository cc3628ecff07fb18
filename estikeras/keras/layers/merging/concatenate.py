"""Tensors put side by side."""

from estikeras import errors, ops
from estikeras.keras.layers.merging.base import Merge, check_shapes
from estikeras.public import public


@public("keras.layers.Concatenate")
class Concatenate(Merge):
    """Puts tensors side by side along an axis.

    Args:
        axis: the axis.

    Call arguments:
        inputs: list of tensors whose shapes are equal but along the axis.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape):
        """Check that the shapes go together."""
        check_shapes("Concatenate", input_shape)
        ranks = {len(shape) for shape in input_shape}
        if len(ranks) > 1:
            raise errors.shape_mismatch(
                "inputs", got=str(list(input_shape)), expected="tensors of equal rank"
            )
        rank = ranks.pop()
        axis = self.axis % rank
        for place in range(rank):
            sizes = {shape[place] for shape in input_shape} - {None}
            if place != axis and len(sizes) > 1:
                raise errors.shape_mismatch(
                    "inputs",
                    got=str([tuple(shape) for shape in input_shape]),
                    expected=f"shapes that are equal but along the axis {self.axis}",
                )

    def call(self, inputs):
        """The tensors side by side."""
        return ops.concatenate(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape):
        """The sum of the sizes along the axis."""
        check_shapes("Concatenate", input_shape)
        out = list(input_shape[0])
        for shape in input_shape[1:]:
            for place, size in enumerate(shape):
                if place == self.axis % len(out):
                    out[place] = None if None in (out[place], size) else out[place] + size
                elif out[place] is None:
                    out[place] = size
        return tuple(out)

    def compute_mask(self, inputs, mask=None):
        """The masks side by side; along the features, where any of the inputs counts."""
        if mask is None or all(m is None for m in mask):
            return None
        wide = []
        for x, m in zip(inputs, mask, strict=True):
            if m is None:
                wide.append(ops.ones_like(x, dtype="bool"))
                continue
            while len(m.shape) < len(x.shape):
                m = ops.expand_dims(m, axis=-1)
            wide.append(ops.logical_and(m, ops.ones_like(x, dtype="bool")))
        return ops.any(ops.concatenate(wide, axis=self.axis), axis=-1)

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "axis": self.axis}


@public("keras.layers.concatenate")
def concatenate(inputs, axis=-1, **kwargs):
    """Put tensors side by side along an axis.

    Args:
        inputs: list of tensors.
        axis: the axis.
        **kwargs: of the layer.
    """
    return Concatenate(axis=axis, **kwargs)(inputs)
