"""What layers that change the colours of images have in common: a range of values, and masks that
stay as they are.
"""

from estikeras import errors
from estikeras.keras.layers.preprocessing.image.random_layer import RandomImageLayer


class RandomColor(RandomImageLayer):
    """A layer that changes the values of pixels and leaves them where they are.

    Args:
        value_range: pair of numbers, the smallest and the largest value of the images.
        **kwargs: those of RandomImageLayer.
    """

    def __init__(self, value_range, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
            raise errors.invalid("value_range", got=value_range, expected="a pair of numbers")
        self.value_range = value_range

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        """The masks stay what they are."""
        return segmentation_masks

    def get_config(self):
        """The arguments as plain values."""
        return {**super().get_config(), "value_range": self.value_range, "factor": self.factor}
