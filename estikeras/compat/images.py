"""Images as TensorFlow 1 had them: when resized, pixels lie at whole numbers, not at their centers.

Each new row is a sum of old rows, and each new column one of old columns.
"""

import math

import numpy as np

from estikeras import errors, ops
from estikeras.compat.older import older
from estikeras.engine.tensor import as_tensor
from estikeras.ops import tf_image, tf_image_boxes, tf_image_random
from estikeras.public import public

draw_bounding_boxes = public("compat.v1.image.draw_bounding_boxes")(
    older(tf_image_boxes.draw_bounding_boxes, "images boxes name colors")
)
sample_distorted_bounding_box = public("compat.v1.image.sample_distorted_bounding_box")(
    older(
        tf_image_random.sample_distorted_bounding_box,
        "image_size bounding_boxes seed seed2 min_object_covered aspect_ratio_range area_range "
        "max_attempts use_image_if_no_bounding_boxes name",
        unused="seed2",
    )
)

extract_image_patches = public(
    "compat.v1.extract_image_patches", "compat.v1.image.extract_image_patches"
)(
    older(
        tf_image.extract_patches,
        "images ksizes strides rates padding name sizes",
        ksizes="sizes",
    )
)


def _block(block_size, block_shape, axes):
    """The sizes of a block, which may be one for all axes."""
    if (block_size is None) == (block_shape is None):
        raise errors.invalid(
            "block_size", got=block_size, expected="it, or else `block_shape`, to be given"
        )
    return (block_size,) * axes if block_shape is None else block_shape


@public("compat.v1.space_to_batch", "compat.v1.nn.space_to_batch")
def space_to_batch(input, paddings, block_size=None, name=None, block_shape=None):
    """Blocks of images as further samples; see `tf.space_to_batch`."""
    block = _block(block_size, block_shape, len(paddings))
    return tf_image.space_to_batch(input, block, paddings, name)


@public("compat.v1.batch_to_space")
def batch_to_space(input, crops, block_size=None, name=None, block_shape=None):
    """Samples as blocks of images; see `tf.batch_to_space`."""
    return tf_image.batch_to_space(input, _block(block_size, block_shape, len(crops)), crops, name)


@public("compat.v1.image.ResizeMethod")
class ResizeMethod:
    """The numbers of the interpolations of `tf.compat.v1.image.resize`."""

    BILINEAR, NEAREST_NEIGHBOR, BICUBIC, AREA = 0, 1, 2, 3


def _scale(old, new, align_corners):
    return (old - 1) / (new - 1) if align_corners and new > 1 else old / new


def _places(old, new, align_corners, half_pixel_centers):
    """Where new pixels lie among the old ones."""
    scale, places = _scale(old, new, align_corners), np.arange(new)
    return (places + 0.5) * scale - 0.5 if half_pixel_centers else places * scale


def _linear(old, new, align_corners, half_pixel_centers):
    places = _places(old, new, align_corners, half_pixel_centers)
    below = np.floor(places)
    part, weights = places - below, np.zeros((new, old))
    rows = np.arange(new)
    np.add.at(weights, (rows, np.clip(below, 0, old - 1).astype(int)), 1 - part)
    np.add.at(weights, (rows, np.clip(below + 1, 0, old - 1).astype(int)), part)
    return weights


def _cubic(old, new, align_corners, half_pixel_centers):
    """Keys, 1981, Cubic convolution interpolation, with -0.75, or -0.5 for centers."""
    places = _places(old, new, align_corners, half_pixel_centers)
    a = -0.5 if half_pixel_centers else -0.75
    below = np.floor(places)
    part, weights = np.round((places - below) * 1024) / 1024, np.zeros((new, old))
    for i in range(-1, 3):
        x = np.abs(part - i)
        near = ((a + 2) * x - (a + 3)) * x * x + 1
        far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        inside = (below + i >= 0) & (below + i < old)
        weight = np.where(x <= 1, near, far) * (inside if half_pixel_centers else 1.0)
        column = np.clip(below + i, 0, old - 1).astype(int)
        np.add.at(weights, (np.arange(new), column), weight)
    return weights / weights.sum(1, keepdims=True)


def _area(old, new, align_corners, half_pixel_centers):
    scale, weights = _scale(old, new, align_corners), np.zeros((new, old))
    for row in range(new):
        start, end = row * scale, (row + 1) * scale
        for place in range(math.floor(start), math.ceil(end)):
            overlap = min(end, place + 1) - max(start, place)
            weights[row, min(place, old - 1)] += max(overlap, 0.0) / scale
    return weights


def _nearest(old, new, align_corners, half_pixel_centers):
    scale, places = _scale(old, new, align_corners), np.arange(new)
    places = (places + 0.5) * scale if half_pixel_centers else places * scale
    places = np.floor(places + 0.5) if align_corners else np.floor(places)
    return np.minimum(places, old - 1).astype("int32")


_WEIGHTS = {
    ResizeMethod.BILINEAR: _linear,
    ResizeMethod.BICUBIC: _cubic,
    ResizeMethod.AREA: _area,
}


def _resized(images, size, method, align_corners=False, half_pixel_centers=False):
    """(batch, rows, columns, channels) in another size."""
    images = as_tensor(images)
    if len(images.shape) != 4:
        raise errors.shape_mismatch(
            "images", got=images.shape, expected="(batch, rows, columns, channels)"
        )
    options = (align_corners, half_pixel_centers)
    if method == ResizeMethod.NEAREST_NEIGHBOR:
        for axis in (1, 2):
            places = _nearest(images.shape[axis], int(size[axis - 1]), *options)
            images = ops.take(images, places, axis=axis)
        return images
    images = ops.cast(images, "float32")
    for axis in (1, 2):
        weights = _WEIGHTS[method](images.shape[axis], int(size[axis - 1]), *options)
        turned = ops.tensordot(images, weights.astype("float32"), axes=((axis,), (1,)))
        images = ops.moveaxis(turned, -1, axis)
    return images


@public("compat.v1.image.resize", "compat.v1.image.resize_images")
def resize(
    images,
    size,
    method=ResizeMethod.BILINEAR,
    align_corners=False,
    preserve_aspect_ratio=False,
    name=None,
):
    """Images in another size.

    Args:
        images: (batch, rows, columns, channels), or one image without the first axis.
        size: two ints, rows and columns.
        method: one of `ResizeMethod`.
        align_corners: whether the corners' centers stay in place.
        preserve_aspect_ratio: whether the result fits into `size` in place of filling it.
        name: of no consequence.

    Returns:
        float32; for `NEAREST_NEIGHBOR`, and in the same size, the dtype of the images.
    """
    images = as_tensor(images)
    methods = (*_WEIGHTS, ResizeMethod.NEAREST_NEIGHBOR)
    if method not in methods:
        raise errors.invalid("method", got=method, expected="one of `ResizeMethod`, an int")
    single = len(images.shape) == 3
    images = ops.expand_dims(images, 0) if single else images
    sizes = [int(n) for n in as_tensor(size).numpy()]
    if preserve_aspect_ratio:
        factor = min(new / old for new, old in zip(sizes, images.shape[1:3], strict=True))
        sizes = [round(old * factor) for old in images.shape[1:3]]
    if tuple(sizes) != tuple(images.shape[1:3]):
        images = _resized(images, sizes, method, align_corners)
    return ops.squeeze(images, 0) if single else images


@public("compat.v1.image.resize_bilinear")
def resize_bilinear(images, size, align_corners=False, name=None, half_pixel_centers=False):
    """Images in another size, linear between pixels; see `resize`."""
    return _resized(images, size, ResizeMethod.BILINEAR, align_corners, half_pixel_centers)


@public("compat.v1.image.resize_nearest_neighbor")
def resize_nearest_neighbor(images, size, align_corners=False, name=None, half_pixel_centers=False):
    """Images in another size, of the nearest pixels; see `resize`."""
    return _resized(images, size, ResizeMethod.NEAREST_NEIGHBOR, align_corners, half_pixel_centers)


@public("compat.v1.image.resize_bicubic")
def resize_bicubic(images, size, align_corners=False, name=None, half_pixel_centers=False):
    """Images in another size, cubic between pixels; see `resize`."""
    return _resized(images, size, ResizeMethod.BICUBIC, align_corners, half_pixel_centers)


@public("compat.v1.image.resize_area")
def resize_area(images, size, align_corners=False, name=None):
    """Images in another size, of means over areas; see `resize`."""
    return _resized(images, size, ResizeMethod.AREA, align_corners)
