"""Random zeros in training."""

from estikeras import errors
from estikeras.keras import random
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Dropout")
class Dropout(Layer):
    """Sets a share of the inputs to zero in training and scales the others so that the sum is kept.

    Args:
        rate: share of zeros, from 0 to 1.
        noise_shape: shape of the pattern of zeros, broadcast to the inputs; None is their shape.
        seed: int.

    Call arguments:
        inputs: tensor of any shape.
        training: without it, the inputs come back unchanged.

    Raises:
        ValueError: if rate lies outside of 0 to 1.

    Reference: N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, 2014,
    "Dropout".
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
        """The inputs, with zeros in training."""
        if not training or self.rate == 0:
            return inputs
        return random.dropout(
            inputs, rate=self.rate, noise_shape=self._noise_shape(inputs), seed=self.seed_generator
        )

    def _noise_shape(self, inputs):
        if self.noise_shape is None:
            return None
        return concrete(self.noise_shape, inputs.shape)

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


def check_rate(rate):
    """The rate, if it lies between 0 and 1.

    Raises:
        ValueError: if it does not.
    """
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
        raise errors.invalid("rate", got=rate, expected="a number from 0 to 1")
    return rate


def concrete(noise_shape, shape):
    """The noise shape with the inputs' sizes where it has None."""
    if len(noise_shape) != len(shape):
        raise errors.shape_mismatch(
            "noise_shape", got=noise_shape, expected=f"as many sizes as the inputs {shape}"
        )
    return tuple(
        size if wanted is None else wanted for wanted, size in zip(noise_shape, shape, strict=True)
    )
