"""Random windows of images."""

from estikeras import ops
from estikeras.keras import random
from estikeras.keras.layers.preprocessing.image.base import check_size, images_of, largest_window
from estikeras.keras.layers.preprocessing.image.random_layer import RandomImageLayer
from estikeras.ops import image_shape
from estikeras.ops.seeds import make_default_seed
from estikeras.public import public


@public("keras.layers.RandomCrop")
class RandomCrop(RandomImageLayer):
    """Cuts a window out of images in training, at one random place for the whole batch.

    Of images that are not larger than the window in both directions, the middle is cut out and
    resized.

    Args:
        height: int, the height of the window.
        width: int, the width of the window.
        seed: int; None takes one by chance.
        data_format: "channels_last" or "channels_first"; None is
            `keras.config.image_data_format()`.
        name: name of the layer.
        **kwargs: `dtype`, `trainable`.

    Call arguments:
        data: one image, a batch, or a dict with "images".
        training: without it, the images come back whole.

    Returns:
        Images of the layer's compute dtype.
    """

    def __init__(self, height, width, seed=None, data_format=None, name=None, **kwargs):
        seed = make_default_seed() if seed is None else seed
        super().__init__(seed=seed, data_format=data_format, name=name, **kwargs)
        self.height, self.width = check_size(height, width)

    def get_random_transformation(self, data, training=True, seed=None):
        """Top and left of the window."""
        size, wanted = self._size(images_of(data)), (self.height, self.width)
        if not training or not (size[0] > self.height and size[1] > self.width):
            return largest_window(size, wanted)[:2]
        seed = self.generator if seed is None else seed
        return tuple(
            ops.cast(random.uniform((), 0, float(old - new + 1), seed=seed), "int32")
            for old, new in zip(size, wanted, strict=True)
        )

    def _transform(self, images, transformation):
        top, left = transformation
        size, wanted = self._size(images), (self.height, self.width)
        if size[0] > self.height and size[1] > self.width:
            return self._cut(images, top, left, *wanted)
        rest = min(self.height, size[0] - top), min(self.width, size[1] - left)
        window = self._cut(images, top, left, *rest)
        return image_shape.resize(window, wanted, data_format=self.data_format)

    def compute_output_shape(self, input_shape):
        """The height and width of the window in the place of the images' own."""
        return self._with_size(input_shape, self.height, self.width)

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "height": self.height, "width": self.width}
