"""Zeros around an image."""

from estikeras.keras.layers.reshaping import spatial
from estikeras.keras.layers.reshaping.padding_base import ZeroPadding
from estikeras.public import public


@public("keras.layers.ZeroPadding2D")
class ZeroPadding2D(ZeroPadding):
    """Puts zeros around an image.

    Args:
        padding: int, or an int an axis, or a pair (before, after) an axis.
        data_format: "channels_last" or "channels_first".

    Call arguments:
        inputs: (batch, height, width, channels), or with the channels second.
    """

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(2, spatial.pairs("padding", padding, 2), data_format, **kwargs)
