"""Images seen through a change of coordinates, of `keras.ops.image`: affine, perspective, elastic,
any.
"""

import itertools

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import random, windows
from estikeras.ops.core import floating, tensor
from estikeras.ops.image_color import gaussian_blur
from estikeras.ops.image_shape import spatial_axes
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, linalg, shaping

_ORDERS = {"nearest": 0, "bilinear": 1}
_FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


def _order(interpolation):
    if interpolation not in _ORDERS:
        raise errors.invalid(
            "interpolation", got=interpolation, expected=f"one of {tuple(_ORDERS)}"
        )
    return _ORDERS[interpolation]


def _remainder(x, n):
    """`x` modulo `n`, from 0 on, of integer tensors."""
    n = ew.constant(n, x)
    return x - ew.floor_divide(x, n) * n


def _inside(index, size, fill_mode):
    """Positions along an axis brought into it, and where they were valid (None for everywhere)."""
    last = ew.constant(size - 1, index)
    if fill_mode in ("constant", "nearest"):
        clipped = ew.minimum(ew.maximum(index, ew.constant(0, index)), last)
        return clipped, (ew.equal(index, clipped) if fill_mode == "constant" else None)
    if fill_mode == "wrap":
        return _remainder(index, size), None
    if fill_mode == "mirror":
        if size == 1:
            return index * 0, None
        turned = _remainder(index, 2 * size - 2)
        return ew.minimum(turned, 2 * size - 2 - turned), None
    turned = _remainder(index, 2 * size)
    return ew.minimum(turned, 2 * size - 1 - turned), None


def _corners(coordinate, order):
    """The neighbouring positions along one axis (int32) and their weights; a weight None is 1."""
    if order == 0:
        return [(tensor(ew.floor(coordinate + 0.5), "int32"), None)]
    low = ew.floor(coordinate)
    upper = coordinate - low
    low = tensor(low, "int32")
    return [(low, 1 - upper), (low + 1, upper)]


def _sampled(x, coordinates, order, fill_mode, fill_value):
    """The values of a float tensor at coordinates, one tensor per axis of `x`."""
    flat = shaping.reshape(x, shape=(x.size,))
    fill, total = ew.constant(fill_value, x), None
    for corner in itertools.product(*(_corners(c, order) for c in coordinates)):
        place, weight, valid = None, None, None
        for (index, part), size in zip(corner, x.shape, strict=True):
            index, known = _inside(index, int(size), fill_mode)
            place = index if place is None else place * int(size) + index
            if known is not None:
                valid = known if valid is None else ew.logical_and(valid, known)
            if part is not None:
                part = tensor(part, x.dtype)
                weight = part if weight is None else weight * part
        value = indexing.take(flat, place, axis=0)
        value = value if valid is None else ew.select(valid, value, fill)
        value = value if weight is None else value * weight
        total = value if total is None else total + value
    return total


@op("keras.ops.image.map_coordinates")
def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    """The values of an array at coordinates between its elements.

    Args:
        inputs: tensor of any shape.
        coordinates: float tensor (dimensions of the inputs, ...).
        order: 0 for the nearest element, 1 for linear interpolation.
        fill_mode: "constant", "nearest", "wrap", "mirror" or "reflect": what lies outside.
        fill_value: what lies outside for "constant".

    Returns:
        A tensor of the inputs' dtype, shaped like the coordinates without their first axis.
    """
    inputs = as_tensor(inputs)
    if isinstance(coordinates, (tuple, list)):
        coordinates = [floating(c) for c in coordinates]
    else:
        coordinates = floating(coordinates)
        coordinates = [coordinates[i] for i in range(coordinates.shape[0])]
    if len(coordinates) != inputs.ndim:
        raise errors.shape_mismatch(
            "coordinates", got=(len(coordinates), "..."), expected=(inputs.ndim, "...")
        )
    if fill_mode not in _FILL_MODES:
        raise errors.invalid("fill_mode", got=fill_mode, expected=f"one of {_FILL_MODES}")
    if order not in (0, 1):
        raise errors.invalid("order", got=order, expected="0 or 1")
    y = _sampled(floating(inputs), coordinates, order, fill_mode, fill_value)
    if dtypes.is_int(inputs.dtype):
        y = ew.round(y)
    return tensor(y, inputs.dtype)


def warped(images, rows, columns, order, fill_mode, fill_value, data_format):
    """A batch of images sampled at rows and columns (batch, height, width), float tensors."""

    def run(x):
        batch, height, width, channels = x.shape
        pixels = shaping.reshape(x, shape=(batch * height * width, channels))
        first = np.arange(batch, dtype="int32").reshape(-1, 1, 1) * (height * width)
        fill, total = ew.constant(fill_value, x), None
        for (row, down), (column, across) in itertools.product(
            _corners(rows, order), _corners(columns, order)
        ):
            row, row_valid = _inside(row, int(height), fill_mode)
            column, column_valid = _inside(column, int(width), fill_mode)
            value = indexing.take(pixels, row * int(width) + column + first, axis=0)
            if row_valid is not None:
                value = ew.select(
                    _of_channels(ew.logical_and(row_valid, column_valid)), value, fill
                )
            if down is not None:
                value = value * _of_channels(tensor(down * across, x.dtype))
            total = value if total is None else total + value
        return total

    return windows.with_channels_last(run, images, data_format)


def _of_channels(x):
    """A number for each pixel as one that all its channels share."""
    return shaping.reshape(x, shape=(*x.shape, 1))


def _in_batch(images, data_format, run):
    """Apply a function of a batch of float images to one image or a batch of any dtype."""
    images = as_tensor(images)
    spatial_axes(images, data_format)
    x = floating(images)
    single = x.ndim == 3
    y = run(shaping.reshape(x, shape=(1, *x.shape)) if single else x)
    y = shaping.reshape(y, shape=y.shape[1:]) if single else y
    return tensor(ew.round(y) if dtypes.is_int(images.dtype) else y, images.dtype)


def _grid(x, data_format):
    """Row and column of every pixel as float32 arrays (1, height, width)."""
    first = 2 if windows.is_channels_first(data_format) else 1
    height, width = x.shape[first], x.shape[first + 1]
    rows, columns = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    return rows[None].astype("float32"), columns[None].astype("float32")


def _parameters(table):
    """The columns of (batch, count) as tensors (batch, 1, 1)."""
    rows, count = table.shape
    return [shaping.reshape(table[:, i], shape=(rows, 1, 1)) for i in range(count)]


@op("keras.ops.image.affine_transform")
def affine_transform(
    images,
    transform,
    interpolation="bilinear",
    fill_mode="constant",
    fill_value=0,
    data_format=None,
):
    """Images moved, turned, stretched and sheared.

    Args:
        images: one image or a batch.
        transform: (8) or (batch, 8): a0, a1, a2, b0, b1, b2, 0, 0; the pixel at column x and row y
            comes from column a0 x + a1 y + a2 and row b0 x + b1 y + b2.
        interpolation: "nearest" or "bilinear".
        fill_mode: "constant", "nearest", "wrap", "mirror" or "reflect": what lies outside.
        fill_value: what lies outside for "constant".
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor like the images.
    """
    order = _order(interpolation)
    if fill_mode not in _FILL_MODES:
        raise errors.invalid("fill_mode", got=fill_mode, expected=f"one of {_FILL_MODES}")
    transform = tensor(transform, "float32")
    if transform.ndim not in (1, 2) or transform.shape[-1] != 8:
        raise errors.shape_mismatch("transform", got=transform.shape, expected="(8) or (batch, 8)")

    def run(x):
        table = transform if transform.ndim == 2 else shaping.reshape(transform, shape=(1, 8))
        table = shaping.broadcast_to(table, shape=(x.shape[0], 8))
        a0, a1, a2, b0, b1, b2, _, _ = _parameters(table)
        rows, columns = _grid(x, data_format)
        at = (b0 * columns + b1 * rows + b2, a0 * columns + a1 * rows + a2)
        return warped(x, *at, order, fill_mode, fill_value, data_format)

    return _in_batch(images, data_format, run)


def _homography(start, end):
    """The eight numbers (batch, 8) of the perspective that takes the end points to the start
    points.
    """
    (x, y), (u, v) = ([p[..., 0], p[..., 1]] for p in (end, start))
    zeros, ones = x * 0, x * 0 + 1
    upper = [x, y, ones, zeros, zeros, zeros, -u * x, -u * y]
    lower = [zeros, zeros, zeros, x, y, ones, -v * x, -v * y]

    def stacked(columns):
        shape = (*x.shape, 1)
        return shaping.concatenate(*[shaping.reshape(c, shape=shape) for c in columns], axis=2)

    matrix = shaping.concatenate(stacked(upper), stacked(lower), axis=1)
    target = shaping.concatenate(u, v, axis=1)
    solved = linalg.solve(matrix, shaping.reshape(target, shape=(*target.shape, 1)))
    return shaping.reshape(solved, shape=target.shape)


@op("keras.ops.image.perspective_transform")
def perspective_transform(
    images, start_points, end_points, interpolation="bilinear", fill_value=0, data_format=None
):
    """Images seen from another place: four points of each move to four others.

    Args:
        images: one image or a batch.
        start_points: (4, 2) or (batch, 4, 2), column and row of the points before.
        end_points: likewise, after.
        interpolation: "nearest" or "bilinear".
        fill_value: what lies outside.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor like the images.
    """
    order = _order(interpolation)
    start, end = tensor(start_points, "float32"), tensor(end_points, "float32")
    for name, points in (("start_points", start), ("end_points", end)):
        if points.shape[-2:] != (4, 2) or points.shape != start.shape:
            raise errors.shape_mismatch(name, got=points.shape, expected="(4, 2) or (batch, 4, 2)")

    def run(x):
        pairs = [shaping.broadcast_to(p, shape=(x.shape[0], 4, 2)) for p in (start, end)]
        h = _parameters(_homography(*pairs))
        rows, columns = _grid(x, data_format)
        depth = h[6] * columns + h[7] * rows + 1
        at_columns = (h[0] * columns + h[1] * rows + h[2]) / depth
        at_rows = (h[3] * columns + h[4] * rows + h[5]) / depth
        return warped(x, at_rows, at_columns, order, "constant", fill_value, data_format)

    return _in_batch(images, data_format, run)


@op("keras.ops.image.elastic_transform")
def elastic_transform(
    images,
    alpha=20.0,
    sigma=5.0,
    interpolation="bilinear",
    fill_mode="reflect",
    fill_value=0.0,
    seed=None,
    data_format=None,
):
    """Images distorted by a smooth random field.

    Args:
        images: one image or a batch.
        alpha: float, how far pixels move.
        sigma: float, how smooth the field is, in pixels.
        interpolation: "nearest" or "bilinear".
        fill_mode: "constant", "nearest", "wrap", "mirror" or "reflect": what lies outside.
        fill_value: what lies outside for "constant".
        seed: int, SeedGenerator or None.
        data_format: "channels_last" or "channels_first", by default
            `keras.config.image_data_format()`.

    Returns:
        A tensor like the images.

    Reference: Simard, Steinkraus and Platt, 2003, Best practices for convolutional neural networks.
    """
    order = _order(interpolation)
    if fill_mode not in _FILL_MODES:
        raise errors.invalid("fill_mode", got=fill_mode, expected=f"one of {_FILL_MODES}")
    alpha, sigma = float(alpha), float(sigma)
    size = int(6 * sigma) | 1

    def run(x):
        rows, columns = _grid(x, data_format)
        shape = (2, int(x.shape[0]), *rows.shape[1:])
        field = random.normal((shape[0] * shape[1], *shape[2:], 1), stddev=sigma, seed=seed)
        field = gaussian_blur(field, (size, size), (sigma, sigma), "channels_last")
        field = shaping.reshape(field, shape=shape) * alpha
        return warped(
            x, field[0] + rows, field[1] + columns, order, fill_mode, fill_value, data_format
        )

    return _in_batch(images, data_format, run)
