"""TensorFlow's names for images that are changed by chance: `tf.image.random_*`, which draw anew
each time, and `tf.image.stateless_random_*`, which are functions of a key of two ints.
"""

import functools

import numpy as np

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import (
    arithmetic,
    comparison,
    core,
    indexing,
    joining,
    math,
    reduction,
    shaping,
    tf_image,
    tf_image_color,
    tf_random,
)
from estikeras.primitives import indexing as slices


def _drawing(seed):
    """`uniform(shape, minval, maxval, dtype)` that draws anew each time."""
    return functools.partial(tf_random.uniform, seed=seed)


def _keyed(seed):
    """`uniform(shape, minval, maxval, dtype)` that gives the same for the same key."""
    return functools.partial(tf_random.stateless_uniform, seed=seed)


def _brightness(image, max_delta, uniform):
    if max_delta < 0:
        raise errors.invalid("max_delta", got=max_delta, expected="no negative number")
    return tf_image_color.adjust_brightness(image, uniform((), minval=-max_delta, maxval=max_delta))


@op("image.random_brightness")
def random_brightness(image, max_delta, seed=None):
    """Images brighter or darker by up to `max_delta`."""
    return _brightness(image, max_delta, _drawing(seed))


@op("image.stateless_random_brightness")
def stateless_random_brightness(image, max_delta, seed):
    """Images brighter or darker by up to `max_delta`."""
    return _brightness(image, max_delta, _keyed(seed))


def _factor(lower, upper, uniform):
    if not 0 <= lower < upper:
        raise errors.invalid("upper", got=upper, expected=f"more than lower={lower}, not negative")
    return uniform((), minval=lower, maxval=upper)


@op("image.random_contrast")
def random_contrast(image, lower, upper, seed=None):
    """Images with a contrast factor between `lower` and `upper`."""
    return tf_image_color.adjust_contrast(image, _factor(lower, upper, _drawing(seed)))


@op("image.stateless_random_contrast")
def stateless_random_contrast(image, lower, upper, seed):
    """Images with a contrast factor between `lower` and `upper`."""
    return tf_image_color.adjust_contrast(image, _factor(lower, upper, _keyed(seed)))


@op("image.random_saturation")
def random_saturation(image, lower, upper, seed=None):
    """Images with a saturation factor between `lower` and `upper`."""
    return tf_image_color.adjust_saturation(image, _factor(lower, upper, _drawing(seed)))


@op("image.stateless_random_saturation")
def stateless_random_saturation(image, lower, upper, seed=None):
    """Images with a saturation factor between `lower` and `upper`."""
    return tf_image_color.adjust_saturation(image, _factor(lower, upper, _keyed(seed)))


def _hue(image, max_delta, uniform):
    if not 0 <= max_delta <= 0.5:
        raise errors.invalid("max_delta", got=max_delta, expected="a number from 0 to 0.5")
    return tf_image_color.adjust_hue(image, uniform((), minval=-max_delta, maxval=max_delta))


@op("image.random_hue")
def random_hue(image, max_delta, seed=None):
    """Images whose colours are turned by up to `max_delta`, at most 0.5."""
    return _hue(image, max_delta, _drawing(seed))


@op("image.stateless_random_hue")
def stateless_random_hue(image, max_delta, seed):
    """Images whose colours are turned by up to `max_delta`, at most 0.5."""
    return _hue(image, max_delta, _keyed(seed))


def _perhaps(image, change, uniform):
    """Each image changed or not, by a coin of its own."""
    image = as_tensor(image)
    shape = (1,) * image.ndim if image.ndim == 3 else (image.shape[0], 1, 1, 1)
    return comparison.where(uniform(shape) < 0.5, change(image), image)


@op("image.random_flip_left_right")
def random_flip_left_right(image, seed=None):
    """Images of which about every second is mirrored."""
    return _perhaps(image, tf_image.flip_left_right, _drawing(seed))


@op("image.stateless_random_flip_left_right")
def stateless_random_flip_left_right(image, seed):
    """Images of which about every second is mirrored."""
    return _perhaps(image, tf_image.flip_left_right, _keyed(seed))


@op("image.random_flip_up_down")
def random_flip_up_down(image, seed=None):
    """Images of which about every second is upside down."""
    return _perhaps(image, tf_image.flip_up_down, _drawing(seed))


@op("image.stateless_random_flip_up_down")
def stateless_random_flip_up_down(image, seed):
    """Images of which about every second is upside down."""
    return _perhaps(image, tf_image.flip_up_down, _keyed(seed))


def _crop(value, size, uniform):
    x, size = as_tensor(value), tuple(int(n) for n in np.asarray(size))
    limits = [int(n) - s + 1 for n, s in zip(x.shape, size, strict=True)]
    if min(limits) < 1:
        raise errors.shape_mismatch("size", got=size, expected=f"one that fits into {x.shape}")
    starts = uniform((x.ndim,), minval=np.zeros(x.ndim, "int32"), maxval=limits, dtype="int32")
    return slices.dynamic_slice(x, starts, shape=size)


@op("image.random_crop")
def random_crop(value, size, seed=None, name=None):
    """A part of a tensor, of the given size, from anywhere in it."""
    return _crop(value, size, _drawing(seed))


@op("image.stateless_random_crop")
def stateless_random_crop(value, size, seed, name=None):
    """A part of a tensor, of the given size, from anywhere in it."""
    return _crop(value, size, _keyed(seed))


def _window(
    image_size, boxes, uniform, covered, ratios, areas, max_attempts, use_image_if_no_boxes
):
    """The first of some windows that are drawn and cover enough of a box; else all of the image."""
    boxes = shaping.reshape(core.tensor(boxes, "float32"), (-1, 4))
    if not boxes.shape[0]:
        if not use_image_if_no_boxes:
            raise errors.invalid(
                "bounding_boxes",
                got="none",
                expected="boxes, or `use_image_if_no_bounding_boxes=True`",
            )
        boxes = np.array([[0, 0, 1, 1]], "float32")
    size = core.cast(image_size, "float32")
    height, width = size[0], size[1]
    ratios = (0.75, 1.33) if ratios is None else ratios
    areas = (0.05, 1.0) if areas is None else areas
    ratio, at, top, left = uniform((4, int(max_attempts or 100)))
    ratio = ratios[0] + (ratios[1] - ratios[0]) * ratio
    least, most = (math.round(math.sqrt(part * height * width / ratio)) for part in areas)
    fits = math.floor((width + 0.5) / ratio)
    most = arithmetic.minimum(arithmetic.minimum(most, fits), height)
    least = arithmetic.minimum(least, most)
    rows = math.floor(least + at * (most - least + 1))
    columns = math.round(rows * ratio)
    y, x = math.floor(top * (height - rows + 1)), math.floor(left * (width - columns + 1))
    right = (rows > 0) & (columns > 0) & (rows <= height) & (columns <= width)
    area = rows * columns / (height * width)
    slack = 1.0 / (height * width)
    right = right & (area >= areas[0] - slack) & (area <= areas[1] + slack)
    part = _parts(boxes, joining.stack([y / height, x / width], -1), rows / height, columns / width)
    right = right & reduction.any(part >= covered, axis=0)
    first = reduction.argmax(core.cast(right, "int32"))
    found = reduction.any(right)

    def chosen(values, other):
        return comparison.where(found, indexing.take(values, first), other)

    y, x = chosen(y, 0.0), chosen(x, 0.0)
    rows, columns = chosen(rows, height), chosen(columns, width)
    sides = [y / height, x / width, (y + rows) / height, (x + columns) / width]
    places = joining.stack([y, x, 0.0, rows, columns, -1.0])
    places = core.cast(places, as_tensor(image_size).dtype)
    return places[:3], places[3:], shaping.reshape(joining.stack(sides), (1, 1, 4))


def _parts(boxes, corners, rows, columns):
    """Which part of each box (boxes, 1) each window (windows) covers."""
    low = arithmetic.maximum(boxes[:, None, :2], corners)
    high = arithmetic.minimum(boxes[:, None, 2:], corners + joining.stack([rows, columns], -1))
    shared = reduction.prod(arithmetic.maximum(high - low, 0.0), axis=-1)
    return shared / reduction.prod(boxes[:, 2:] - boxes[:, :2], axis=-1)[:, None]


@op("image.sample_distorted_bounding_box")
def sample_distorted_bounding_box(
    image_size,
    bounding_boxes,
    seed=0,
    min_object_covered=0.1,
    aspect_ratio_range=None,
    area_range=None,
    max_attempts=None,
    use_image_if_no_bounding_boxes=None,
    name=None,
):
    """A window of an image, drawn by chance, that covers enough of one of its boxes.

    Args:
        image_size: int (3): height, width and channels.
        bounding_boxes: (1, count, 4) float32: top, left, bottom, right, from 0 to 1.
        seed: int; 0 or None draws anew each time, and so do others in one process.
        min_object_covered: which part of a box must be seen.
        aspect_ratio_range: least and largest width divided by height; None for (0.75, 1.33).
        area_range: least and largest part of the image; None for (0.05, 1.0).
        max_attempts: int, how often to draw before all of the image is taken; None for 100.
        use_image_if_no_bounding_boxes: whether without boxes all of the image is one.
        name: no effect.

    Returns:
        Where `tf.slice` begins and what size it has, each (3), and the window as a box (1, 1, 4).
    """
    return _window(
        image_size,
        bounding_boxes,
        _drawing(seed or None),
        min_object_covered,
        aspect_ratio_range,
        area_range,
        max_attempts,
        use_image_if_no_bounding_boxes,
    )


@op("image.stateless_sample_distorted_bounding_box")
def stateless_sample_distorted_bounding_box(
    image_size,
    bounding_boxes,
    seed,
    min_object_covered=0.1,
    aspect_ratio_range=None,
    area_range=None,
    max_attempts=None,
    use_image_if_no_bounding_boxes=None,
    name=None,
):
    """As `sample_distorted_bounding_box`, as a function of a key of two ints."""
    return _window(
        image_size,
        bounding_boxes,
        _keyed(seed),
        min_object_covered,
        aspect_ratio_range,
        area_range,
        max_attempts,
        use_image_if_no_bounding_boxes,
    )
