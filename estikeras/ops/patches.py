"""Windows of images as rows, and blocks of pixels as channels: `unfold`, `fold` and the like of
`keras.ops`.
"""

import numpy as np

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import windows
from estikeras.primitives import indexing, shaping


def places(size, window, stride, dilation):
    """The positions of every window along one axis: int32 (windows, window)."""
    count = (size - (window - 1) * dilation - 1) // stride + 1
    if count < 1:
        raise errors.invalid("size", got=window, expected=f"a window that fits {size} elements")
    starts = np.arange(count)[:, None] * stride
    return (starts + np.arange(window) * dilation).astype(np.int32)


def gathered(x, first, size, strides, dilation):
    """Each spatial axis as two, (windows, window), from axis `first` on."""
    for i, (window, stride, spread) in enumerate(zip(size, strides, dilation, strict=True)):
        axis = first + 2 * i
        x = indexing.take(x, places(x.shape[axis], window, stride, spread), axis=axis)
    return x


def _pairs(*values):
    return tuple((v, v) if isinstance(v, int) else tuple(v) for v in values)


@op("keras.ops.unfold", "keras.ops.nn.unfold")
def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of images as columns.

    Args:
        x: (batch, channels, height, width).
        kernel_size: int or a pair, the window.
        dilation: int or a pair, the distance of a window's elements.
        padding: int or a pair, zeros added at both ends of height and width.
        stride: int or a pair, the distance of windows.

    Returns:
        A tensor (batch, channels * window elements, windows).
    """
    x = as_tensor(x)
    if x.ndim != 4:
        raise errors.shape_mismatch("x", got=x.shape, expected="(batch, channels, height, width)")
    size, spread, zeros, steps = _pairs(kernel_size, dilation, padding, stride)
    x = shaping.pad(x, widths=((0, 0), (0, 0), *((z, z) for z in zeros)), value=0)
    x = gathered(x, 2, size, steps, spread)
    batch, channels, rows, _, columns, _ = x.shape
    x = shaping.transpose(x, axes=(0, 1, 3, 5, 2, 4))
    return shaping.reshape(x, shape=(batch, channels * size[0] * size[1], rows * columns))


@op("keras.ops.fold", "keras.ops.nn.fold")
def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Images from their windows as columns: overlapping elements are added.

    Args:
        x: (batch, channels * window elements, windows).
        output_size: int or a pair, height and width of the images.
        kernel_size: int or a pair, the window.
        dilation: int or a pair, the distance of a window's elements.
        padding: int or a pair, what `unfold` added at both ends of height and width.
        stride: int or a pair, the distance of windows.

    Returns:
        A tensor (batch, channels, *output_size).
    """
    x = as_tensor(x)
    if x.ndim != 3:
        raise errors.shape_mismatch("x", got=x.shape, expected="(batch, rows, windows)")
    out, size, spread, zeros, steps = _pairs(output_size, kernel_size, dilation, padding, stride)
    full = tuple(n + 2 * z for n, z in zip(out, zeros, strict=True))
    tables = [places(*along) for along in zip(full, size, steps, spread, strict=True)]
    counts = [len(table) for table in tables]
    channels = x.shape[1] // (size[0] * size[1])
    expected = (x.shape[0], channels * size[0] * size[1], counts[0] * counts[1])
    if x.shape != expected:
        raise errors.shape_mismatch("x", got=x.shape, expected=expected)
    x = shaping.reshape(x, shape=(x.shape[0], channels, *size, *counts))
    x = shaping.transpose(x, axes=(0, 1, 4, 2, 5, 3))
    x = indexing.take_add(x, tables[0], axis=2, size=full[0])
    x = indexing.take_add(x, tables[1], axis=3, size=full[1])
    return shaping.slice(x, starts=(0, 0, *zeros), shape=(*x.shape[:2], *out), steps=(1, 1, 1, 1))


def _check_images(x):
    if x.ndim != 4:
        raise errors.shape_mismatch("x", got=x.shape, expected="4 dimensions, a batch of images")


@op("keras.ops.depth_to_space", "keras.ops.nn.depth_to_space")
def depth_to_space(x, block_size, data_format="channels_last"):
    """Channels as blocks of pixels: images larger by `block_size`, with fewer channels.

    Args:
        x: (batch, height, width, channels), or (batch, channels, height, width) for
            "channels_first".
        block_size: int, at least 2.
        data_format: "channels_last" or "channels_first".

    Returns:
        A tensor (batch, height * block_size, width * block_size, channels / block_size**2), or
        likewise.
    """
    x = as_tensor(x)
    _check_images(x)
    b = block_size
    if windows.is_channels_first(data_format):
        n, c, h, w = x.shape
        split, axes = (n, c // (b * b), b, b, h, w), (0, 1, 4, 2, 5, 3)
        shape = (n, c // (b * b), h * b, w * b)
    else:
        n, h, w, c = x.shape
        split, axes = (n, h, w, b, b, c // (b * b)), (0, 1, 3, 2, 4, 5)
        shape = (n, h * b, w * b, c // (b * b))
    if b < 2 or c % (b * b):
        raise errors.invalid(
            "block_size", got=b, expected=f"at least 2, its square a divisor of {c}"
        )
    return shaping.reshape(
        shaping.transpose(shaping.reshape(x, shape=split), axes=axes), shape=shape
    )


@op("keras.ops.space_to_depth", "keras.ops.nn.space_to_depth")
def space_to_depth(x, block_size, data_format="channels_last"):
    """Blocks of pixels as channels: the inverse of `depth_to_space`.

    Args:
        x: (batch, height, width, channels), or (batch, channels, height, width) for
            "channels_first".
        block_size: int, at least 2.
        data_format: "channels_last" or "channels_first".

    Returns:
        A tensor (batch, height / block_size, width / block_size, channels * block_size**2), or
        likewise.
    """
    x = as_tensor(x)
    _check_images(x)
    b = block_size
    if windows.is_channels_first(data_format):
        n, c, h, w = x.shape
        split, axes = (n, c, h // b, b, w // b, b), (0, 1, 3, 5, 2, 4)
        shape = (n, c * b * b, h // b, w // b)
    else:
        n, h, w, c = x.shape
        split, axes = (n, h // b, b, w // b, b, c), (0, 1, 3, 2, 4, 5)
        shape = (n, h // b, w // b, c * b * b)
    if b < 2 or h % b or w % b:
        raise errors.invalid("block_size", got=b, expected=f"at least 2, a divisor of {h} and {w}")
    return shaping.reshape(
        shaping.transpose(shaping.reshape(x, shape=split), axes=axes), shape=shape
    )
