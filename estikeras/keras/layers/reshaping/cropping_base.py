"""What the cropping layers of 1 to 3 dimensions share."""

from estikeras import errors
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.reshaping import data_format as data_formats
from estikeras.keras.layers.reshaping import spatial


class Cropping(Layer):
    """Cuts off both ends of the spatial axes.

    Args:
        rank: number of spatial axes.
        cropping: pairs of ints, one an axis.
        data_format: "channels_last" or "channels_first".
        **kwargs: of the layer.
    """

    def __init__(self, rank, cropping, data_format, **kwargs):
        super().__init__(**kwargs)
        self._rank = rank
        self.data_format = data_formats.standardize(data_format)
        self.cropping = cropping
        self.input_spec = InputSpec(ndim=rank + 2)

    def _pairs(self):
        return self.cropping

    def call(self, inputs):
        """The inside of the inputs."""
        self.compute_output_shape(inputs.shape)
        slices = [slice(None)] * (self._rank + 2)
        for axis, (before, after) in zip(
            spatial.axes(self.data_format, self._rank), self._pairs(), strict=True
        ):
            slices[axis] = slice(before, inputs.shape[axis] - after)
        return inputs[tuple(slices)]

    def compute_output_shape(self, input_shape):
        """The spatial sizes shrink."""
        pairs = self._pairs()

        def shrunk(size, i):
            if size <= sum(pairs[i]):
                raise errors.shape_mismatch(
                    "cropping",
                    got=str(self.cropping),
                    expected=f"less than the inputs' sizes {tuple(input_shape)}",
                )
            return size - sum(pairs[i])

        return spatial.changed(input_shape, self.data_format, self._rank, shrunk)

    def get_config(self):
        """The arguments as plain values."""
        return {"cropping": self.cropping, "data_format": self.data_format, **super().get_config()}
