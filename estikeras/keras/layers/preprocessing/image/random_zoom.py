"""Images seen from nearer or farther by chance."""

from estikeras import ops
from estikeras.keras import random
from estikeras.keras.layers.preprocessing.image.random_layer import count, interval
from estikeras.keras.layers.preprocessing.image.random_warp import RandomWarp, columns
from estikeras.public import public


@public("keras.layers.RandomZoom")
class RandomZoom(RandomWarp):
    """Shrinks or enlarges each image within its frame by factors of its own in training.

    Args:
        height_factor: how much more of the height is seen, above -1 and up to 1: a pair to draw
            between, or a number, which stands for `-factor` to `factor`. 0.2 shows 20 % more, so
            that things become smaller; -0.2 makes them larger.
        width_factor: likewise for the width; None keeps the proportions.
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
        width_factor=None,
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
        self.height_lower, self.height_upper = interval(
            "height_factor", height_factor, -1, 1, open_below=True
        )
        if width_factor is not None:
            self.width_lower, self.width_upper = interval(
                "width_factor", width_factor, -1, 1, open_below=True
            )

    def _draw(self, images, seed):
        shape = (count(images), 1)
        height = random.uniform(shape, 1 + self.height_lower, 1 + self.height_upper, seed=seed)
        width = height
        if self.width_factor is not None:
            width = random.uniform(shape, 1 + self.width_lower, 1 + self.width_upper, seed=seed)
        return {"height_zoom": height, "width_zoom": width, "input_shape": images.shape}

    def _matrix(self, images, transformation):
        height, width = self._size(images)
        down, right = (
            ops.cast(transformation[name], "float32") for name in ("height_zoom", "width_zoom")
        )
        zero = ops.zeros_like(down)
        x, y = (width - 1) / 2 * (1 - right), (height - 1) / 2 * (1 - down)
        return columns(right, zero, x, zero, down, y, zero, zero)

    def get_config(self):
        """The arguments as plain values."""
        config = {"height_factor": self.height_factor, "width_factor": self.width_factor}
        return {**super().get_config(), **config}
