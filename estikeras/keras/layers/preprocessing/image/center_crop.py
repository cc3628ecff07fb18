"""The middle of images."""

from estikeras.keras.layers.preprocessing.image.base import (
    ImageLayer,
    check_size,
    images_of,
    largest_window,
)
from estikeras.ops import image_shape
from estikeras.public import public


@public("keras.layers.CenterCrop")
class CenterCrop(ImageLayer):
    """Cuts the middle out of images, in training and out of it.

    Of an image that is too small, the largest window of the proportions is resized.

    Args:
        height: int, the new height.
        width: int, the new width.
        data_format: "channels_last" or "channels_first"; None is
            `keras.config.image_data_format()`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        data: one image, a batch, or a dict with "images".
        training: makes no difference.

    Returns:
        Images of the given height and width, of the layer's compute dtype.
    """

    def __init__(self, height, width, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.height, self.width = check_size(height, width)

    def get_random_transformation(self, data, training=True, seed=None):
        """The shape of the images before."""
        return {"input_shape": images_of(data).shape}

    def transform_images(self, images, transformation=None, training=True):
        images = self._cast(images)
        size, wanted = self._size(images), (self.height, self.width)
        if size[0] >= self.height and size[1] >= self.width:
            top, left = (size[0] - self.height) // 2, (size[1] - self.width) // 2
            return self._cut(images, top, left, *wanted)
        window = self._cut(images, *largest_window(size, wanted))
        return image_shape.resize(window, wanted, data_format=self.data_format)

    def compute_output_shape(self, input_shape):
        """The new height and width in the place of the old ones."""
        return self._with_size(input_shape, self.height, self.width)

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "height": self.height, "width": self.width}
