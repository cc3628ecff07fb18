"""Images to other sizes: resizing, cropping, padding, patches, of `keras.ops.image`.

An image is (height, width, channels) or (channels, height, width); all functions take one or a
batch.
"""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import patches, windows
from estikeras.ops.core import floating, tensor
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, linalg, shaping

INTERPOLATIONS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic")


def spatial_axes(images, data_format, argument="images"):
    """The axes of height and width of one image or a batch."""
    if images.ndim not in (3, 4):
        expected = "3 dimensions (one image) or 4 (a batch)"
        raise errors.shape_mismatch(argument, got=images.shape, expected=expected)
    first = images.ndim - (2 if windows.is_channels_first(data_format) else 3)
    return first, first + 1


def _kernel(name, x):
    """The interpolation's weight at the distances `x`, in pixels."""
    x = np.abs(x)
    if name in ("bilinear", "linear", "trilinear"):
        return np.maximum(0, 1 - x)
    if name in ("bicubic", "cubic", "tricubic"):
        inner = (1.5 * x - 2.5) * x * x + 1
        outer = ((-0.5 * x + 2.5) * x - 4) * x + 2
        return np.where(x < 1, inner, np.where(x < 2, outer, 0))
    radius = {"lanczos3": 3, "lanczos5": 5}[name]
    return np.where(x < radius, np.sinc(x) * np.sinc(x / radius), 0)


def weights(name, before, after, scale, translation, antialias):
    """What every old pixel contributes to every new one along one axis: float64 (after, before).

    A new pixel lies at `(i + 0.5 - translation) / scale - 0.5` of the old ones; one outside gets
    zeros.
    """
    at = (np.arange(after) + 0.5 - translation) / scale - 0.5
    stretch = max(1.0, 1 / scale) if antialias else 1.0
    table = _kernel(name, (at[:, None] - np.arange(before)) / stretch)
    total = table.sum(axis=1, keepdims=True)
    table = np.where(
        np.abs(total) > 1000 * np.finfo("float32").eps, table / np.where(total, total, 1), 0
    )
    inside = (at >= -0.5) & (at <= before - 0.5)
    return np.where(inside[:, None], table, 0)


def along_axis(x, table, axis):
    """Multiply a matrix (after, before) with one axis of an array."""
    table = table.astype(dtypes.to_numpy(x.dtype))
    count = int(np.count_nonzero(table, axis=1).max(initial=0))
    if count <= 2:  # of bilinear interpolation: sums of slices take 0.6 times the time
        return _few_along_axis(x, table, max(1, count), axis)
    order = (*[a for a in range(x.ndim) if a != axis], axis)
    moved = shaping.transpose(x, axes=order)
    y = linalg.matmul(moved, table, transpose_a=False, transpose_b=True)
    return shaping.transpose(y, axes=shaping.inverse(order))


def _few_along_axis(x, table, count, axis):
    places = np.argsort(table == 0, axis=1, kind="stable")[:, :count]
    shape = tuple(-1 if a == axis else 1 for a in range(x.ndim))
    total = None
    for place, weight in zip(places.T, np.take_along_axis(table, places, 1).T, strict=True):
        part = indexing.take(x, place.astype(np.int32), axis=axis) * weight.reshape(shape)
        total = part if total is None else total + part
    return total


def _resized(x, axis, after, name, antialias):
    before = int(x.shape[axis])
    if name == "nearest":
        nearest = np.floor((np.arange(after) + 0.5) * (before / after)).astype(np.int32)
        return indexing.take(x, nearest, axis=axis)
    if before == after:
        return x
    return along_axis(x, weights(name, before, after, after / before, 0.0, antialias), axis)


def _cut(x, axis, start, size):
    starts = tuple(start if a == axis else 0 for a in range(x.ndim))
    shape = tuple(size if a == axis else n for a, n in enumerate(x.shape))
    return shaping.slice(x, starts=starts, shape=shape, steps=(1,) * x.ndim)


def _to_aspect(images, axes, size, crop, pad, fill_value):
    """Crop or pad to the proportions of the new size."""
    height, width = (int(images.shape[a]) for a in axes)
    wanted = int(width * size[0] / size[1]), int(height * size[1] / size[0])
    if crop:
        for axis, old, new in zip(axes, (height, width), wanted, strict=True):
            new = max(min(old, new), 1)
            images = _cut(images, axis, (old - new) // 2, new)
    if pad:
        margins = [
            (max(old, new) - old) // 2 for old, new in zip((height, width), wanted, strict=True)
        ]
        if margins[0] > 0:
            margins[1] = 0  # as the reference, which pads one of both
        table = dict(zip(axes, margins, strict=True))
        widths = tuple((table.get(a, 0),) * 2 for a in range(images.ndim))
        images = shaping.pad(images, widths=widths, value=fill_value)
    return images


@op("keras.ops.image.resize")
def resize(
    images,
    size,
    interpolation="bilinear",
    antialias=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    fill_value=0.0,
    data_format=None,
):
    """Images of another height and width.

    Args:
        images: one image or a batch.
        size: pair of int, height and width.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".
        antialias: whether shrinking averages over all pixels that fall together.
        crop_to_aspect_ratio: whether the images are cropped to the new proportions first.
        pad_to_aspect_ratio: whether they are padded to them first.
        fill_mode: "constant".
        fill_value: what is padded with.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor of the images' dtype.
    """
    if len(size) != 2 or min(size) < 1:
        raise errors.invalid("size", got=size, expected="two positive ints, height and width")
    if interpolation not in INTERPOLATIONS:
        raise errors.invalid(
            "interpolation", got=interpolation, expected=f"one of {INTERPOLATIONS}"
        )
    if fill_mode != "constant":
        raise errors.invalid("fill_mode", got=fill_mode, expected="'constant'")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise errors.invalid("pad_to_aspect_ratio", got=True, expected="one of both options")
    images = as_tensor(images)
    axes = spatial_axes(images, data_format)
    size = tuple(int(n) for n in size)
    images = _to_aspect(images, axes, size, crop_to_aspect_ratio, pad_to_aspect_ratio, fill_value)
    x = images if interpolation == "nearest" else floating(images)
    for axis, after in zip(axes, size, strict=True):
        x = _resized(x, axis, after, interpolation, antialias)
    if x.dtype == images.dtype:
        return x
    info = np.iinfo(dtypes.to_numpy(images.dtype))
    low, high = ew.constant(info.min, x), ew.constant(info.max, x)
    return tensor(ew.minimum(ew.maximum(ew.round(x), low), high), images.dtype)


@op("keras.ops.image.scale_and_translate")
def scale_and_translate(
    images, output_shape, scale, translation, spatial_dims, method, antialias=True
):
    """Images stretched and moved along some axes.

    Args:
        images: float tensor.
        output_shape: shape of the result.
        scale: one factor for each of `spatial_dims`.
        translation: one distance in new pixels for each of `spatial_dims`.
        spatial_dims: the axes to work on.
        method: "linear", "cubic", "lanczos3" or "lanczos5".
        antialias: whether shrinking averages over all pixels that fall together.

    Returns:
        A tensor of `output_shape`; what lies outside of the images is 0.
    """
    x = floating(images)
    factors, moves = np.asarray(scale, "float64"), np.asarray(translation, "float64")
    for i, axis in enumerate(spatial_dims):
        after = int(output_shape[axis])
        table = weights(method, int(x.shape[axis]), after, factors[i], moves[i], antialias)
        x = along_axis(x, table, axis % x.ndim)
    return x


def _margins(low, high, target, size, grow, names):
    """Margins before and after along one axis, of which at most one may be None if the target is
    given.
    """
    given = sum(value is not None for value in (low, high, target))
    if given != 2:
        got = dict(zip(names, (low, high, target), strict=True))
        raise errors.invalid(names[0], got=got, expected="exactly two of the three")
    change = None if target is None else (target - size if grow else size - target)
    low = change - high if low is None else low
    high = change - low if high is None else high
    if low < 0 or high < 0:
        raise errors.invalid(names[0], got=(low, high), expected="margins that are not negative")
    return int(low), int(high)


@op("keras.ops.image.crop_images")
def crop_images(
    images,
    top_cropping=None,
    left_cropping=None,
    bottom_cropping=None,
    right_cropping=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Images without margins; of each two margins and the size that is left, two are given.

    Args:
        images: one image or a batch.
        top_cropping: rows cut at the top.
        left_cropping: columns cut at the left.
        bottom_cropping: rows cut at the bottom.
        right_cropping: columns cut at the right.
        target_height: rows that are left.
        target_width: columns that are left.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor of the images' dtype.
    """
    x = as_tensor(images)
    names = ("top_cropping", "bottom_cropping", "target_height")
    rows, columns = spatial_axes(x, data_format)
    height, width = int(x.shape[rows]), int(x.shape[columns])
    top, bottom = _margins(top_cropping, bottom_cropping, target_height, height, False, names)
    names = ("left_cropping", "right_cropping", "target_width")
    left, right = _margins(left_cropping, right_cropping, target_width, width, False, names)
    if top + bottom > height or left + right > width:
        got = (top, bottom, left, right)
        raise errors.invalid("top_cropping", got=got, expected=f"margins within {height} x {width}")
    x = _cut(x, rows, top, height - top - bottom)
    return _cut(x, columns, left, width - left - right)


@op("keras.ops.image.pad_images")
def pad_images(
    images,
    top_padding=None,
    left_padding=None,
    bottom_padding=None,
    right_padding=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Images with margins of zeros; of each two margins and the new size, two are given.

    Args:
        images: one image or a batch.
        top_padding: rows added at the top.
        left_padding: columns added at the left.
        bottom_padding: rows added at the bottom.
        right_padding: columns added at the right.
        target_height: rows of the result.
        target_width: columns of the result.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor of the images' dtype.
    """
    x = as_tensor(images)
    rows, columns = spatial_axes(x, data_format)
    height, width = int(x.shape[rows]), int(x.shape[columns])
    names = ("top_padding", "bottom_padding", "target_height")
    vertical = _margins(top_padding, bottom_padding, target_height, height, True, names)
    names = ("left_padding", "right_padding", "target_width")
    horizontal = _margins(left_padding, right_padding, target_width, width, True, names)
    table = {rows: vertical, columns: horizontal}
    return shaping.pad(x, widths=tuple(table.get(a, (0, 0)) for a in range(x.ndim)), value=0)


def _patches(x, rank, size, strides, dilation_rate, padding, data_format):
    size = windows.several(size, rank, "size")
    strides = size if strides is None else windows.several(strides, rank, "strides")
    dilation = windows.several(dilation_rate, rank, "dilation_rate")
    single = x.ndim == rank + 1
    if single:
        x = shaping.reshape(x, shape=(1, *x.shape))
    if x.ndim != rank + 2:
        raise errors.shape_mismatch(
            "images", got=x.shape, expected=f"{rank + 1} or {rank + 2} dimensions"
        )
    spread = tuple((n - 1) * d + 1 for n, d in zip(size, dilation, strict=True))

    def run(x):
        pairs = windows.padding_pairs(padding, x.shape[1:-1], spread, strides)
        x = shaping.pad(x, widths=((0, 0), *pairs, (0, 0)), value=0)
        channels = x.shape[-1]
        x = patches.gathered(x, 1, size, strides, dilation)
        outer = range(1, 2 * rank + 1, 2)
        x = shaping.transpose(x, axes=(0, *outer, *(a + 1 for a in outer), 2 * rank + 1))
        counts = x.shape[1 : rank + 1]
        return shaping.reshape(x, shape=(x.shape[0], *counts, math.prod(size) * channels))

    y = windows.with_channels_last(run, x, data_format)
    return shaping.reshape(y, shape=y.shape[1:]) if single else y


@op("keras.ops.image.extract_patches")
def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The windows of images as channels.

    Args:
        images: one image or a batch; volumes for a `size` of three.
        size: int or a pair, the window.
        strides: int or a pair, the distance of windows; None means `size`.
        dilation_rate: int or a pair, the distance of a window's pixels.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor with `size * channels` channels at every window's place.
    """
    rank = 2 if isinstance(size, int) else len(size)
    return _patches(as_tensor(images), rank, size, strides, dilation_rate, padding, data_format)


@op("keras.ops.image.extract_patches_3d")
def extract_patches_3d(
    volumes, size, strides=None, dilation_rate=1, padding="valid", data_format=None
):
    """The windows of volumes as channels.

    Args:
        volumes: (depth, height, width, channels), likewise with the channels first, or a batch.
        size: int or three, the window.
        strides: int or three, the distance of windows; None means `size`.
        dilation_rate: int or three, the distance of a window's elements.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor with `size * channels` channels at every window's place.
    """
    return _patches(as_tensor(volumes), 3, size, strides, dilation_rate, padding, data_format)
