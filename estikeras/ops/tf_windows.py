"""TensorFlow's names for convolutions, pooling and blocks of pixels, with its arguments:
`tf.nn.conv2d` and the like.

Strides, sizes and dilations have one number for all spatial axes, one for each, or one for each
axis of the array; data formats are words such as "NHWC" and "NCW". `name` arguments change nothing.
"""

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import convolution, patches, pool, windows
from estikeras.ops.core import promote
from estikeras.primitives import conv as convolutions


def _layout(data_format):
    if data_format is None:
        return "channels_last"
    return "channels_first" if str(data_format).upper().startswith("NC") else "channels_last"


def _spatial(value, rank, data_format, argument):
    """The numbers of the spatial axes."""
    if value is None:
        return (1,) * rank
    if isinstance(value, int):
        return (value,) * rank
    value = tuple(int(v) for v in value)
    if len(value) == 1:
        return value * rank
    if len(value) == rank + 2:
        first = _layout(data_format) == "channels_first"
        outer = value[:2] if first else (value[0], value[-1])
        if outer != (1, 1):
            raise errors.invalid(argument, got=value, expected="1 for the batch and the channels")
        return value[2:] if first else value[1:-1]
    if len(value) != rank:
        raise errors.invalid(argument, got=value, expected=f"1, {rank} or {rank + 2} ints")
    return value


def _padding(padding, rank, data_format):
    if isinstance(padding, str):
        return padding.lower()
    pairs = [tuple(pair) for pair in padding]
    if len(pairs) == rank + 2:
        pairs = pairs[2:] if _layout(data_format) == "channels_first" else pairs[1:-1]
    return tuple(pairs)


def _conv(x, filters, strides, padding, data_format, dilations, rank):
    x, filters = promote(x, filters, floating=True)
    return convolution.conv(
        x,
        filters,
        _spatial(strides, rank, data_format, "strides"),
        _padding(padding, rank, data_format),
        _layout(data_format),
        _spatial(dilations, rank, data_format, "dilations"),
    )


@op("nn.convolution")
def convolution_(
    input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None
):
    """Convolution over one, two or three spatial dimensions; see `keras.ops.conv`."""
    rank = len(input.shape) - 2
    return _conv(input, filters, strides, padding, data_format, dilations, rank)


@op("nn.conv1d")
def conv1d(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):
    """Convolution of (batch, width, channels); see `keras.ops.conv`."""
    return _conv(input, filters, stride, padding, data_format, dilations, 1)


@op("nn.conv2d")
def conv2d(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):
    """Convolution of (batch, height, width, channels); see `keras.ops.conv`.

    Args:
        input: images.
        filters: (height, width, channels / groups, filters).
        strides: 1, 2 or 4 ints.
        padding: "SAME", "VALID" or pairs of zeros for each axis of the input.
        data_format: "NHWC" or "NCHW".
        dilations: 1, 2 or 4 ints.
        name: no effect.
    """
    return _conv(input, filters, strides, padding, data_format, dilations, 2)


@op("nn.conv3d")
def conv3d(input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None):
    """Convolution of (batch, depth, height, width, channels); see `keras.ops.conv`."""
    return _conv(input, filters, strides, padding, data_format, dilations, 3)


@op("nn.depthwise_conv2d")
def depthwise_conv2d(input, filter, strides, padding, data_format=None, dilations=None, name=None):
    """Convolution of every channel by itself; see `keras.ops.depthwise_conv`."""
    return convolution.depthwise_conv(
        input,
        filter,
        _spatial(strides, 2, data_format, "strides"),
        _padding(padding, 2, data_format),
        _layout(data_format),
        _spatial(dilations, 2, data_format, "dilations"),
    )


@op("nn.separable_conv2d")
def separable_conv2d(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    data_format=None,
    dilations=None,
    name=None,
):
    """A depthwise convolution, then one of size 1 that mixes the channels."""
    x = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return _conv(x, pointwise_filter, 1, "VALID", data_format, None, 2)


def _conv_transpose(x, filters, output_shape, strides, padding, data_format, dilations, rank):
    """The gradient by its input of the convolution that has an input of `output_shape`."""
    x, filters = promote(x, filters, floating=True)
    steps = _spatial(strides, rank, data_format, "strides")
    dilation = _spatial(dilations, rank, data_format, "dilations")
    shape = [int(n) for n in output_shape]
    first = _layout(data_format) == "channels_first"
    size = tuple(shape[2:] if first else shape[1:-1]) if len(shape) == rank + 2 else tuple(shape)
    spread = tuple((k - 1) * d + 1 for k, d in zip(filters.shape[:-2], dilation, strict=True))
    pairs = windows.padding_pairs(_padding(padding, rank, data_format), size, spread, steps)

    def run(x):
        return convolutions.conv_input_gradient(
            x, filters, input_size=size, strides=steps, padding=pairs, dilation=dilation, groups=1
        )

    return windows.with_channels_last(run, x, _layout(data_format))


@op("nn.conv_transpose")
def conv_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format=None,
    dilations=None,
    name=None,
):
    """The transpose of a convolution, to the given shape."""
    rank = len(input.shape) - 2
    return _conv_transpose(
        input, filters, output_shape, strides, padding, data_format, dilations, rank
    )


@op("nn.conv1d_transpose")
def conv1d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NWC",
    dilations=None,
    name=None,
):
    """The transpose of `conv1d`, to the given shape."""
    return _conv_transpose(
        input, filters, output_shape, strides, padding, data_format, dilations, 1
    )


@op("nn.conv2d_transpose")
def conv2d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NHWC",
    dilations=None,
    name=None,
):
    """The transpose of `conv2d`, to the given shape.

    Args:
        input: (batch, height, width, channels).
        filters: (height, width, filters, channels).
        output_shape: shape of the result.
        strides: 1, 2 or 4 ints.
        padding: "SAME", "VALID" or pairs of zeros for each axis.
        data_format: "NHWC" or "NCHW".
        dilations: 1, 2 or 4 ints.
        name: no effect.
    """
    return _conv_transpose(
        input, filters, output_shape, strides, padding, data_format, dilations, 2
    )


@op("nn.conv3d_transpose")
def conv3d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NDHWC",
    dilations=None,
    name=None,
):
    """The transpose of `conv3d`, to the given shape."""
    return _conv_transpose(
        input, filters, output_shape, strides, padding, data_format, dilations, 3
    )


def _pool(function, x, ksize, strides, padding, data_format, rank):
    return function(
        as_tensor(x),
        _spatial(ksize, rank, data_format, "ksize"),
        _spatial(strides, rank, data_format, "strides"),
        _padding(padding, rank, data_format),
        _layout(data_format),
    )


@op("nn.max_pool")
def max_pool(input, ksize, strides, padding, data_format=None, name=None):
    """The maximum of every window; see `keras.ops.max_pool`."""
    return _pool(pool.max_pool, input, ksize, strides, padding, data_format, len(input.shape) - 2)


@op("nn.max_pool1d")
def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The maximum of every window of (batch, width, channels)."""
    return _pool(pool.max_pool, input, ksize, strides, padding, data_format, 1)


@op("nn.max_pool2d")
def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The maximum of every window of (batch, height, width, channels)."""
    return _pool(pool.max_pool, input, ksize, strides, padding, data_format, 2)


@op("nn.max_pool3d")
def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The maximum of every window of (batch, depth, height, width, channels)."""
    return _pool(pool.max_pool, input, ksize, strides, padding, data_format, 3)


@op("nn.avg_pool")
def avg_pool(input, ksize, strides, padding, data_format=None, name=None):
    """The mean of every window; see `keras.ops.average_pool`."""
    rank = len(input.shape) - 2
    return _pool(pool.average_pool, input, ksize, strides, padding, data_format, rank)


@op("nn.avg_pool1d")
def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The mean of every window of (batch, width, channels)."""
    return _pool(pool.average_pool, input, ksize, strides, padding, data_format, 1)


@op("nn.avg_pool2d")
def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """The mean of every window of (batch, height, width, channels)."""
    return _pool(pool.average_pool, input, ksize, strides, padding, data_format, 2)


@op("nn.avg_pool3d")
def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The mean of every window of (batch, depth, height, width, channels)."""
    return _pool(pool.average_pool, input, ksize, strides, padding, data_format, 3)


@op("nn.pool")
def pool_(
    input,
    window_shape,
    pooling_type,
    strides=None,
    padding="VALID",
    data_format=None,
    dilations=None,
    name=None,
):
    """The maximum ("MAX") or mean ("AVG") of every window."""
    functions = {"MAX": pool.max_pool, "AVG": pool.average_pool}
    if pooling_type not in functions:
        raise errors.invalid("pooling_type", got=pooling_type, expected="'MAX' or 'AVG'")
    rank = len(input.shape) - 2
    if _spatial(dilations, rank, data_format, "dilations") != (1,) * rank:
        raise errors.unsupported("Pooling with dilations", "Use `dilations=None`.")
    function = functions[pooling_type]
    return _pool(function, input, window_shape, strides, padding, data_format, rank)


@op("nn.depth_to_space")
def depth_to_space(input, block_size, data_format="NHWC", name=None):
    """Channels as blocks of pixels; see `keras.ops.depth_to_space`."""
    return patches.depth_to_space(input, block_size, _layout(data_format))


@op("nn.space_to_depth")
def space_to_depth(input, block_size, data_format="NHWC", name=None):
    """Blocks of pixels as channels; see `keras.ops.space_to_depth`."""
    return patches.space_to_depth(input, block_size, _layout(data_format))
