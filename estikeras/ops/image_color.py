"""Colours, blurring, edges and likeness of images, of `keras.ops.image`."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import windows
from estikeras.ops.convolution import depthwise_conv
from estikeras.ops.core import floating, promote, tensor
from estikeras.ops.image_shape import spatial_axes
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, reduce, shaping

_GREY = (0.2989, 0.5870, 0.1140)
_SOBEL = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])


def _channel_axis(images, data_format):
    spatial_axes(images, data_format)
    return images.ndim - (3 if windows.is_channels_first(data_format) else 1)


def _planes(images, axis):
    """The three channels, each without its axis."""
    if images.shape[axis] != 3:
        raise errors.shape_mismatch("images", got=images.shape, expected="3 channels")
    return [indexing.take(images, np.array(i, "int32"), axis=axis) for i in range(3)]


def _joined(planes, axis):
    shape = (*planes[0].shape[:axis], 1, *planes[0].shape[axis:])
    return shaping.concatenate(*[shaping.reshape(p, shape=shape) for p in planes], axis=axis)


def _only_float(images):
    if not dtypes.is_float(images.dtype):
        raise errors.invalid("images", got=images.dtype, expected="a floating-point dtype")


@op("keras.ops.image.rgb_to_grayscale")
def rgb_to_grayscale(images, data_format=None):
    """Colour images as grey ones: 0.2989 red + 0.587 green + 0.114 blue.

    Args:
        images: one image or a batch, of 3 channels; grey ones of 1 stay as they are.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor with 1 channel, of the images' dtype.
    """
    images = as_tensor(images)
    axis = _channel_axis(images, data_format)
    if images.shape[axis] == 1:
        return images
    planes = _planes(floating(images), axis)
    grey = sum(plane * weight for plane, weight in zip(planes, _GREY, strict=True))
    return tensor(_joined([grey], axis), images.dtype)


@op("keras.ops.image.rgb_to_hsv")
def rgb_to_hsv(images, data_format=None):
    """Red, green and blue as hue, saturation and value, all from 0 to 1.

    Args:
        images: one image or a batch, of 3 channels, floats from 0 to 1.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor like the images.
    """
    images = as_tensor(images)
    _only_float(images)
    axis = _channel_axis(images, data_format)
    zero, one = ew.constant(0, images), ew.constant(1, images)
    tiny = float(np.finfo(np.float32).eps) if images.dtype == "float32" else 0.0
    images = ew.select(ew.absolute(images) < tiny, zero, images) if tiny else images
    red, green, blue = _planes(images, axis)
    value = ew.maximum(ew.maximum(red, green), blue)
    spread = value - ew.minimum(ew.minimum(red, green), blue)
    coloured = spread > 0
    saturation = ew.select(value > 0, spread / ew.select(value > 0, value, one), zero)
    sixth = 1 / (6 * ew.select(coloured, spread, one))
    hue = ew.select(
        ew.equal(value, green), sixth * (blue - red) + 1 / 3, sixth * (red - green) + 2 / 3
    )
    hue = ew.select(ew.equal(value, red), sixth * (green - blue), hue)
    hue = ew.select(coloured, hue, zero)
    hue = ew.select(hue < 0, hue + 1, hue)
    return _joined([hue, saturation, value], axis)


@op("keras.ops.image.hsv_to_rgb")
def hsv_to_rgb(images, data_format=None):
    """Hue, saturation and value as red, green and blue, all from 0 to 1.

    Args:
        images: one image or a batch, of 3 channels, floats from 0 to 1.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor like the images.
    """
    images = as_tensor(images)
    _only_float(images)
    axis = _channel_axis(images, data_format)
    hue, saturation, value = _planes(images, axis)
    turn = (hue - ew.floor(hue)) * 6
    zero, one = ew.constant(0, images), ew.constant(1, images)
    shares = (
        ew.absolute(turn - 3) - 1,
        2 - ew.absolute(turn - 2),
        2 - ew.absolute(turn - 4),
    )
    planes = [
        value * (1 - saturation + saturation * ew.minimum(ew.maximum(share, zero), one))
        for share in shares
    ]
    return _joined(planes, axis)


def gaussian(size, sigma):
    """A normalised row of `size` weights, bell-shaped: float64."""
    x = np.arange(size) - (size - 1) / 2
    weights = np.exp(-0.5 * (x / sigma) ** 2)
    return weights / weights.sum()


def filtered(images, kernel, padding, data_format):
    """Every channel of one image or a batch convolved with one kernel (height, width)."""
    spatial_axes(images, data_format)
    single = images.ndim == 3
    x = shaping.reshape(images, shape=(1, *images.shape)) if single else images
    channels = x.shape[1 if windows.is_channels_first(data_format) else 3]
    kernel = kernel.astype(dtypes.to_numpy(images.dtype))[:, :, None, None]
    kernel = np.repeat(kernel, int(channels), axis=2)
    y = depthwise_conv(x, kernel, padding=padding, data_format=data_format)
    return shaping.reshape(y, shape=y.shape[1:]) if single else y


@op("keras.ops.image.gaussian_blur")
def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None):
    """Images convolved with a Gaussian bell.

    Args:
        images: one image or a batch.
        kernel_size: pair of int.
        sigma: pair of float, the bell's deviations, first along the width as in the reference.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor like the images.
    """
    across, down = (gaussian(n, float(s)) for n, s in zip(kernel_size, sigma, strict=True))
    return filtered(floating(images), np.outer(down, across), "same", data_format)


@op("keras.ops.image.sobel_edges")
def sobel_edges(images, data_format=None):
    """How fast the brightness changes downwards and to the right.

    Args:
        images: one image or a batch.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor like the images with one more axis of size 2 at the end.
    """
    return edges(floating(images), "same", data_format)


def edges(images, padding, data_format):
    """The differences downwards and to the right, beside each other on a new last axis."""
    both = [filtered(images, kernel, padding, data_format) for kernel in (_SOBEL, _SOBEL.T)]
    return _joined(both, images.ndim)


@op("keras.ops.image.ssim")
def ssim(
    image1,
    image2,
    max_val=1.0,
    filter_size=11,
    filter_sigma=1.5,
    k1=0.01,
    k2=0.03,
    data_format=None,
):
    """The structural similarity of images, 1 for equal ones.

    Args:
        image1: one image or a batch.
        image2: likewise, of the same shape.
        max_val: the largest brightness.
        filter_size: int, the window in which images are compared.
        filter_sigma: float, the deviation of the window's bell.
        k1: float that keeps divisions finite where it is dark.
        k2: float that keeps divisions finite where it is even.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A float for each image.

    Reference: Wang, Bovik, Sheikh and Simoncelli, 2004, Image quality assessment.
    """
    original = as_tensor(image1).dtype
    a, b = promote(image1, image2, floating=True)
    if a.shape != b.shape:
        raise errors.shape_mismatch("image2", got=b.shape, expected=a.shape)
    row = gaussian(filter_size, filter_sigma)
    kernel = np.outer(row, row)

    def mean(x):
        return filtered(x, kernel, "valid", data_format)

    mean_a, mean_b = mean(a), mean(b)
    variances = mean(a * a) - mean_a * mean_a + mean(b * b) - mean_b * mean_b
    covariance = mean(a * b) - mean_a * mean_b
    dark, even = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    top = (2 * mean_a * mean_b + dark) * (2 * covariance + even)
    likeness = top / ((mean_a * mean_a + mean_b * mean_b + dark) * (variances + even))
    axes = tuple(range(likeness.ndim - 3, likeness.ndim))
    return tensor(reduce.reduce_mean(likeness, axes=axes, keepdims=False), original)


@op("keras.ops.psnr", "keras.ops.nn.psnr")
def psnr(x1, x2, max_val):
    """The peak signal-to-noise ratio in decibels, larger for images that are more alike.

    Args:
        x1: tensor of any shape.
        x2: tensor of the same shape.
        max_val: the largest value a signal can have.

    Returns:
        A float scalar.
    """
    x1, x2 = promote(x1, x2, floating=True)
    if x1.shape != x2.shape:
        raise errors.shape_mismatch("x2", got=x2.shape, expected=x1.shape)
    error = reduce.reduce_mean(ew.square(x1 - x2), axes=tuple(range(x1.ndim)), keepdims=False)
    return 20 * math.log10(max_val) - ew.log(error) * (10 / math.log(10))
