"""Arguments that layers over space share (sizes, padding), and their output shapes.

Knows shapes and numbers only; it must not know tensors or layers.
"""

from estikeras import errors


def as_tuple(value, rank, argument, allow_zero=False):
    """Return `value` as a tuple of `rank` integers.

    Args:
        value: one integer for all dimensions, or a sequence of `rank` integers.
        rank: number of spatial dimensions.
        argument: the argument's name, for the error.
        allow_zero: whether zero is a legal entry.

    Returns:
        A tuple of `rank` integers.

    Raises:
        ValueError: for another length, or for entries that are no integers or too small.
    """
    least = 0 if allow_zero else 1
    expected = f"an integer of at least {least}, or {rank} of them"
    entries = (value,) * rank if isinstance(value, int) else value
    try:
        entries = tuple(int(entry) for entry in entries)
    except (TypeError, ValueError):
        raise errors.invalid(argument, got=value, expected=expected) from None
    if len(entries) != rank or any(entry < least for entry in entries):
        raise errors.invalid(argument, got=value, expected=expected)
    return entries


def as_padding(value, allow_causal=False):
    """Return the padding's name in lower case; raise ValueError for one that does not exist."""
    known = ("valid", "same", "causal") if allow_causal else ("valid", "same")
    padding = value.lower() if isinstance(value, str) else value
    if padding not in known:
        raise errors.invalid("padding", got=value, expected=f"one of {known}")
    return padding


def channel_axis(data_format):
    """Return the axis of the channels."""
    return -1 if data_format == "channels_last" else 1


def known_channels(input_shape, data_format):
    """Return the number of input channels; raise ValueError where it is not known."""
    channels = input_shape[channel_axis(data_format)]
    if channels is None:
        raise errors.invalid(
            "input_shape", got=tuple(input_shape), expected="a known number of channels"
        )
    return channels


def split_shape(input_shape, data_format):
    """Return the spatial sizes of a shape."""
    return tuple(input_shape[1:-1] if data_format == "channels_last" else input_shape[2:])


def join_shape(batch, sizes, channels, data_format):
    """Return the shape with these spatial sizes and channels."""
    if data_format == "channels_last":
        return (batch, *sizes, channels)
    return (batch, channels, *sizes)


def window_output_sizes(sizes, window, strides, padding, dilation=None):
    """Return how many positions a window takes along each spatial dimension; None stays None."""
    dilation = dilation or (1,) * len(sizes)
    result = []
    for size, width, stride, step in zip(sizes, window, strides, dilation, strict=True):
        if size is None:
            result.append(None)
            continue
        reach = (width - 1) * step + 1 if padding == "valid" else 1
        count = (size - reach) // stride + 1
        if count < 1:
            raise errors.shape_mismatch(
                "inputs",
                got=f"spatial sizes {tuple(sizes)}",
                expected=f"at least {reach} for a window of {width} with dilation {step}",
                hint="Use padding='same', or a smaller window or dilation.",
            )
        result.append(count)
    return tuple(result)


def transpose_output_sizes(sizes, kernel_size, strides, padding, output_padding, dilation):
    """Return the spatial sizes that a transposed convolution makes; None stays None."""
    output_padding = output_padding or (None,) * len(sizes)
    result = []
    for size, width, stride, extra, step in zip(
        sizes, kernel_size, strides, output_padding, dilation, strict=True
    ):
        if size is None:
            result.append(None)
            continue
        reach = (width - 1) * step + 1
        if extra is None:
            result.append(size * stride + (max(reach - stride, 0) if padding == "valid" else 0))
        else:
            trim = 0 if padding == "valid" else 2 * (reach // 2)
            result.append((size - 1) * stride + reach - trim + extra)
    return tuple(result)
