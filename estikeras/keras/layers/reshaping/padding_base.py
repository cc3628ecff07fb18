"""What the zero padding layers of 1 to 3 dimensions share."""

from estikeras import ops
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.reshaping import data_format as data_formats
from estikeras.keras.layers.reshaping import spatial


class ZeroPadding(Layer):
    """Puts zeros around the spatial axes.

    Args:
        rank: number of spatial axes.
        padding: pairs of ints, one an axis.
        data_format: "channels_last" or "channels_first".
        **kwargs: of the layer.
    """

    def __init__(self, rank, padding, data_format, **kwargs):
        super().__init__(**kwargs)
        self._rank = rank
        self.data_format = data_formats.standardize(data_format)
        self.padding = padding
        self.input_spec = InputSpec(ndim=rank + 2)

    def _pairs(self):
        return self.padding

    def call(self, inputs):
        """The inputs with zeros around."""
        widths = [(0, 0)] * (self._rank + 2)
        for axis, pair in zip(
            spatial.axes(self.data_format, self._rank), self._pairs(), strict=True
        ):
            widths[axis] = pair
        return ops.pad(inputs, tuple(widths))

    def compute_output_shape(self, input_shape):
        """The spatial sizes grow."""
        pairs = self._pairs()
        return spatial.changed(
            input_shape, self.data_format, self._rank, lambda size, i: size + sum(pairs[i])
        )

    def get_config(self):
        """The arguments as plain values."""
        return {"padding": self.padding, "data_format": self.data_format, **super().get_config()}
