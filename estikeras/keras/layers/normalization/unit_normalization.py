"""UnitNormalization."""

from estikeras import errors, ops
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.UnitNormalization")
class UnitNormalization(Layer):
    """Divide by the Euclidean length along `axis`, so that it becomes 1.

    Args:
        axis: the axis, or axes, along which the length is taken.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: float tensor of any rank.

    Returns:
        A tensor like the input.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        if isinstance(axis, (list, tuple)):
            axis = list(axis)
        elif not isinstance(axis, int):
            raise errors.wrong_type("axis", got=axis, expected="an int or a list of ints")
        self.axis = axis
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        length = ops.sum(ops.square(inputs), axis=self.axis, keepdims=True)
        return inputs * ops.rsqrt(ops.maximum(length, 1e-12))

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}
