"""Dropout that keeps mean and variance, for SELU networks."""

from estikeras import ops
from estikeras.keras import random
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.regularization.dropout import check_rate, concrete
from estikeras.public import public

_ALPHA = 1.6732632423543772848170429916717
_SCALE = 1.0507009873554804934193349852946


@public("keras.layers.AlphaDropout")
class AlphaDropout(Layer):
    """Sets a share of the inputs to SELU's lowest value in training, then restores mean and
    variance.

    Args:
        rate: share of the values, from 0 to 1.
        noise_shape: shape of the pattern, broadcast to the inputs; None is their shape.
        seed: int.

    Call arguments:
        inputs: tensor of any shape.
        training: without it, the inputs come back unchanged.

    Reference: G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, 2017, "Self-Normalizing Neural
    Networks".
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = check_rate(rate)
        self.seed = seed
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self.built = True

    def call(self, inputs, training=False):
        """The inputs, with values dropped in training."""
        if not training or self.rate == 0:
            return inputs
        shape = (
            inputs.shape if self.noise_shape is None else concrete(self.noise_shape, inputs.shape)
        )
        drawn = random.uniform(shape, seed=self.seed_generator, dtype=self.compute_dtype)
        kept = ops.cast(drawn >= self.rate, self.compute_dtype)
        lowest = -_ALPHA * _SCALE
        a = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        b = -a * lowest * self.rate
        return a * (inputs * kept + lowest * (1 - kept)) + b

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {
            **super().get_config(),
            "rate": self.rate,
            "seed": self.seed,
            "noise_shape": self.noise_shape,
        }
