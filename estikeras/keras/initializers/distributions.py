"""Initializers that draw from one distribution, whatever the shape."""

from estikeras import errors
from estikeras.keras.initializers.initializer import Initializer
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.ops import random, seeds
from estikeras.public import public


class RandomInitializer(Initializer):
    """The base of random initializers: an int seed gives the same values at every call.

    Args:
        seed: int, `keras.random.SeedGenerator`, its config, or None for a seed of its own.
    """

    def __init__(self, seed=None):
        self._init_seed = seed
        if seed is None:
            seed = seeds.make_default_seed()
        elif isinstance(seed, dict):
            seed = deserialize_keras_object(seed)
        if not isinstance(seed, (int, seeds.SeedGenerator)):
            raise errors.invalid("seed", got=seed, expected="an int, a SeedGenerator or None")
        self.seed = seed

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {"seed": serialize_keras_object(self._init_seed)}


@public("keras.initializers.RandomNormal", "keras.initializers.random_normal")
class RandomNormal(RandomInitializer):
    """A normal distribution.

    Args:
        mean: float.
        stddev: float, the standard deviation.
        seed: int, `keras.random.SeedGenerator` or None.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean, self.stddev = mean, stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        """A tensor of random values."""
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


@public("keras.initializers.TruncatedNormal", "keras.initializers.truncated_normal")
class TruncatedNormal(RandomInitializer):
    """A normal distribution without what is more than two standard deviations from the mean.

    Args:
        mean: float.
        stddev: float, the standard deviation before the cut.
        seed: int, `keras.random.SeedGenerator` or None.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean, self.stddev = mean, stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        """A tensor of random values."""
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


@public("keras.initializers.RandomUniform", "keras.initializers.random_uniform")
class RandomUniform(RandomInitializer):
    """All values of an interval alike.

    Args:
        minval: float, the least value.
        maxval: float, the limit, which is not reached.
        seed: int, `keras.random.SeedGenerator` or None.
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval, self.maxval = minval, maxval
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        """A tensor of random values."""
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}
