"""The inside of a sequence."""

from estikeras.keras.layers.reshaping import spatial
from estikeras.keras.layers.reshaping.cropping_base import Cropping
from estikeras.public import public


@public("keras.layers.Cropping1D")
class Cropping1D(Cropping):
    """Cuts time steps off at both ends.

    Args:
        cropping: int, or a pair (before, after).

    Call arguments:
        inputs: (batch, time, channels).
    """

    def __init__(self, cropping=(1, 1), **kwargs):
        (pair,) = spatial.pairs(
            "cropping", cropping if isinstance(cropping, int) else (cropping,), 1
        )
        super().__init__(1, pair, "channels_last", **kwargs)

    def _pairs(self):
        return (self.cropping,)

    def get_config(self):
        """The arguments as plain values."""
        config = super().get_config()
        del config["data_format"]
        return config
