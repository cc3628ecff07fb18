"""Images moved by chance."""

from estikeras import ops
from estikeras.keras import random
from estikeras.keras.layers.preprocessing.image.random_layer import count, interval
from estikeras.keras.layers.preprocessing.image.random_warp import RandomWarp, columns
from estikeras.public import public


@public("keras.layers.RandomTranslation")
class RandomTranslation(RandomWarp):
    """Moves each image within its frame by shares of its own in training.

    Args:
        height_factor: share of the height to move down, from -1 to 1: a pair to draw between, or a
            number, which stands for `-factor` to `factor`.
        width_factor: likewise, share of the width to move to the right.
        fill_mode: what lies beyond the edges: "reflect" (d c b a | a b c d | d c b a), "wrap"
            (a b c d | a b c d | a b c d), "constant" or "nearest".
        interpolation: "nearest" or "bilinear".
        seed: int; None takes one by chance.
        fill_value: what lies beyond the edges for "constant".
        data_format: "channels_last" or "channels_first"; None is
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        data: one image, a batch, or a dict with "images".
        training: without it, the images stay as they are.

    Returns:
        Images of the layer's compute dtype.

    Raises:
        ValueError: for other factors.
        NotImplementedError: for another fill mode or interpolation.
    """

    def __init__(
        self,
        height_factor,
        width_factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.height_factor, self.width_factor = height_factor, width_factor
        self.height_lower, self.height_upper = interval("height_factor", height_factor, -1, 1)
        self.width_lower, self.width_upper = interval("width_factor", width_factor, -1, 1)

    def _draw(self, images, seed):
        shape, (height, width) = (count(images), 1), self._size(images)
        down = random.uniform(shape, self.height_lower, self.height_upper, seed=seed) * height
        right = random.uniform(shape, self.width_lower, self.width_upper, seed=seed) * width
        translations = ops.cast(columns(right, down), "float32")
        return {"translations": translations, "input_shape": images.shape}

    def _matrix(self, images, transformation):
        moved = ops.convert_to_tensor(transformation["translations"])
        right, down = moved[:, :1], moved[:, 1:]
        zero, one = ops.zeros_like(right), ops.ones_like(right)
        return columns(one, zero, -right, zero, one, -down, zero, zero)

    def get_config(self):
        """The arguments as plain values."""
        config = {"height_factor": self.height_factor, "width_factor": self.width_factor}
        return {**super().get_config(), **config}
