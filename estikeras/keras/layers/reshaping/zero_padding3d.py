"""Zeros around a volume."""

from estikeras.keras.layers.reshaping import spatial
from estikeras.keras.layers.reshaping.padding_base import ZeroPadding
from estikeras.public import public


@public("keras.layers.ZeroPadding3D")
class ZeroPadding3D(ZeroPadding):
    """Puts zeros around a volume.

    Args:
        padding: int, or an int an axis, or a pair (before, after) an axis.
        data_format: "channels_last" or "channels_first".

    Call arguments:
        inputs: (batch, depth, height, width, channels), or with the channels second.
    """

    def __init__(self, padding=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(3, spatial.pairs("padding", padding, 3), data_format, **kwargs)
