"""The inside of a volume."""

from estikeras.keras.layers.reshaping import spatial
from estikeras.keras.layers.reshaping.cropping_base import Cropping
from estikeras.public import public


@public("keras.layers.Cropping3D")
class Cropping3D(Cropping):
    """Cuts the margins of a volume off.

    Args:
        cropping: int, or an int an axis, or a pair (before, after) an axis.
        data_format: "channels_last" or "channels_first".

    Call arguments:
        inputs: (batch, depth, height, width, channels), or with the channels second.
    """

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(3, spatial.pairs("cropping", cropping, 3), data_format, **kwargs)
