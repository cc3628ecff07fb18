"""What random layers of images have in common: a seed, factors, and nothing without training."""

from estikeras import errors
from estikeras.keras import random
from estikeras.keras.layers.preprocessing.image.base import ImageLayer, images_of


class RandomImageLayer(ImageLayer):
    """A layer that changes each image by chance, in training only.

    Subclasses define `_draw` and `_transform`.

    Args:
        seed: int; None takes one by chance.
        **kwargs: those of ImageLayer.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.generator = random.SeedGenerator(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images = images_of(data)
        return self._draw(images, self.generator if seed is None else seed)

    def _draw(self, images, seed):
        """A transformation for images of this shape, one for each image."""
        raise NotImplementedError

    def transform_images(self, images, transformation, training=True):
        images = self._cast(images)
        return self._transform(images, transformation) if training else images

    def _transform(self, images, transformation):
        """The images of a batch, which have the compute dtype, transformed."""
        raise NotImplementedError

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "seed": self.seed}


def count(images):
    """How many images there are, 1 for one without a batch."""
    return images.shape[0] if len(images.shape) == 4 else 1


def for_each(images):
    """The shape of one number for each image that broadcasts to the images."""
    return (1, 1, 1) if len(images.shape) == 3 else (images.shape[0], 1, 1, 1)


def interval(name, factor, low, high, *, open_below=False):
    """The limits between which a factor is drawn.

    Args:
        name: the argument's name.
        factor: a number, which stands for `-factor` to `factor`, or a pair.
        low: the smallest number allowed.
        high: the largest number allowed.
        open_below: whether `low` itself is not allowed.

    Returns:
        The lower and the upper limit, neither below `low`.

    Raises:
        ValueError: for anything else.
    """
    pair = factor if isinstance(factor, (tuple, list)) else (factor,)
    numbers = all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in pair)
    fits = numbers and all((low < n if open_below else low <= n) and n <= high for n in pair)
    if not fits or len(pair) != (2 if pair is factor else 1):
        bracket = "(" if open_below else "["
        limits = f"{bracket}{low}, {high}]"
        raise errors.invalid(name, got=factor, expected=f"a number, or a pair of them, in {limits}")
    if pair is factor:
        return tuple(sorted(factor))
    return max(-abs(factor), low), abs(factor)
