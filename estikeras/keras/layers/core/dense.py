"""The fully connected layer."""

from estikeras import errors, ops
from estikeras.keras import activations
from estikeras.keras.layers import roles
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Dense")
class Dense(Layer):
    """`activation(inputs @ kernel + bias)` over the last axis.

    Args:
        units: size of the last axis of the outputs, positive int.
        activation: activation, or its name; None is linear.
        use_bias: whether there is a bias.
        kernel_initializer: initializer of the kernel (features, units).
        bias_initializer: initializer of the bias (units,).
        kernel_regularizer: regularizer of the kernel.
        bias_regularizer: regularizer of the bias.
        activity_regularizer: regularizer of the outputs.
        kernel_constraint: constraint of the kernel.
        bias_constraint: constraint of the bias.
        lora_rank: not supported.
        lora_alpha: not supported.
        quantization_config: not supported.

    Call arguments:
        inputs: (batch, ..., features) of the compute dtype.

    Raises:
        ValueError: if units is not a positive int.
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        refuse_variants(lora_rank, quantization_config)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if not hasattr(units, "__index__") or int(units) <= 0:
            raise errors.invalid("units", got=units, expected="a positive whole number")
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        roles.set_options(
            self,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape):
        """Make kernel (features, units) and bias (units,)."""
        features = input_shape[-1]
        if features is None:
            raise errors.shape_mismatch(
                "input_shape", got=input_shape, expected="a shape whose last size is known"
            )
        self.kernel = roles.add_weight(self, "kernel", (features, self.units))
        self.bias = roles.add_weight(self, "bias", (self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs, training=None):
        """The outputs (batch, ..., units)."""
        x = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            x = ops.add(x, self.bias)
        return x if self.activation is None else self.activation(x)

    def compute_output_shape(self, input_shape):
        """The last size becomes `units`."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """The arguments as plain values."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **roles.config(self, "kernel", "bias"),
            "quantization_config": None,
        }


def refuse_variants(lora_rank, quantization_config):
    """Raise for what the reference has and this package has not."""
    if lora_rank is not None:
        raise errors.unsupported(
            "lora_rank", "Freeze the layer and put two small Dense layers beside it."
        )
    if quantization_config is not None:
        raise errors.unsupported(
            "quantization_config", "Use dtype='mixed_float16' for less memory."
        )
