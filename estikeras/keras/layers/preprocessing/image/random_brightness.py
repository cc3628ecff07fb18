"""Images of random brightness."""

from estikeras import ops
from estikeras.keras import random
from estikeras.keras.layers.preprocessing.image.random_color import RandomColor
from estikeras.keras.layers.preprocessing.image.random_layer import for_each, interval
from estikeras.public import public


@public("keras.layers.RandomBrightness")
class RandomBrightness(RandomColor):
    """Makes each image brighter or darker by a number of its own in training.

    Args:
        factor: share of the range of values to add, from -1 (all is black) to 1 (all is white): a
            pair to draw between, or a number, which stands for `-factor` to `factor`.
        value_range: pair of numbers, the smallest and the largest value of the images, to which the
            results are clipped.
        seed: int; None takes one by chance.
        **kwargs: `data_format`, `name`, `dtype`, `trainable`.

    Call arguments:
        data: one image, a batch, or a dict with "images".
        training: without it, the images stay as they are.

    Returns:
        Images of the layer's compute dtype.

    Raises:
        ValueError: for another factor or range.
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(value_range, seed=seed, **kwargs)
        self.value_range = sorted(value_range)
        self.factor = interval("factor", factor, -1, 1)

    def _draw(self, images, seed):
        low, high = self.value_range
        delta = random.uniform(for_each(images), *self.factor, seed=seed) * (high - low)
        return {"rgb_delta": delta}

    def _transform(self, images, transformation):
        delta = ops.cast(transformation["rgb_delta"], images.dtype)
        return ops.clip(images + delta, *self.value_range)
