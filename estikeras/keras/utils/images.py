"""Images as arrays and files, by way of PIL."""

import io
from pathlib import Path

import numpy as np

from estikeras import errors, ops, settings
from estikeras.ops import image_shape
from estikeras.public import public

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


@public("keras.utils.array_to_img", "keras.preprocessing.image.array_to_img")
def array_to_img(x, data_format=None, scale=True, dtype=None):
    """An array as a PIL image.

    Args:
        x: (height, width, channels) with 1, 3 or 4 channels, or channels first.
        data_format: `"channels_last"`, `"channels_first"`, or None for the setting.
        scale: bool, stretch the values to 0 to 255.
        dtype: dtype in which to compute, None for the setting's.

    Returns:
        `PIL.Image.Image`.

    Raises:
        ValueError: for other shapes.
        ImportError: if PIL is not installed.
    """
    image = pil()
    x = np.asarray(x, dtype=dtype or settings.floatx())
    if x.ndim != 3:
        raise errors.shape_mismatch("x", got=x.shape, expected="three dimensions")
    if _data_format(data_format) == "channels_first":
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - np.min(x)
        x_max = np.max(x)
        x = x / x_max * 255 if x_max else x
    channels = x.shape[2]
    if channels not in (1, 3, 4):
        raise errors.shape_mismatch("x", got=x.shape, expected="1, 3 or 4 channels")
    if channels != 1:
        return image.fromarray(x.astype(np.uint8), {3: "RGB", 4: "RGBA"}[channels])
    x = x[:, :, 0]
    # More than 8 bits of grey need an integer image.
    if np.max(x) > 255:
        return image.fromarray(x.astype(np.int32), "I")
    return image.fromarray(x.astype(np.uint8), "L")


@public("keras.utils.img_to_array", "keras.preprocessing.image.img_to_array")
def img_to_array(img, data_format=None, dtype=None):
    """A PIL image as an array.

    Args:
        img: `PIL.Image.Image`, or an array of two or three dimensions.
        data_format: `"channels_last"`, `"channels_first"`, or None for the setting.
        dtype: dtype of the array, None for the setting's float.

    Returns:
        (height, width, channels) array, or channels first.

    Raises:
        ValueError: if it has neither two nor three dimensions.
    """
    channels_first = _data_format(data_format) == "channels_first"
    x = np.asarray(img, dtype=dtype or settings.floatx())
    if x.ndim == 3:
        return x.transpose(2, 0, 1) if channels_first else x
    if x.ndim == 2:
        return x[None] if channels_first else x[..., None]
    raise errors.shape_mismatch("img", got=x.shape, expected="two or three dimensions")


@public("keras.utils.load_img", "keras.preprocessing.image.load_img")
def load_img(
    path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False
):
    """An image from a file.

    Args:
        path: path, or a file object.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        target_size: (height, width) to scale to, or None.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"hamming"`, `"box"` or `"lanczos"`.
        keep_aspect_ratio: bool, cut to the ratio of `target_size` first.

    Returns:
        `PIL.Image.Image`.

    Raises:
        TypeError: if `path` is neither a path nor a file.
        ValueError: for an unknown `color_mode` or `interpolation`.
        ImportError: if PIL is not installed.
    """
    pil_image = pil()
    modes = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}
    if color_mode not in modes:
        raise errors.invalid("color_mode", got=color_mode, expected="'rgb', 'rgba' or 'grayscale'")
    if isinstance(path, io.IOBase):
        image = pil_image.open(path)
    elif isinstance(path, (str, bytes, Path)):
        image = pil_image.open(io.BytesIO(Path(_text(path)).read_bytes()))
    else:
        raise errors.wrong_type("path", got=path, expected="a path or a file")
    deep_grey = color_mode == "grayscale" and image.mode in ("I", "I;16", "L")
    if not deep_grey and image.mode != modes[color_mode]:
        image = image.convert(modes[color_mode])
    if target_size is None:
        return image
    height, width = target_size
    if (width, height) == image.size:
        return image
    if interpolation not in _INTERPOLATIONS:
        raise errors.invalid(
            "interpolation", got=interpolation, expected=f"one of {_INTERPOLATIONS}"
        )
    box = middle(image.size, width, height) if keep_aspect_ratio else None
    return image.resize(
        (width, height), getattr(pil_image.Resampling, interpolation.upper()), box=box
    )


@public("keras.utils.save_img", "keras.preprocessing.image.save_img")
def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Write an array as an image file.

    Args:
        path: path, or a file object.
        x: (height, width, channels) array, or channels first.
        data_format: `"channels_last"`, `"channels_first"`, or None for the setting.
        file_format: such as `"png"`; None to go by the path's ending.
        scale: bool, stretch the values to 0 to 255.
        **kwargs: further options of PIL's `save`.

    Raises:
        ImportError: if PIL is not installed.
    """
    image = array_to_img(x, data_format=data_format, scale=scale)
    file_format = "jpeg" if str(file_format).lower() == "jpg" else file_format
    ending = Path(path).suffix.lower() if isinstance(path, (str, Path)) else ""
    if image.mode == "RGBA" and (file_format == "jpeg" or ending in (".jpg", ".jpeg")):
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)


@public("keras.preprocessing.image.smart_resize")
def smart_resize(x, size, interpolation="bilinear", data_format="channels_last", **kwargs):
    """Scale images to a size without distorting them: what does not fit is cut off at both sides.

    Args:
        x: (height, width, channels) or (batch, height, width, channels), or channels first.
        size: (height, width).
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: none.

    Returns:
        A tensor, or an array for an array, in float32.

    Raises:
        ValueError: if `size` is no pair, or `x` has another number of dimensions.
    """
    if kwargs:
        raise errors.invalid("arguments", got=sorted(kwargs), expected="documented ones only")
    if len(size) != 2:
        raise errors.invalid("size", got=size, expected="(height, width)")
    images = ops.convert_to_tensor(x, "float32")
    if images.ndim not in (3, 4):
        raise errors.shape_mismatch("x", got=images.shape, expected="three or four dimensions")
    first = _data_format(data_format) == "channels_first"
    height, width = images.shape[-2:] if first else images.shape[-3:-1]
    left, top, right, bottom = middle((width, height), size[1], size[0])
    tail = () if first else (slice(None),)
    images = images[(..., slice(top, bottom), slice(left, right), *tail)]
    resized = image_shape.resize(
        images, size, interpolation=interpolation, data_format=_data_format(data_format)
    )
    return resized.numpy() if isinstance(x, np.ndarray) else resized


def pil():
    """PIL's module of images; ImportError with advice if PIL is not installed."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("Images need PIL: `pip install pillow`.") from error
    return Image


def _text(path):
    return path.decode() if isinstance(path, bytes) else path


def _data_format(data_format):
    return settings.standardize_data_format(data_format)


def middle(size, width, height):
    """The largest box (left, top, right, bottom) in the middle that has the ratio width :
    height.
    """
    whole_width, whole_height = size
    crop_height = max(1, min(whole_height, whole_width * height // width))
    crop_width = max(1, min(whole_width, whole_height * width // height))
    left, top = (whole_width - crop_width) // 2, (whole_height - crop_height) // 2
    return left, top, left + crop_width, top + crop_height
