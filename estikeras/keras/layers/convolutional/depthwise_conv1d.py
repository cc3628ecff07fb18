"""DepthwiseConv1D."""

from estikeras.keras.layers.convolutional.base_depthwise_conv import BaseDepthwiseConv
from estikeras.public import public


@public("keras.layers.DepthwiseConv1D")
class DepthwiseConv1D(BaseDepthwiseConv):
    """Depthwise convolution over steps: every input channel is filtered by itself.

    Args:
        kernel_size: size of the window: an integer, or a tuple of one.
        strides: steps between positions of the window, given likewise; not above 1 where
            `dilation_rate` is.
        padding: `"valid"` (none) or `"same"` (output size is input size over strides).
        depth_multiplier: output channels of the depthwise step per input channel.
        data_format: `"channels_last"` or `"channels_first"`; None is
            `keras.config.image_data_format()`.
        dilation_rate: distance between the entries of the window, given as `kernel_size` is.
        activation: function on the output, or its name; None is linear.
        use_bias: whether a bias is added to each output channel.
        depthwise_initializer: initial values of the depthwise kernel.
        bias_initializer: initial values of the bias.
        depthwise_regularizer: penalty on the depthwise kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: projection of the depthwise kernel after each update.
        bias_constraint: projection of the bias after each update.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, steps, channels) float, or (batch, channels, steps) with `"channels_first"`.

    Returns:
        A tensor of the same rank with `depth_multiplier` times the channels.
    """

    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            rank=1,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            activity_regularizer=activity_regularizer,
            weight_options={
                "depthwise_initializer": depthwise_initializer,
                "bias_initializer": bias_initializer,
                "depthwise_regularizer": depthwise_regularizer,
                "bias_regularizer": bias_regularizer,
                "depthwise_constraint": depthwise_constraint,
                "bias_constraint": bias_constraint,
            },
            **kwargs,
        )
