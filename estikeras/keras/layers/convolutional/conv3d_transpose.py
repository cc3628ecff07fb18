"""Conv3DTranspose."""

from estikeras.keras.layers.convolutional.base_conv_transpose import BaseConvTranspose
from estikeras.public import public


@public("keras.layers.Conv3DTranspose", "keras.layers.Convolution3DTranspose")
class Conv3DTranspose(BaseConvTranspose):
    """Transposed convolution over depth, rows and columns: a convolution's gradient, as a layer.

    Args:
        filters: number of output channels.
        kernel_size: size of the window: an integer for all dimensions, or three of them.
        strides: steps between positions of the window, given likewise; not above 1 where
            `dilation_rate` is.
        padding: `"valid"` (none) or `"same"` (output size is input size over strides).
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        output_padding: sizes added to the output at its end, less than `strides`; None makes the
            output `strides` times as large (and larger by the window's reach with `"valid"`).
        dilation_rate: distance between the entries of the window, given as `kernel_size` is.
        activation: function on the output, or its name; None is linear.
        use_bias: whether a bias is added to each output channel.
        kernel_initializer: initial values of the kernel.
        bias_initializer: initial values of the bias.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: projection of the kernel after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, depth, rows, columns, channels) float, or (batch, channels, depth, rows,
            columns) with `"channels_first"`.

    Returns:
        A tensor of the same rank with `filters` channels.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1, 1),
        padding="valid",
        data_format=None,
        output_padding=None,
        dilation_rate=(1, 1, 1),
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            rank=3,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            output_padding=output_padding,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            activity_regularizer=activity_regularizer,
            weight_options={
                "kernel_initializer": kernel_initializer,
                "bias_initializer": bias_initializer,
                "kernel_regularizer": kernel_regularizer,
                "bias_regularizer": bias_regularizer,
                "kernel_constraint": kernel_constraint,
                "bias_constraint": bias_constraint,
            },
            **kwargs,
        )
