"""TensorFlow's names for colours and brightness of images: `tf.image.*`, channels last.

Whole numbers stand for fractions of their dtype's largest; `name` arguments change nothing.
"""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import image_color, image_shape, linalg, tf_image
from estikeras.ops.core import floating, promote, tensor
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, shaping
from estikeras.primitives import reduce as red

_LAST = "channels_last"
# Red, green and blue (rows) as luminance and two differences of colours (columns).
_YIQ = np.array(
    [
        [0.299, 0.59590059, 0.2115],
        [0.587, -0.27455667, -0.52273617],
        [0.114, -0.32134392, 0.31119955],
    ]
)
_YUV = np.array(
    [
        [0.299, -0.14714119, 0.61497538],
        [0.587, -0.28886916, -0.51496512],
        [0.114, 0.43601035, -0.10001026],
    ]
)


def _as_fractions(image, change):
    """Apply a function of floats from 0 to 1 to an image of any dtype."""
    image = as_tensor(image)
    if dtypes.is_float(image.dtype):
        return change(image)
    y = change(tf_image.convert_image_dtype(image, "float32"))
    return tf_image.convert_image_dtype(y, image.dtype, saturate=True)


@op("image.rgb_to_grayscale")
def rgb_to_grayscale(images, name=None):
    """Colour images as grey ones; see `keras.ops.image.rgb_to_grayscale`."""
    return _as_fractions(images, lambda x: image_color.rgb_to_grayscale(x, _LAST))


@op("image.grayscale_to_rgb")
def grayscale_to_rgb(images, name=None):
    """Grey images with their one channel three times."""
    x = as_tensor(images)
    if x.shape[-1] != 1:
        raise errors.shape_mismatch("images", got=x.shape, expected="1 channel, the last axis")
    return shaping.concatenate(x, x, x, axis=x.ndim - 1)


@op("image.rgb_to_hsv")
def rgb_to_hsv(images, name=None):
    """Red, green and blue as hue, saturation and value, all from 0 to 1."""
    return image_color.rgb_to_hsv(images, _LAST)


@op("image.hsv_to_rgb")
def hsv_to_rgb(images, name=None):
    """Hue, saturation and value as red, green and blue, all from 0 to 1."""
    return image_color.hsv_to_rgb(images, _LAST)


def _through(images, matrix):
    x = floating(images)
    if x.shape[-1] != 3:
        raise errors.shape_mismatch("images", got=x.shape, expected="3 channels, the last axis")
    return linalg.matmul(x, tensor(matrix, x.dtype))


@op("image.rgb_to_yiq")
def rgb_to_yiq(images):
    """Red, green and blue as luminance, in-phase and quadrature, of the NTSC."""
    return _through(images, _YIQ)


@op("image.yiq_to_rgb")
def yiq_to_rgb(images):
    """Luminance, in-phase and quadrature as red, green and blue."""
    return _through(images, np.linalg.inv(_YIQ))


@op("image.rgb_to_yuv")
def rgb_to_yuv(images):
    """Red, green and blue as luminance and the differences of blue and red to it, of PAL."""
    return _through(images, _YUV)


@op("image.yuv_to_rgb")
def yuv_to_rgb(images):
    """Luminance and the differences of blue and red to it as red, green and blue."""
    return _through(images, np.linalg.inv(_YUV))


@op("image.adjust_brightness")
def adjust_brightness(image, delta):
    """Images brighter by `delta`, a fraction of the largest value."""
    return _as_fractions(image, lambda x: x + tensor(delta, x.dtype))


@op("image.adjust_contrast")
def adjust_contrast(images, contrast_factor):
    """Images in which the distance of each pixel from its channel's mean is multiplied."""

    def change(x):
        mean = red.reduce_mean(x, axes=image_shape.spatial_axes(x, _LAST), keepdims=True)
        return (x - mean) * tensor(contrast_factor, x.dtype) + mean

    return _as_fractions(images, change)


@op("image.adjust_gamma")
def adjust_gamma(image, gamma=1, gain=1):
    """`gain * image**gamma`."""
    return _as_fractions(image, lambda x: gain * ew.power(x, ew.constant(gamma, x)))


def _in_hsv(image, change):
    def run(x):
        hsv = image_color.rgb_to_hsv(x, _LAST)
        planes = [indexing.take(hsv, np.array(i, "int32"), axis=hsv.ndim - 1) for i in range(3)]
        shape = (*planes[0].shape, 1)
        parts = [shaping.reshape(plane, shape=shape) for plane in change(*planes)]
        return image_color.hsv_to_rgb(shaping.concatenate(*parts, axis=hsv.ndim - 1), _LAST)

    return _as_fractions(image, run)


@op("image.adjust_hue")
def adjust_hue(image, delta, name=None):
    """Images whose colours are turned by `delta`, from -1 to 1, around the circle of colours."""

    def change(hue, saturation, value):
        turned = hue + tensor(delta, hue.dtype)
        return turned - ew.floor(turned), saturation, value

    return _in_hsv(image, change)


@op("image.adjust_saturation")
def adjust_saturation(image, saturation_factor, name=None):
    """Images whose saturation is multiplied, up to 1."""

    def change(hue, saturation, value):
        more = saturation * tensor(saturation_factor, saturation.dtype)
        clipped = ew.minimum(ew.maximum(more, ew.constant(0, more)), ew.constant(1, more))
        return hue, clipped, value

    return _in_hsv(image, change)


@op("image.per_image_standardization")
def per_image_standardization(image):
    """Each image with mean 0 and variance 1, but never divided by less than 1 / sqrt(its
    elements).
    """
    x = as_tensor(image)
    x = floating(x) if dtypes.is_float(x.dtype) else tensor(x, "float32")
    axes = tuple(range(x.ndim - 3, x.ndim))
    mean = red.reduce_mean(x, axes=axes, keepdims=True)
    deviation = ew.sqrt(red.reduce_mean(ew.square(x - mean), axes=axes, keepdims=True))
    least = 1 / math.sqrt(math.prod(int(x.shape[a]) for a in axes))
    return (x - mean) / ew.maximum(deviation, ew.constant(least, x))


@op("image.total_variation")
def total_variation(images, name=None):
    """The sum of absolute differences of neighbouring pixels, one number for each image."""
    x = as_tensor(images)
    changes = tf_image.image_gradients(x)
    axes = tuple(range(x.ndim - 3, x.ndim))
    return sum(red.reduce_sum(ew.absolute(c), axes=axes, keepdims=False) for c in changes)


@op("image.psnr")
def psnr(a, b, max_val, name=None):
    """The peak signal-to-noise ratio in decibels, one number for each image."""
    a, b = (tf_image.convert_image_dtype(x, "float32") for x in (a, b))
    if not dtypes.is_float(as_tensor(max_val).dtype):
        max_val = float(max_val)
    a, b = promote(a, b, floating=True)
    error = red.reduce_mean(ew.square(a - b), axes=tuple(range(a.ndim - 3, a.ndim)), keepdims=False)
    return 20 * math.log10(max_val) - ew.log(error) * (10 / math.log(10))


@op("image.ssim")
def ssim(
    img1,
    img2,
    max_val,
    filter_size=11,
    filter_sigma=1.5,
    k1=0.01,
    k2=0.03,
    return_index_map=False,
):
    """The structural similarity of images; see `keras.ops.image.ssim`."""
    if return_index_map:
        raise errors.unsupported("`return_index_map=True`", "Leave it False for one number.")
    return image_color.ssim(img1, img2, max_val, filter_size, filter_sigma, k1, k2, _LAST)


@op("image.sobel_edges")
def sobel_edges(image):
    """How fast the brightness changes downwards and to the right, images mirrored at their
    edges.
    """
    x = floating(image)
    for axis in image_shape.spatial_axes(x, _LAST):
        mirrored = np.pad(np.arange(int(x.shape[axis])), 1, mode="reflect").astype("int32")
        x = indexing.take(x, mirrored, axis=axis)
    return image_color.edges(x, "valid", _LAST)
