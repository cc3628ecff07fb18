"""The transposed convolution that Conv1DTranspose, Conv2DTranspose and Conv3DTranspose share."""

from estikeras import errors, ops
from estikeras.keras.layers import roles
from estikeras.keras.layers.convolutional import spatial
from estikeras.keras.layers.convolutional.convolution import Convolution
from estikeras.keras.layers.sizes import as_count


class BaseConvTranspose(Convolution):
    """The gradient of a convolution by its input, used as a layer: it makes the space larger."""

    def __init__(self, rank, filters, output_padding, **kwargs):
        super().__init__(rank, **kwargs)
        self.filters = as_count("filters", filters)
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = spatial.as_tuple(
                output_padding, rank, "output_padding", allow_zero=True
            )
            if any(p >= s for p, s in zip(self.output_padding, self.strides, strict=True)):
                raise errors.invalid(
                    "output_padding",
                    got=self.output_padding,
                    expected=f"less than strides={self.strides} in every dimension",
                )

    def build_kernels(self, channels):
        shape = (*self.kernel_size, self.filters, channels)
        self.kernel = roles.add_weight(self, "kernel", shape)

    def convolve(self, inputs):
        return ops.conv_transpose(
            inputs, self.kernel, output_padding=self.output_padding, **self.geometry()
        )

    def output_sizes(self, sizes):
        return spatial.transpose_output_sizes(
            sizes,
            self.kernel_size,
            self.strides,
            self.padding,
            self.output_padding,
            self.dilation_rate,
        )

    def get_config(self):
        config = {"filters": self.filters, "output_padding": self.output_padding}
        return {**super().get_config(), **config}
