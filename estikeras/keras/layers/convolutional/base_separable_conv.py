"""The separable convolution that SeparableConv1D and SeparableConv2D share."""

from estikeras import ops
from estikeras.keras.layers import roles
from estikeras.keras.layers.convolutional.convolution import Convolution
from estikeras.keras.layers.sizes import as_count


class BaseSeparableConv(Convolution):
    """Depthwise convolution, then a mix of the channels at every position."""

    kernel_roles = ("depthwise", "pointwise")

    def __init__(self, rank, filters, depth_multiplier, **kwargs):
        super().__init__(rank, **kwargs)
        self.filters = as_count("filters", filters)
        self.depth_multiplier = as_count("depth_multiplier", depth_multiplier)

    def build_kernels(self, channels):
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = roles.add_weight(self, "depthwise", shape, "depthwise_kernel")
        shape = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = roles.add_weight(self, "pointwise", shape, "pointwise_kernel")

    def convolve(self, inputs):
        return ops.separable_conv(
            inputs, self.depthwise_kernel, self.pointwise_kernel, **self.geometry()
        )

    def get_config(self):
        config = {"filters": self.filters, "depth_multiplier": self.depth_multiplier}
        return {**super().get_config(), **config}
