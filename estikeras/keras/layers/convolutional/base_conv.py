"""The convolution that Conv1D, Conv2D and Conv3D share."""

from estikeras import errors, ops
from estikeras.keras.layers import roles
from estikeras.keras.layers.convolutional import spatial
from estikeras.keras.layers.convolutional.convolution import Convolution
from estikeras.keras.layers.sizes import as_count


class BaseConv(Convolution):
    """Convolution, in groups of channels where `groups` is larger than 1."""

    def __init__(self, rank, filters, groups, **kwargs):
        padding = spatial.as_padding(kwargs.pop("padding"), allow_causal=rank == 1)
        super().__init__(rank, padding="valid" if padding == "causal" else padding, **kwargs)
        self.padding = padding
        self.filters = as_count("filters", filters)
        self.groups = as_count("groups", groups)
        if filters % groups:
            raise errors.invalid("groups", got=groups, expected=f"a divisor of filters={filters}")

    def build_kernels(self, channels):
        if channels % self.groups:
            raise errors.invalid(
                "groups", got=self.groups, expected=f"a divisor of the {channels} input channels"
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = roles.add_weight(self, "kernel", shape)

    def convolve(self, inputs):
        return self.convolution_op(inputs, self.kernel)

    def convolution_op(self, inputs, kernel):
        """Return the convolution of the inputs with a kernel; subclasses may change either."""
        geometry = self.geometry()
        if self.padding == "causal":
            inputs, geometry["padding"] = self._pad_past(inputs), "valid"
        return ops.conv(inputs, kernel, **geometry)

    def _pad_past(self, inputs):
        before = ((self.kernel_size[0] - 1) * self.dilation_rate[0], 0)
        steps_last = self.data_format == "channels_first"
        return ops.pad(inputs, ((0, 0), (0, 0), before) if steps_last else ((0, 0), before, (0, 0)))

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "groups": self.groups}
