"""Zeros before and after a sequence."""

from estikeras.keras.layers.reshaping import spatial
from estikeras.keras.layers.reshaping.padding_base import ZeroPadding
from estikeras.public import public


@public("keras.layers.ZeroPadding1D")
class ZeroPadding1D(ZeroPadding):
    """Puts zeros before and after the time steps.

    Args:
        padding: int, or a pair (before, after).
        data_format: "channels_last" or "channels_first".

    Call arguments:
        inputs: (batch, time, channels), or (batch, channels, time).
    """

    def __init__(self, padding=1, data_format=None, **kwargs):
        (pair,) = spatial.pairs("padding", padding if isinstance(padding, int) else (padding,), 1)
        super().__init__(1, pair, data_format, **kwargs)

    def _pairs(self):
        return (self.padding,)
