"""Images of another size, as `tf.image.resize` makes them without antialiasing: for files that are
read in threads, one by one, each image of another size. Knows no tensors; ops and layers have
`ops.image_shape`.
"""

import functools

import numpy as np

from estikeras.kernels import direct, resample

# Name -> how far a kernel reaches, in pixels, and its weights at distances.
_KERNELS = {
    "bilinear": (1, lambda x: 1 - x),
    "bicubic": (2, lambda x: _cubic(x, 0, 0.5)),
    "mitchellcubic": (2, lambda x: _cubic(x, 1 / 3, 1 / 3)),
    "lanczos3": (3, lambda x: np.sinc(x) * np.sinc(x / 3)),
    "lanczos5": (5, lambda x: np.sinc(x) * np.sinc(x / 5)),
    "gaussian": (1.5, lambda x: np.exp(-2 * x * x)),
}
METHODS = (*_KERNELS, "nearest", "area")


def _cubic(x, b, c):
    """The cubic kernels of two parameters.

    Reference: Mitchell and Netravali, 1988, Reconstruction filters in computer graphics.
    """
    inner = ((12 - 9 * b - 6 * c) * x + (-18 + 12 * b + 6 * c)) * x * x + 6 - 2 * b
    outer = (((-b - 6 * c) * x + 6 * b + 30 * c) * x - 12 * b - 48 * c) * x + 8 * b + 24 * c
    return np.where(x < 1, inner, outer) / 6


@functools.lru_cache(256)
def _taps(method, before, after):
    """Which old pixels make up the new ones along an axis, and with which weights.

    Returns:
        Two arrays (after, count): int64 numbers of pixels, float32 weights.
    """
    ratio = before / after
    if method == "area":
        low, high = np.arange(after)[:, None] * ratio, np.arange(1, after + 1)[:, None] * ratio
        places = np.floor(low).astype(int) + np.arange(int(np.ceil(ratio)) + 1)
        weights = np.maximum(np.minimum(places + 1, high) - np.maximum(places, low), 0)
    else:
        radius, kernel = _KERNELS[method]
        centre = (np.arange(after)[:, None] + 0.5) * ratio - 0.5
        places = np.ceil(centre - radius).astype(int) + np.arange(int(2 * radius) + 1)
        distance = np.abs(places - centre)
        weights = np.where(distance < radius, kernel(distance), 0)
    weights = np.where((places >= 0) & (places < before), weights, 0)
    used = (abs(weights) > 1e-12).any(0)
    weights = weights[:, used] / weights.sum(1, keepdims=True)
    places = np.clip(places[:, used], 0, before - 1)
    return np.ascontiguousarray(places), np.ascontiguousarray(weights.astype("float32"))


def resized(pixels, size, method):
    """An image of another size.

    Args:
        pixels: (height, width, channels) uint8.
        size: new height and width.
        method: one of METHODS.

    Returns:
        (*size, channels) float32; uint8 for "nearest".
    """
    if method == "nearest":
        rows, columns = (
            np.minimum(((np.arange(after) + 0.5) * (before / after)).astype(int), before - 1)
            for before, after in zip(pixels.shape, size, strict=False)
        )
        return pixels[rows][:, columns]
    height, width, channels = pixels.shape
    if (height, width) == tuple(size):
        return pixels.astype("float32")
    sides = [
        _taps(method, before, after) for before, after in zip((height, width), size, strict=True)
    ]
    out = np.empty((*size, channels), "float32")
    length = width * channels
    direct.call(
        resample.resample,
        {},
        np.ascontiguousarray(pixels).reshape(height, length),
        *sides[0],
        *sides[1],
        np.empty(length, "float32"),
        out,
        height,
        length,
        *sides[0][0].shape,
        *sides[1][0].shape,
        channels,
    )
    return out
