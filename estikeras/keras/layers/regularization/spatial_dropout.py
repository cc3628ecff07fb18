"""Dropout of whole channels."""

from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.regularization.dropout import Dropout
from estikeras.keras.layers.reshaping import data_format as data_formats
from estikeras.public import public


class _SpatialDropout(Dropout):
    def __init__(self, rank, rate, data_format, seed, name, dtype):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = data_formats.standardize(data_format)
        self.input_spec = InputSpec(ndim=rank + 2)

    def _noise_shape(self, inputs):
        shape = list(inputs.shape)
        first = 1 if self.data_format == "channels_last" else 2
        shape[first : first + len(shape) - 2] = [1] * (len(shape) - 2)
        return tuple(shape)

    def get_config(self):
        return {
            "rate": self.rate,
            "seed": self.seed,
            "name": self.name,
            "dtype": self.dtype_policy.name,
            "data_format": self.data_format,
        }


@public("keras.layers.SpatialDropout1D")
class SpatialDropout1D(_SpatialDropout):
    """Sets whole channels of sequences to zero in training.

    Args:
        rate: share of the channels, from 0 to 1.
        seed: int.
        name: name of the layer.
        dtype: dtype or policy.

    Call arguments:
        inputs: (batch, time, channels).
        training: without it, the inputs come back unchanged.

    Reference: J. Tompson, R. Goroshin, A. Jain, Y. LeCun, C. Bregler, 2014, "Efficient Object
    Localization".
    """

    def __init__(self, rate, seed=None, name=None, dtype=None):
        super().__init__(1, rate, "channels_last", seed, name, dtype)

    def get_config(self):
        """The arguments as plain values."""
        config = super().get_config()
        del config["data_format"]
        return config


@public("keras.layers.SpatialDropout2D")
class SpatialDropout2D(_SpatialDropout):
    """Sets whole channels of images to zero in training.

    Args:
        rate: share of the channels, from 0 to 1.
        data_format: "channels_last" or "channels_first".
        seed: int.
        name: name of the layer.
        dtype: dtype or policy.

    Call arguments:
        inputs: (batch, height, width, channels), or with the channels second.
        training: without it, the inputs come back unchanged.

    Reference: J. Tompson, R. Goroshin, A. Jain, Y. LeCun, C. Bregler, 2014, "Efficient Object
    Localization".
    """

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(2, rate, data_format, seed, name, dtype)


@public("keras.layers.SpatialDropout3D")
class SpatialDropout3D(_SpatialDropout):
    """Sets whole channels of volumes to zero in training.

    Args:
        rate: share of the channels, from 0 to 1.
        data_format: "channels_last" or "channels_first".
        seed: int.
        name: name of the layer.
        dtype: dtype or policy.

    Call arguments:
        inputs: (batch, depth, height, width, channels), or with the channels second.
        training: without it, the inputs come back unchanged.

    Reference: J. Tompson, R. Goroshin, A. Jain, Y. LeCun, C. Bregler, 2014, "Efficient Object
    Localization".
    """

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(3, rate, data_format, seed, name, dtype)
