"""Larger axes by interpolation: each new value is a weighted sum of old ones.

Reference: R. Keys, 1981, "Cubic Convolution Interpolation for Digital Image Processing"; C. Duchon,
1979, "Lanczos Filtering in One and Two Dimensions".
"""

import numpy as np

from estikeras import ops


def _triangle(x):
    return np.maximum(0, 1 - x)


def _keys(x):
    near = ((1.5 * x - 2.5) * x) * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x >= 2, 0, np.where(x >= 1, far, near))


def _lanczos(radius):
    return lambda x: np.where(x > radius, 0, np.sinc(x) * np.sinc(x / radius))


_KERNELS = {
    "bilinear": _triangle,
    "bicubic": _keys,
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
}


def weights(size, factor, interpolation):
    """The matrix (size * factor, size) by which an axis is made larger.

    Args:
        size: number of values along the axis.
        factor: positive int.
        interpolation: "bilinear", "bicubic", "lanczos3" or "lanczos5".
    """
    places = (np.arange(size * factor) + 0.5) / factor - 0.5
    matrix = _KERNELS[interpolation](np.abs(places[:, None] - np.arange(size)))
    return matrix / matrix.sum(axis=1, keepdims=True)


def enlarge(x, axis, factor, interpolation):
    """`x` with `axis` made larger by `factor`."""
    matrix = ops.convert_to_tensor(weights(x.shape[axis], factor, interpolation), dtype=x.dtype)
    return ops.moveaxis(ops.tensordot(x, matrix, axes=[[axis], [1]]), -1, axis)
