"""Images mirrored by chance."""

from estikeras import errors, ops
from estikeras.keras import random
from estikeras.keras.layers.preprocessing.image.random_layer import RandomImageLayer, for_each
from estikeras.public import public

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


@public("keras.layers.RandomFlip")
class RandomFlip(RandomImageLayer):
    """Mirrors about half of the images in training.

    Args:
        mode: "horizontal" swaps left and right, "vertical" top and bottom,
            "horizontal_and_vertical" both at once, which turns an image by half a turn.
        seed: int; None takes one by chance.
        data_format: "channels_last" or "channels_first"; None is
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        data: one image, a batch, or a dict with "images".
        training: without it, the images stay as they are.

    Returns:
        Images of the layer's compute dtype.

    Raises:
        ValueError: for another mode.
    """

    def __init__(self, mode="horizontal_and_vertical", seed=None, data_format=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if mode not in _MODES:
            raise errors.unknown_name("mode", mode, _MODES)
        self.mode = mode

    def _draw(self, images, seed):
        flips = random.uniform(for_each(images), seed=seed) <= 0.5
        return {"flips": flips, "input_shape": images.shape}

    def _transform(self, images, transformation):
        axes = {"horizontal": (self.width_axis,), "vertical": (self.height_axis,)}.get(
            self.mode, (self.height_axis, self.width_axis)
        )
        return ops.where(transformation["flips"], ops.flip(images, axis=axes), images)

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "mode": self.mode}
