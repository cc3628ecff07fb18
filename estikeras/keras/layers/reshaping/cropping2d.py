"""The inside of an image."""

from estikeras.keras.layers.reshaping import spatial
from estikeras.keras.layers.reshaping.cropping_base import Cropping
from estikeras.public import public


@public("keras.layers.Cropping2D")
class Cropping2D(Cropping):
    """Cuts the margins of an image off.

    Args:
        cropping: int, or an int an axis, or a pair (before, after) an axis.
        data_format: "channels_last" or "channels_first".

    Call arguments:
        inputs: (batch, height, width, channels), or with the channels second.
    """

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(2, spatial.pairs("cropping", cropping, 2), data_format, **kwargs)
