"""GroupNormalization."""

from estikeras import errors, ops
from estikeras.keras.layers import roles
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.GroupNormalization")
class GroupNormalization(Layer):
    """Give each group of channels of a sample mean 0, variance 1; then scale and offset channels.

    Args:
        groups: number of groups, a divisor of the channels; -1 makes every channel a group.
        axis: the axis of the channels.
        epsilon: added to the variance.
        center: whether the offset `beta` is learnt.
        scale: whether the factor `gamma` is learnt.
        beta_initializer: initial values of the offset.
        gamma_initializer: initial values of the factor.
        beta_regularizer: penalty on the offset.
        gamma_regularizer: penalty on the factor.
        beta_constraint: projection of the offset after each update.
        gamma_constraint: projection of the factor after each update.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: float tensor of rank 2 or more.

    Returns:
        A tensor like the input.

    Reference: Wu and He, 2018, Group Normalization, section 3.
    """

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        roles.set_options(
            self,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        self.supports_masking = True

    def build(self, input_shape):
        channels = input_shape[self.axis]
        if channels is None:
            raise errors.invalid(
                "input_shape", got=tuple(input_shape), expected=f"a known size of axis {self.axis}"
            )
        if self.groups == -1:
            self.groups = channels
        if self.groups < 1 or channels % self.groups:
            raise errors.invalid(
                "groups", got=self.groups, expected=f"a divisor of the {channels} channels, or -1"
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = roles.add_weight(self, "gamma", (channels,), autocast=False)
        if self.center:
            self.beta = roles.add_weight(self, "beta", (channels,), autocast=False)

    def call(self, inputs):
        wide = "float64" if inputs.dtype == "float64" else "float32"
        shape, axis = tuple(inputs.shape), self.axis % len(inputs.shape)
        channels = shape[axis]
        split = (*shape[:axis], self.groups, channels // self.groups, *shape[axis + 1 :])
        grouped = ops.reshape(ops.cast(inputs, wide), split)
        axes = tuple(i for i in range(1, len(split)) if i != axis)
        mean, variance = ops.moments(grouped, axes=axes, keepdims=True)
        outputs = (grouped - mean) * ops.rsqrt(variance + self.epsilon)
        outputs = ops.reshape(outputs, shape)
        along = (channels, *(1,) * (len(shape) - axis - 1))
        if self.scale:
            outputs = outputs * ops.reshape(ops.cast(self.gamma, wide), along)
        if self.center:
            outputs = outputs + ops.reshape(ops.cast(self.beta, wide), along)
        return ops.cast(outputs, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        config = {
            "groups": self.groups,
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **roles.config(self, "beta", "gamma"),
        }
        return {**super().get_config(), **config}
