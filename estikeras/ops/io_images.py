"""Images in files to tensors. Pillow decodes JPEG, GIF and PNG."""

import io

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.formats import bmp, png
from estikeras.op_errors import InvalidArgumentError
from estikeras.ops.io_bytes import single_string
from estikeras.public import public

_BEGINNINGS = {
    "jpeg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "gif": b"GIF8",
    "bmp": b"BM",
}


@public("io.decode_image", "image.decode_image")
def decode_image(contents, channels=None, dtype="uint8", name=None, expand_animations=True):
    """The image in a JPEG, PNG, GIF or BMP file.

    Args:
        contents: string tensor (), the file.
        channels: 0 or None for what the file has, 1, 3 or 4 as far as its kind allows.
        dtype: "uint8", "uint16", or a float dtype for values from 0 to 1.
        name: of no consequence.
        expand_animations: bool, whether a GIF gives all its frames.

    Returns:
        tensor (height, width, channels), for a GIF (frames, height, width, channels) if animations
        are expanded.

    Raises:
        InvalidArgumentError: if the file is none of these, or damaged.
    """
    data, dtype = single_string("contents", contents), dtypes.standardize(dtype)
    kind, channels = _kind(data), channels or 0
    if dtype not in ("uint8", "uint16", *dtypes.FLOATS):
        raise errors.invalid("dtype", got=dtype, expected="uint8, uint16 or a float dtype")
    if kind == "png":
        image = _png(data, channels, "uint8" if dtype == "uint8" else "uint16")
    elif kind == "jpeg":
        image = _jpeg(data, channels, 1)
    elif kind == "gif":
        _check_channels(channels, (0, 3), "GIF")
        image = _gif(data) if expand_animations else _gif(data)[0]
    else:
        image = _bmp(data, channels)
    if dtype == "uint16" and image.dtype != np.uint16:
        image = image.astype(np.uint16) * 256
    elif dtype in dtypes.FLOATS:
        scale = np.float32(1) / np.float32(np.iinfo(image.dtype).max)
        image = (image * scale).astype(dtypes.to_numpy(dtype))
    return Tensor(np.ascontiguousarray(image))


@public("io.decode_png", "image.decode_png")
def decode_png(contents, channels=0, dtype="uint8", name=None):
    """The image in a PNG file, or a JPEG file or a GIF with one frame.

    Args:
        contents: string tensor (), the file.
        channels: 0 for what the file has, 1 for grey, 3 for RGB, 4 for RGBA.
        dtype: "uint8" or "uint16".
        name: of no consequence.

    Returns:
        tensor (height, width, channels).

    Raises:
        InvalidArgumentError: if the file is none of these, or damaged.
    """
    dtype = dtypes.standardize(dtype)
    if dtype not in ("uint8", "uint16"):
        raise errors.invalid("dtype", got=dtype, expected="'uint8' or 'uint16'")
    return _decode(contents, channels, dtype, 1)


@public("io.decode_jpeg", "image.decode_jpeg")
def decode_jpeg(
    contents,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    """The image in a JPEG file, or a PNG file or a GIF with one frame.

    Args:
        contents: string tensor (), the file.
        channels: 0 for what the file has, 1 for grey, 3 for RGB.
        ratio: 1, 2, 4 or 8: by how much a JPEG is made smaller while it is read.
        fancy_upscaling: must be True.
        try_recover_truncated: must be False.
        acceptable_fraction: must be 1.
        dct_method: `""` or `"INTEGER_ACCURATE"`, which are the same here. (TensorFlow's `""` is a
            faster method, whose values differ by up to 8.)
        name: of no consequence.

    Returns:
        tensor (height, width, channels) uint8.

    Raises:
        InvalidArgumentError: if the file is none of these, or damaged.
    """
    if ratio not in (1, 2, 4, 8):
        raise errors.invalid("ratio", got=ratio, expected="1, 2, 4 or 8")
    if not fancy_upscaling or dct_method not in ("", "INTEGER_ACCURATE"):
        raise errors.unsupported(
            "Decoding JPEG files with less accuracy", "Leave `fancy_upscaling` and `dct_method`."
        )
    if try_recover_truncated or acceptable_fraction != 1:
        raise errors.unsupported(
            "Decoding truncated JPEG files", "Leave `try_recover_truncated=False`."
        )
    return _decode(contents, channels, "uint8", ratio)


@public("io.decode_and_crop_jpeg", "image.decode_and_crop_jpeg")
def decode_and_crop_jpeg(
    contents,
    crop_window,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    """A window of the image in a JPEG file.

    Args:
        contents: string tensor (), the file.
        crop_window: `[y, x, height, width]`.
        channels: as of `decode_jpeg`, and so are the others.
        ratio: 1, 2, 4 or 8.
        fancy_upscaling: must be True.
        try_recover_truncated: must be False.
        acceptable_fraction: must be 1.
        dct_method: `""` or `"INTEGER_ACCURATE"`.
        name: of no consequence.

    Returns:
        tensor (height, width, channels) uint8.

    Raises:
        InvalidArgumentError: if the window is outside of the image.
    """
    image = decode_jpeg(
        contents,
        channels,
        ratio,
        fancy_upscaling,
        try_recover_truncated,
        acceptable_fraction,
        dct_method,
    ).value
    y, x, height, width = as_tensor(crop_window).value.tolist()
    inside = 0 <= y < y + height <= image.shape[0] and 0 <= x < x + width <= image.shape[1]
    if not inside:
        raise InvalidArgumentError(
            message=f"`crop_window`: {[y, x, height, width]} is outside of the image, which is "
            f"{image.shape[0]} high and {image.shape[1]} wide."
        )
    return Tensor(image[y : y + height, x : x + width].copy())


@public("io.decode_bmp", "image.decode_bmp")
def decode_bmp(contents, channels=0, name=None):
    """The image in an uncompressed BMP file.

    Args:
        contents: string tensor (), the file.
        channels: 0 for what the file has, 3 for RGB, 4 for RGBA.
        name: of no consequence.

    Returns:
        tensor (height, width, channels) uint8.
    """
    return Tensor(np.ascontiguousarray(_bmp(single_string("contents", contents), channels)))


@public("io.decode_gif", "image.decode_gif")
def decode_gif(contents, name=None):
    """All frames of a GIF file: tensor (frames, height, width, 3) uint8."""
    data = single_string("contents", contents)
    if _kind(data) != "gif":
        raise InvalidArgumentError(message="`contents` is no GIF file.")
    return Tensor(_gif(data))


@public("io.is_jpeg", "image.is_jpeg")
def is_jpeg(contents, name=None):
    """Whether a string begins as a JPEG file does."""
    return as_tensor(single_string("contents", contents).startswith(_BEGINNINGS["jpeg"]))


@public("io.extract_jpeg_shape", "image.extract_jpeg_shape")
def extract_jpeg_shape(contents, output_type="int32", name=None):
    """Height, width and channels of the image in a JPEG file, which is not decoded.

    Args:
        contents: string tensor (), the file.
        output_type: "int32" or "int64".
        name: of no consequence.

    Raises:
        InvalidArgumentError: if the file is no JPEG, or damaged.
    """
    data = single_string("contents", contents)
    if _kind(data) != "jpeg":
        raise InvalidArgumentError(message="`contents` is no JPEG file.")
    image = _opened(data)
    shape = (image.height, image.width, len(image.getbands()))
    return Tensor(np.array(shape, dtypes.to_numpy(dtypes.standardize(output_type))))


def pillow():
    """The module `PIL.Image`.

    Raises:
        ImportError: if it is not installed, saying how to do that.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "Images are decoded by Pillow, which is not installed: pip install estikeras[images]"
        ) from error
    return Image


def _kind(data):
    for kind, beginning in _BEGINNINGS.items():
        if data.startswith(beginning):
            return kind
    raise InvalidArgumentError(
        message=f"`contents` is no JPEG, PNG, GIF or BMP file: it begins with {data[:8]!r}."
    )


def _check_channels(channels, allowed, kind):
    if channels not in allowed:
        raise InvalidArgumentError(
            message=f"`channels`: expected one of {allowed} for {kind}, got {channels}."
        )


def _decode(contents, channels, dtype, ratio):
    data = single_string("contents", contents)
    kind = _kind(data)
    if kind == "bmp":
        raise InvalidArgumentError(message="`contents` is a BMP file. Use `decode_bmp`.")
    if kind == "png":
        image = _png(data, channels, dtype)
    elif kind == "jpeg":
        image = _jpeg(data, channels, ratio)
    else:
        frames = _gif(data)
        if len(frames) > 1:
            raise InvalidArgumentError(
                message=f"`contents` is a GIF with {len(frames)} frames. Use `decode_gif`."
            )
        image = frames[0]
    return Tensor(np.ascontiguousarray(image.astype(dtypes.to_numpy(dtype))))


def _opened(data):
    """The image in a file that Pillow reads; its errors become InvalidArgumentError."""
    try:
        return pillow().open(io.BytesIO(data))
    except OSError as error:
        raise InvalidArgumentError(message=f"`contents` is damaged: {error}.") from None


def _array(image):
    try:
        array = np.asarray(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise InvalidArgumentError(message=f"`contents` is damaged: {error}.") from None
    return array if array.ndim == 3 else array[:, :, None]


def _png(data, channels, dtype):
    _check_channels(channels, (0, 1, 2, 3, 4), "PNG")
    if len(data) > 24 and png.bits(data) == 16:
        try:
            array = png.read16(data)
        except ValueError as error:
            raise InvalidArgumentError(message=f"`contents`: {error}.") from None
        array = _with_channels(array, channels)
        return array if dtype == "uint16" else (array >> 8).astype(np.uint8)
    image = _opened(data)
    if image.mode == "1":
        image = image.convert("L")
    elif image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif "transparency" in image.info:
        image = image.convert({"L": "LA", "RGB": "RGBA"}[image.mode])
    array = _with_channels(_array(image), channels)
    return array if dtype == "uint8" else array.astype(np.uint16) * 257


def _with_channels(image, channels):
    """An image with another number of channels: grey from RGB, grey as RGB, alpha opaque."""
    has = image.shape[-1]
    channels = channels or has
    color, alpha = (image[..., :-1], image[..., -1:]) if has in (2, 4) else (image, None)
    if channels in (1, 2) and color.shape[-1] == 3:
        color = _grey(color)
    elif channels in (3, 4) and color.shape[-1] == 1:
        color = color.repeat(3, axis=-1)
    if channels in (1, 3):
        return color
    if alpha is None:
        alpha = np.full_like(color[..., :1], np.iinfo(image.dtype).max)
    return np.concatenate([color, alpha], axis=-1)


def _grey(color):
    """The luma of RGB, in the whole numbers of libpng."""
    weights = np.array([9797, 19234, 3737])
    half = 16384 if color.dtype == np.uint16 else 0
    return ((color @ weights + half) >> 15).astype(color.dtype)[..., None]


def _jpeg(data, channels, ratio):
    _check_channels(channels, (0, 1, 3), "JPEG")
    image = _opened(data)
    mode = {0: "L" if image.mode == "L" else "RGB", 1: "L", 3: "RGB"}[channels]
    width, height = image.size
    if ratio > 1 or mode != image.mode:
        image.draft(mode, (max(1, width // ratio), max(1, height // ratio)))
    return _array(image.convert(mode))


def _gif(data):
    image = _opened(data)
    frames = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        frames.append(_array(image.convert("RGB")))
    return np.stack(frames)


def _bmp(data, channels):
    _check_channels(channels, (0, 3, 4), "BMP")
    try:
        image = bmp.read(data)
    except ValueError as error:
        raise InvalidArgumentError(message=f"`contents`: {error}.") from None
    return _with_channels(image, channels)
