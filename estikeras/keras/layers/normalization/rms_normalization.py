"""RMSNormalization."""

from estikeras import ops
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.normalization.layer_normalization import check_axis_of
from estikeras.public import public


@public("keras.layers.RMSNormalization")
class RMSNormalization(Layer):
    """Divide by the root of the mean square along `axis`, then multiply by a learnt scale.

    Args:
        axis: the axis, or axes, over which the mean square is taken.
        epsilon: added to the mean square.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        x: float tensor of any rank.

    Returns:
        A tensor like the input.

    Reference: Zhang and Sennrich, 2019, Root Mean Square Layer Normalization, equation 4.
    """

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape):
        check_axis_of(self.axis, input_shape)
        self.axis = sorted([self.axis] if isinstance(self.axis, int) else self.axis)
        shape = tuple(input_shape[axis] for axis in self.axis)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, x):
        return ops.rms_normalization(x, scale=self.scale, axis=self.axis, epsilon=self.epsilon)

    def compute_output_shape(self, input_shape):
        check_axis_of(self.axis, input_shape)
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}
