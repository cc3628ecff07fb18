"""Noise that is added in training."""

from estikeras import errors
from estikeras.keras import random
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.GaussianNoise")
class GaussianNoise(Layer):
    """Adds normal noise in training.

    Args:
        stddev: standard deviation of the noise, from 0 to 1.
        seed: int.

    Call arguments:
        inputs: tensor of any shape.
        training: without it, the inputs come back unchanged.
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(stddev, int | float) or not 0 <= stddev <= 1:
            raise errors.invalid("stddev", got=stddev, expected="a number from 0 to 1")
        self.stddev = stddev
        self.seed = seed
        if stddev > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True
        self.built = True

    def call(self, inputs, training=False):
        """The inputs, with noise in training."""
        if not training or self.stddev == 0:
            return inputs
        noise = random.normal(
            inputs.shape,
            mean=0.0,
            stddev=self.stddev,
            dtype=self.compute_dtype,
            seed=self.seed_generator,
        )
        return inputs + noise

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}
