"""Noise that inputs are multiplied with in training."""

import math

from estikeras.keras import random
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.regularization.dropout import check_rate
from estikeras.public import public


@public("keras.layers.GaussianDropout")
class GaussianDropout(Layer):
    """Multiplies with normal noise around 1 in training, of the same variance as dropout.

    Args:
        rate: as of dropout; the standard deviation is `sqrt(rate / (1 - rate))`.
        seed: int.

    Call arguments:
        inputs: tensor of any shape.
        training: without it, the inputs come back unchanged.

    Reference: N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, 2014,
    "Dropout", section 10.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = check_rate(rate)
        self.seed = seed
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self.built = True

    def call(self, inputs, training=False):
        """The inputs, with noise in training."""
        if not training or self.rate == 0:
            return inputs
        noise = random.normal(
            inputs.shape,
            mean=1.0,
            stddev=math.sqrt(self.rate / (1.0 - self.rate)),
            dtype=self.compute_dtype,
            seed=self.seed_generator,
        )
        return inputs * noise

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
