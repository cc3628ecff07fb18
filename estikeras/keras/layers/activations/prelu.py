"""The rectifier with a slope below zero that is trained."""

from estikeras import errors, ops
from estikeras.keras.layers import roles
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.PReLU")
class PReLU(Layer):
    """`x` where it is positive, `alpha * x` elsewhere; alpha is a weight of the inputs' shape
    without the batch.

    Args:
        alpha_initializer: initializer of alpha.
        alpha_regularizer: regularizer of alpha.
        alpha_constraint: constraint of alpha.
        shared_axes: axes along which alpha is the same, such as [1, 2] for one value a channel.

    Call arguments:
        inputs: (batch, ...).

    Reference: K. He, X. Zhang, S. Ren, J. Sun, 2015, "Delving Deep into Rectifiers".
    """

    def __init__(
        self,
        alpha_initializer="Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        roles.set_options(
            self,
            alpha_initializer=alpha_initializer,
            alpha_regularizer=alpha_regularizer,
            alpha_constraint=alpha_constraint,
        )
        if shared_axes is None:
            self.shared_axes = None
        else:
            self.shared_axes = (
                list(shared_axes) if isinstance(shared_axes, list | tuple) else [shared_axes]
            )

    def build(self, input_shape):
        """Make alpha."""
        shape = list(input_shape[1:])
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        if None in shape:
            raise errors.shape_mismatch(
                "input_shape", got=input_shape, expected="known sizes, or None along `shared_axes`"
            )
        self.alpha = roles.add_weight(self, "alpha", tuple(shape))
        sizes = {i: n for i, n in enumerate(input_shape) if i and i not in (self.shared_axes or ())}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=sizes)

    def call(self, inputs):
        """The inputs with the slope below zero."""
        return ops.relu(inputs) - self.alpha * ops.relu(-inputs)

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {
            **super().get_config(),
            **roles.config(self, "alpha"),
            "shared_axes": self.shared_axes,
        }
