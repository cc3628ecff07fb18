"""Images turned by chance."""

import math

from estikeras import ops
from estikeras.keras import random
from estikeras.keras.layers.preprocessing.image.random_layer import count, interval
from estikeras.keras.layers.preprocessing.image.random_warp import RandomWarp, columns
from estikeras.public import public


@public("keras.layers.RandomRotation")
class RandomRotation(RandomWarp):
    """Turns each image around its middle by an angle of its own in training.

    Args:
        factor: share of a full turn, from -1 to 1, positive counterclockwise: a pair to draw
            between, or a number, which stands for `-factor` to `factor`.
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
        ValueError: for another factor.
        NotImplementedError: for another fill mode or interpolation.
    """

    def __init__(
        self,
        factor,
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
        self.factor = interval("factor", factor, -1, 1)

    def _draw(self, images, seed):
        low, high = (360.0 * limit for limit in self.factor)
        angle = random.uniform((count(images),), low, high, seed=seed)
        height, width = self._size(images)
        return {
            "angle": angle,
            "rotation_matrix": rotation(angle, height, width),
            "image_height": height,
            "image_width": width,
            "batch_size": count(images),
        }

    def _matrix(self, images, transformation):
        return transformation["rotation_matrix"]

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "factor": self.factor}


def rotation(angle, height, width):
    """The map (batch, 8) that turns around the middle by angles in degrees (batch)."""
    angle = ops.reshape(angle, (-1, 1)) * (math.pi / 180)
    x, y = (width - 1) / 2, (height - 1) / 2
    cos, sin, zero = ops.cos(angle), ops.sin(angle), ops.zeros_like(angle)
    right, down = x - x * cos + y * sin, y - x * sin - y * cos
    return columns(cos, -sin, right, sin, cos, down, zero, zero)
