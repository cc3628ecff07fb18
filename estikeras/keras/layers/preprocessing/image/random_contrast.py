"""Images of random contrast."""

from estikeras import ops
from estikeras.keras import random
from estikeras.keras.layers.preprocessing.image.random_color import RandomColor
from estikeras.keras.layers.preprocessing.image.random_layer import for_each, interval
from estikeras.public import public


@public("keras.layers.RandomContrast")
class RandomContrast(RandomColor):
    """Moves the values of each image away from the mean of their channel, or towards it, in
    training: `(x - mean) * contrast + mean`.

    Args:
        factor: a pair from 0 to 1 between which contrasts are drawn, from `1 - factor[0]` to
            `1 + factor[1]`; or a number, which raises the contrast only: from 1 to `1 + factor`.
        value_range: pair of numbers to which the results are clipped.
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
        self.factor = interval("factor", factor, 0, 1)

    def _draw(self, images, seed):
        low, high = 1.0 - self.factor[0], 1.0 + self.factor[1]
        dtype = self.compute_dtype
        contrast = random.uniform(for_each(images), low, high, dtype=dtype, seed=seed)
        return {"contrast_factor": contrast}

    def _transform(self, images, transformation):
        mean = ops.mean(images, axis=(self.height_axis, self.width_axis), keepdims=True)
        contrast = ops.cast(transformation["contrast_factor"], images.dtype)
        return ops.clip((images - mean) * contrast + mean, *self.value_range)
