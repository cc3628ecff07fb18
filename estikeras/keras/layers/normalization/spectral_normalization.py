"""SpectralNormalization."""

from estikeras import errors, ops
from estikeras.keras import initializers
from estikeras.keras.layers.core.wrapper import Wrapper
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.public import public


@public("keras.layers.SpectralNormalization")
class SpectralNormalization(Wrapper):
    """Divide the kernel of a layer by its largest singular value at each training step.

    Args:
        layer: a layer with `kernel` or `embeddings`.
        power_iterations: steps of the power method that estimates the singular value.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: what the layer takes.
        training: whether the kernel is normalised first.

    Returns:
        What the layer returns.

    Raises:
        ValueError: if `power_iterations` is not positive, or the layer has no such weight.

    Reference: Miyato et al., 2018, Spectral Normalization for Generative Adversarial Networks,
    algorithm 1.
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise errors.invalid("power_iterations", got=power_iterations, expected="at least 1")
        self.power_iterations = power_iterations

    def build(self, input_shape):
        super().build(input_shape)
        self.input_spec = InputSpec(shape=[None, *input_shape[1:]])
        self.kernel = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if self.kernel is None:
            raise errors.invalid(
                "layer", got=self.layer, expected="a layer with `kernel` or `embeddings`"
            )
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            dtype=self.kernel.dtype,
        )

    def call(self, inputs, training=False):
        if training:
            vector, kernel = self.normalized_weights()
            self.vector_u.assign(ops.cast(vector, self.vector_u.dtype))
            self.kernel.assign(ops.stop_gradient(ops.cast(kernel, self.kernel.dtype)))
        return ops.cast(self.layer(inputs), inputs.dtype)

    def normalized_weights(self):
        """Return the next left vector and the kernel over its estimated largest singular value."""
        matrix = ops.reshape(self.kernel, (-1, self.kernel.shape[-1]))
        left = self.vector_u
        for _ in range(self.power_iterations):
            right = _unit(ops.matmul(left, ops.transpose(matrix)))
            left = _unit(ops.matmul(right, matrix))
        left, right = ops.stop_gradient(left), ops.stop_gradient(right)
        largest = ops.matmul(ops.matmul(right, matrix), ops.transpose(left))
        return left, ops.reshape(ops.divide(self.kernel, largest), self.kernel.shape)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), "power_iterations": self.power_iterations}


def _unit(vector):
    return vector * ops.rsqrt(ops.maximum(ops.sum(ops.square(vector)), 1e-12))
