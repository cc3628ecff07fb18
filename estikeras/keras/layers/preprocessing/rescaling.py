"""Rescaling."""

from estikeras import ops
from estikeras.keras.layers.preprocessing.data_layer import DataLayer
from estikeras.public import public


@public("keras.layers.Rescaling")
class Rescaling(DataLayer):
    """`inputs * scale + offset`.

    Args:
        scale: float, or one for each channel.
        offset: float, or one for each channel.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: tensor of any shape and dtype.

    Returns:
        A float tensor of the same shape.
    """

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        dtype = self.compute_dtype
        scale, offset = (
            ops.cast(ops.convert_to_tensor(value), dtype) for value in (self.scale, self.offset)
        )
        return ops.cast(inputs, dtype) * scale + offset

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}
