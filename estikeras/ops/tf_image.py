"""TensorFlow's names for images of other sizes and orientations: `tf.image.*`, channels last.

One image is (height, width, channels), a batch has one axis more. `name` arguments change nothing.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import image_shape, image_warp
from estikeras.ops.core import tensor
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, shaping
from estikeras.public import public

_LAST = "channels_last"


@public("image.ResizeMethod")
class ResizeMethod:
    """The names of the interpolations of `tf.image.resize`."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"


def _axes(image):
    return image_shape.spatial_axes(image, _LAST, "image")


def _sizes(image):
    return tuple(int(image.shape[axis]) for axis in _axes(image))


@op("image.convert_image_dtype")
def convert_image_dtype(image, dtype, saturate=False, name=None):
    """An image in another dtype, in which floats from 0 to 1 stand for whole numbers from 0 to the
    largest.

    Args:
        image: one image or a batch, or any tensor of such numbers.
        dtype: a float or integer dtype.
        saturate: whether values that the new dtype cannot hold are clipped.
        name: no effect.
    """
    image, dtype = as_tensor(image), dtypes.standardize(dtype)
    if image.dtype == dtype:
        return image
    if dtypes.is_float(dtype):
        x = tensor(image, dtype)
        if dtypes.is_float(image.dtype):
            return x
        return x * (1.0 / np.iinfo(dtypes.to_numpy(image.dtype)).max)
    info = np.iinfo(dtypes.to_numpy(dtype))
    if dtypes.is_float(image.dtype):
        x = image * (info.max + 0.5)
        if saturate:
            x = ew.minimum(ew.maximum(x, ew.constant(info.min, x)), ew.constant(info.max, x))
        return tensor(x, dtype)
    old = np.iinfo(dtypes.to_numpy(image.dtype)).max
    scaled = tensor(image, "float64") * ((info.max + 1) / (old + 1))
    return tensor(ew.minimum(ew.floor(scaled), np.float64(info.max)), dtype)


@op("image.resize")
def resize(
    images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False, name=None
):
    """Images of another height and width; float32 but for "nearest", which keeps the dtype.

    Args:
        images: one image or a batch.
        size: pair of int, height and width.
        method: a name of `tf.image.ResizeMethod`.
        preserve_aspect_ratio: whether the size is a limit, within which proportions stay.
        antialias: whether shrinking averages over all pixels that fall together.
        name: no effect.
    """
    images, size = as_tensor(images), tuple(int(n) for n in np.asarray(size))
    if method not in image_shape.INTERPOLATIONS:
        raise errors.invalid("method", got=method, expected=f"one of {image_shape.INTERPOLATIONS}")
    if preserve_aspect_ratio:
        height, width = _sizes(images)
        scale = min(size[0] / height, size[1] / width)
        size = max(1, round(height * scale)), max(1, round(width * scale))
    x = images if method == "nearest" else tensor(images, "float32")
    return image_shape.resize(x, size, method, antialias, data_format=_LAST)


@op("image.crop_to_bounding_box")
def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The part of images that begins at a row and a column and has a height and a width."""
    return image_shape.crop_images(
        image,
        top_cropping=offset_height,
        left_cropping=offset_width,
        target_height=target_height,
        target_width=target_width,
        data_format=_LAST,
    )


@op("image.pad_to_bounding_box")
def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """Images on a black ground of a height and a width, beginning at a row and a column."""
    return image_shape.pad_images(
        image,
        top_padding=offset_height,
        left_padding=offset_width,
        target_height=target_height,
        target_width=target_width,
        data_format=_LAST,
    )


@op("image.resize_with_crop_or_pad")
def resize_with_crop_or_pad(image, target_height, target_width):
    """Images cropped or padded around their centre to a height and a width."""
    image = as_tensor(image)
    height, width = _sizes(image)
    rows, columns = min(height, target_height), min(width, target_width)
    top, left = (height - rows) // 2, (width - columns) // 2
    image = crop_to_bounding_box(image, top, left, rows, columns)
    top, left = (target_height - rows) // 2, (target_width - columns) // 2
    return pad_to_bounding_box(image, top, left, target_height, target_width)


@op("image.resize_with_pad")
def resize_with_pad(image, target_height, target_width, method="bilinear", antialias=False):
    """Images resized within a height and a width in their proportions, on a black ground of that
    size.
    """
    image = as_tensor(image)
    height, width = _sizes(image)
    ratio = max(width / target_width, height / target_height)
    rows, columns = height / ratio, width / ratio
    resized = resize(image, (int(rows), int(columns)), method, antialias=antialias)
    top, left = int((target_height - rows) / 2), int((target_width - columns) / 2)
    return pad_to_bounding_box(resized, top, left, target_height, target_width)


@op("image.central_crop")
def central_crop(image, central_fraction):
    """The middle of images, a fraction of height and width."""
    if not 0 < central_fraction <= 1:
        raise errors.invalid("central_fraction", got=central_fraction, expected="within (0, 1]")
    image = as_tensor(image)
    starts = [int((n - n * central_fraction) / 2) for n in _sizes(image)]
    sizes = [n - 2 * start for n, start in zip(_sizes(image), starts, strict=True)]
    return crop_to_bounding_box(image, *starts, *sizes)


def _reversed(image, axis):
    order = np.arange(image.shape[axis], dtype="int32")[::-1].copy()
    return indexing.take(image, order, axis=axis)


@op("image.flip_left_right")
def flip_left_right(image):
    """Images seen in a mirror."""
    image = as_tensor(image)
    return _reversed(image, _axes(image)[1])


@op("image.flip_up_down")
def flip_up_down(image):
    """Images upside down."""
    image = as_tensor(image)
    return _reversed(image, _axes(image)[0])


@op("image.transpose")
def transpose(image, name=None):
    """Images with rows and columns exchanged."""
    image = as_tensor(image)
    rows, columns = _axes(image)
    order = list(range(image.ndim))
    order[rows], order[columns] = columns, rows
    return shaping.transpose(image, axes=tuple(order))


@op("image.rot90")
def rot90(image, k=1, name=None):
    """Images turned counter-clockwise `k` times by 90 degrees."""
    image = as_tensor(image)
    for _ in range(int(k) % 4):
        image = flip_up_down(transpose(image))
    return image


@op("image.extract_patches")
def extract_patches(images, sizes, strides, rates, padding, name=None):
    """The windows of a batch of images as channels; sizes, strides and rates are [1, rows,
    columns, 1].
    """
    numbers = (tuple(int(n) for n in value)[1:3] for value in (sizes, strides, rates))
    size, steps, dilation = numbers
    return image_shape.extract_patches(images, size, steps, dilation, padding.lower(), _LAST)


@op("image.crop_and_resize")
def crop_and_resize(
    image, boxes, box_indices, crop_size, method="bilinear", extrapolation_value=0.0, name=None
):
    """Boxes of images, each brought to one size.

    Args:
        image: batch of images.
        boxes: (count, 4) float32: top, left, bottom, right, from 0 to 1.
        box_indices: (count) int32, the image of each box.
        crop_size: pair of int, height and width.
        method: "bilinear" or "nearest".
        extrapolation_value: what lies outside of the image.
        name: no effect.

    Returns:
        A float32 tensor (count, *crop_size, channels).
    """
    image, boxes = tensor(image, "float32"), tensor(boxes, "float32")
    chosen = indexing.take(image, tensor(box_indices, "int32"), axis=0)
    grids = []
    for axis, count in enumerate(crop_size):
        low, high = boxes[:, axis], boxes[:, axis + 2]
        last = int(image.shape[axis + 1]) - 1
        if count > 1:
            share = np.arange(count, dtype="float32") / (count - 1)
            at = (low[:, None] + (high - low)[:, None] * share) * last
        else:
            at = ((low + high) * (0.5 * last))[:, None]
        grids.append(at)
    shape = (boxes.shape[0], *(int(n) for n in crop_size))
    rows = shaping.broadcast_to(grids[0][:, :, None], shape=shape)
    columns = shaping.broadcast_to(grids[1][:, None, :], shape=shape)
    order = {"nearest": 0, "bilinear": 1}[method]
    return image_warp.warped(chosen, rows, columns, order, "constant", extrapolation_value, _LAST)


@op("image.image_gradients")
def image_gradients(image):
    """The differences to the next row and to the next column of a batch of images, 0 at the end."""
    image = as_tensor(image)
    changes = []
    for axis in _axes(image):
        size = int(image.shape[axis])
        following = np.minimum(np.arange(size) + 1, size - 1).astype("int32")
        changes.append(indexing.take(image, following, axis=axis) - image)
    return tuple(changes)


@op("nn.space_to_batch", "space_to_batch", "space_to_batch_nd")
def space_to_batch(input, block_shape, paddings, name=None):
    """Blocks of the spatial axes as further samples, after padding with zeros.

    Args:
        input: (batch, *spatial, ...).
        block_shape: ints, one for each spatial axis.
        paddings: pairs of ints, one for each spatial axis.
        name: no effect.
    """
    x = as_tensor(input)
    block = [int(n) for n in np.atleast_1d(np.asarray(block_shape))]
    pairs = tuple((int(low), int(high)) for low, high in np.asarray(paddings))
    rank = len(block)
    rest = ((0, 0),) * (x.ndim - rank - 1)
    x = shaping.pad(x, widths=((0, 0), *pairs, *rest), value=0)
    split = [x.shape[0]]
    for size, b in zip(x.shape[1:], block, strict=False):
        split += [size // b, b]
    y = shaping.reshape(x, shape=(*split, *x.shape[rank + 1 :]))
    inner, outer = range(2, 2 * rank + 1, 2), range(1, 2 * rank + 1, 2)
    y = shaping.transpose(y, axes=(*inner, 0, *outer, *range(2 * rank + 1, y.ndim)))
    samples = x.shape[0] * int(np.prod(block))
    return shaping.reshape(y, shape=(samples, *split[1::2], *x.shape[rank + 1 :]))


@op("batch_to_space", "compat.v1.batch_to_space_nd")
def batch_to_space(input, block_shape, crops, name=None):
    """What `space_to_batch` made samples of as blocks of the spatial axes again, cropped.

    Args:
        input: (batch, *spatial, ...), of a batch that the sizes of a block divide.
        block_shape: ints, one for each spatial axis.
        crops: pairs of ints, one for each spatial axis: how much is cut off at both ends.
        name: no effect.
    """
    x = as_tensor(input)
    block = [int(n) for n in np.atleast_1d(np.asarray(block_shape))]
    rank, blocks = len(block), int(np.prod(block))
    if x.shape[0] % blocks:
        raise errors.shape_mismatch(
            "input", got=x.shape, expected=f"a batch that {blocks}, the size of a block, divides"
        )
    y = shaping.reshape(x, shape=(*block, x.shape[0] // blocks, *x.shape[1:]))
    pairs = [axis for k in range(rank) for axis in (rank + 1 + k, k)]
    y = shaping.transpose(y, axes=(rank, *pairs, *range(2 * rank + 1, y.ndim)))
    sizes = [size * b for size, b in zip(x.shape[1:], block, strict=False)]
    y = shaping.reshape(y, shape=(x.shape[0] // blocks, *sizes, *x.shape[rank + 1 :]))
    ends = zip(np.asarray(crops).tolist(), sizes, strict=True)
    kept = tuple(slice(low, size - high) for (low, high), size in ends)
    return y[(slice(None), *kept)]
