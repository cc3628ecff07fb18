"""The layer that masks time steps by a value."""

from estikeras import ops
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Masking")
class Masking(Layer):
    """Masks time steps whose features all equal a value, and sets them to zero.

    Args:
        mask_value: the value.

    Call arguments:
        inputs: (batch, time, features).
    """

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.supports_masking = True
        self.built = True

    def compute_mask(self, inputs, mask=None):
        """Bool (batch, time): whether a step has any other value."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs):
        """The inputs with masked steps set to zero."""
        kept = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        outputs = inputs * ops.cast(kept, inputs.dtype)
        outputs._keras_mask = ops.squeeze(kept, axis=-1)
        return outputs

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "mask_value": self.mask_value}
