"""The depthwise convolution that DepthwiseConv1D and DepthwiseConv2D share."""

from estikeras import ops
from estikeras.keras.layers import roles
from estikeras.keras.layers.convolutional.convolution import Convolution
from estikeras.keras.layers.sizes import as_count


class BaseDepthwiseConv(Convolution):
    """Convolution in which every input channel has `depth_multiplier` filters of its own."""

    kernel_roles = ("depthwise",)

    def __init__(self, rank, depth_multiplier, **kwargs):
        super().__init__(rank, **kwargs)
        self.depth_multiplier = as_count("depth_multiplier", depth_multiplier)

    def build_kernels(self, channels):
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = roles.add_weight(self, "depthwise", shape, name="kernel")

    def output_channels(self, channels):
        return channels * self.depth_multiplier

    def convolve(self, inputs):
        return ops.depthwise_conv(inputs, self.kernel, **self.geometry())

    def get_config(self):
        return {**super().get_config(), "depth_multiplier": self.depth_multiplier}
