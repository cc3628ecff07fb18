"""Convolutions of `keras.ops` of one, two and three spatial dimensions, over the convolution
primitives.
"""

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import windows
from estikeras.ops.core import promote, tensor
from estikeras.primitives import conv as convolutions


def _geometry(x, kernel, strides, padding, dilation_rate):
    """The static parameters for a channels-last input."""
    rank = x.ndim - 2
    if kernel.ndim != x.ndim or not 1 <= rank <= 3:
        expected = f"{x.ndim} dimensions, as the inputs of shape {x.shape} have (3 to 5)"
        raise errors.shape_mismatch("kernel", got=kernel.shape, expected=expected)
    strides = windows.several(strides, rank, "strides")
    dilation = windows.several(dilation_rate, rank, "dilation_rate")
    if max(strides) > 1 and max(dilation) > 1:
        hint = "Set one of them to 1."
        raise errors.invalid(
            "strides", got=strides, expected=f"1 with dilation_rate={dilation}", hint=hint
        )
    spread = tuple((k - 1) * d + 1 for k, d in zip(kernel.shape[:-2], dilation, strict=True))
    pairs = windows.padding_pairs(padding, x.shape[1:-1], spread, strides)
    return {"strides": strides, "padding": pairs, "dilation": dilation}


@op("keras.ops.conv", "keras.ops.nn.conv")
def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution over one, two or three spatial dimensions.

    Args:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) for "channels_first".
        kernel: (*size, channels / groups, filters); the number of groups follows from its shape.
        strides: int, or one for each spatial dimension.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.
        dilation_rate: int, or one for each spatial dimension.

    Returns:
        A tensor (batch, *out_spatial, filters), or with the channels first.

    Raises:
        ValueError: when the shapes do not fit.
    """
    kernel = as_tensor(kernel)
    x = tensor(inputs, kernel.dtype)

    def run(x):
        params = _geometry(x, kernel, strides, padding, dilation_rate)
        channels, per_group = x.shape[-1], kernel.shape[-2]
        if channels % per_group:
            expected = f"input channels that divide the inputs' {channels}, second to last"
            raise errors.shape_mismatch("kernel", got=kernel.shape, expected=expected)
        return convolutions.conv(x, kernel, **params, groups=int(channels // per_group))

    return windows.with_channels_last(run, x, data_format)


@op("keras.ops.depthwise_conv", "keras.ops.nn.depthwise_conv")
def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution of every channel by itself.

    Args:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) for "channels_first".
        kernel: (*size, channels, multiplier).
        strides: int, or one for each spatial dimension.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.
        dilation_rate: int, or one for each spatial dimension.

    Returns:
        A tensor (batch, *out_spatial, channels * multiplier), or with the channels first.
    """
    x, kernel = promote(inputs, kernel, floating=True)

    def run(x):
        params = _geometry(x, kernel, strides, padding, dilation_rate)
        return convolutions.depthwise_conv(x, kernel, **params)

    return windows.with_channels_last(run, x, data_format)


@op("keras.ops.separable_conv", "keras.ops.nn.separable_conv")
def separable_conv(
    inputs,
    depthwise_kernel,
    pointwise_kernel,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """A depthwise convolution, then one of size 1 that mixes the channels.

    Args:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) for "channels_first".
        depthwise_kernel: (*size, channels, multiplier).
        pointwise_kernel: (*ones, channels * multiplier, filters).
        strides: int, or one for each spatial dimension.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.
        dilation_rate: int, or one for each spatial dimension.

    Returns:
        A tensor (batch, *out_spatial, filters), or with the channels first.
    """
    x = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(x, pointwise_kernel, data_format=data_format)


def _transposed_axis(size, kernel, stride, padding, output_padding):
    """Along one axis, for a kernel of dilated size: the output's size and the padding pair of the
    convolution whose input gradient it is.
    """
    if padding == "valid":
        extra = max(stride - kernel, 0) if output_padding is None else output_padding
        return (size - 1) * stride + kernel + extra, (0, -extra)
    if output_padding is None:
        added = stride + kernel - 2
    else:
        added = kernel + kernel % 2 - 2 + output_padding
    # `added` zeros around the spread-out input make the output; the convolution pads by what is
    # left of the kernel.
    left = min(added - added // 2, kernel - 1)
    out = (size - 1) * stride + 1 + added - (kernel - 1)
    return out, (kernel - 1 - left, kernel - 1 - (added - left))


def transposed_geometry(size, kernel_size, strides, padding, output_padding, dilation):
    """Output sizes and padding pairs of a transposed convolution, one entry per spatial axis in
    all arguments.
    """
    word = padding.lower()
    if word not in ("valid", "same"):
        raise errors.invalid("padding", got=padding, expected="'valid' or 'same'")
    axes = [
        _transposed_axis(n, (k - 1) * d + 1, s, word, o)
        for n, k, s, d, o in zip(size, kernel_size, strides, dilation, output_padding, strict=True)
    ]
    return tuple(out for out, _ in axes), tuple(pair for _, pair in axes)


@op("keras.ops.conv_transpose", "keras.ops.nn.conv_transpose")
def conv_transpose(
    inputs,
    kernel,
    strides=1,
    padding="valid",
    output_padding=None,
    data_format=None,
    dilation_rate=1,
):
    """The transpose of a convolution: from the shape of its output back to that of its input.

    Args:
        inputs: (batch, *spatial, channels), or (batch, channels, *spatial) for "channels_first".
        kernel: (*size, filters, channels).
        strides: int, or one for each spatial dimension, by which the output is larger.
        padding: "valid" or "same".
        output_padding: int, one for each spatial dimension, or None: what is added to the output's
            size.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.
        dilation_rate: int, or one for each spatial dimension.

    Returns:
        A tensor (batch, *out_spatial, filters), or with the channels first.
    """
    x, kernel = promote(inputs, kernel, floating=True)
    rank = x.ndim - 2
    steps = windows.several(strides, rank, "strides")
    dilation = windows.several(dilation_rate, rank, "dilation_rate")
    extra = output_padding
    extra = (extra,) * rank if extra is None or isinstance(extra, int) else tuple(extra)

    def run(x):
        out, pairs = transposed_geometry(
            x.shape[1:-1], kernel.shape[:-2], steps, padding, extra, dilation
        )
        return convolutions.conv_input_gradient(
            x, kernel, input_size=out, strides=steps, padding=pairs, dilation=dilation, groups=1
        )

    return windows.with_channels_last(run, x, data_format)
