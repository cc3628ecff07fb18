"""LayerNormalization."""

import warnings

from estikeras import errors, ops
from estikeras.keras.layers import roles
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.LayerNormalization")
class LayerNormalization(Layer):
    """Give each sample mean 0 and variance 1 along `axis`, then a learnt scale and offset.

    Args:
        axis: the axis, or axes, over which mean and variance are taken.
        epsilon: added to the variance.
        center: whether the offset `beta` is learnt.
        scale: whether the factor `gamma` is learnt.
        beta_initializer: initial values of the offset.
        gamma_initializer: initial values of the factor.
        beta_regularizer: penalty on the offset.
        gamma_regularizer: penalty on the factor.
        beta_constraint: projection of the offset after each update.
        gamma_constraint: projection of the factor after each update.
        **kwargs: `name`, `dtype`, `trainable`; `rms_scaling=True`, which is deprecated, divides by
            the deviation without subtracting the mean, and has no offset.

    Call arguments:
        inputs: float tensor of any rank.

    Returns:
        A tensor like the input.

    Reference: Ba, Kiros and Hinton, 2016, Layer Normalization, equation 4.
    """

    def __init__(
        self,
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
        self.rms_scaling = kwargs.pop("rms_scaling", False)
        super().__init__(**kwargs)
        if self.rms_scaling:
            warnings.warn(
                "rms_scaling=True divides by the deviation, not by the root of the mean square, "
                "and is deprecated. Use keras.layers.RMSNormalization.",
                stacklevel=2,
            )
        self.axis = check_axis(axis)
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
        self.axis = sorted([self.axis] if isinstance(self.axis, int) else self.axis)
        shape = tuple(input_shape[axis] for axis in self.axis)
        has_scale = self.scale or self.rms_scaling
        has_offset = self.center and not self.rms_scaling
        self.gamma = roles.add_weight(self, "gamma", shape, autocast=False) if has_scale else None
        self.beta = roles.add_weight(self, "beta", shape, autocast=False) if has_offset else None

    def call(self, inputs):
        wide = ops.cast(inputs, "float64" if inputs.dtype == "float64" else "float32")
        if self.rms_scaling:
            outputs = self._divide_by_deviation(wide)
        else:
            outputs = ops.layer_normalization(
                wide, gamma=self.gamma, beta=self.beta, axis=self.axis, epsilon=self.epsilon
            )
        return ops.cast(outputs, self.compute_dtype)

    def _divide_by_deviation(self, inputs):
        variance = ops.var(inputs, axis=self.axis, keepdims=True)
        shape = [1] * len(inputs.shape)
        for axis in self.axis:
            shape[axis] = inputs.shape[axis]
        gamma = ops.reshape(ops.cast(self.gamma, inputs.dtype), shape)
        return inputs * ops.rsqrt(variance + self.epsilon) * gamma

    def compute_output_shape(self, input_shape):
        check_axis_of(self.axis, input_shape)
        return tuple(input_shape)

    def get_config(self):
        config = {
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "rms_scaling": self.rms_scaling,
            **roles.config(self, "beta", "gamma"),
        }
        return {**super().get_config(), **config}


def check_axis(axis):
    """Return an axis, or a list of axes; raise TypeError for anything else."""
    if isinstance(axis, int):
        return axis
    if isinstance(axis, (list, tuple)) and all(isinstance(entry, int) for entry in axis):
        return list(axis)
    raise errors.wrong_type("axis", got=axis, expected="an int or a list of ints")


def check_axis_of(axis, shape):
    """Raise ValueError for an axis that the shape does not have."""
    rank = len(shape)
    for entry in [axis] if isinstance(axis, int) else axis:
        if not -rank <= entry < rank:
            raise errors.invalid("axis", got=axis, expected=f"axes of shape {tuple(shape)}")
