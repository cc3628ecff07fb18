"""Images of a folder as a data set."""

import functools
import io
from pathlib import Path

import numpy as np

from estikeras import errors, settings
from estikeras.data import resampling
from estikeras.engine.specs import TensorSpec
from estikeras.keras.utils import images
from estikeras.keras.utils.directory_dataset import check_format, from_directory
from estikeras.public import public

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


@public(
    "keras.utils.image_dataset_from_directory", "keras.preprocessing.image_dataset_from_directory"
)
def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    data_format=None,
    format="tf",
    verbose=True,
):
    """A Dataset of the images of a folder, with labels by the folders that they are in.

    Files ending in .bmp, .gif (the first picture), .jpeg, .jpg and .png are read, by PIL, when it
    is their turn.

    Args:
        directory: path of a folder, with a folder for each class in it.
        labels: "inferred" by the folders; None for no labels; or a list of a label for each file,
            in the order of the files' paths, whatever the folders.
        label_mode: "int", "binary" for 0.0 and 1.0 of two classes, "categorical" for rows with a
            single one, or None for no labels.
        class_names: the folders to use, in the order of their labels; by default all by their
            names.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: int; None for single images.
        image_size: height and width of all images, or one int for both.
        shuffle: whether the images come in a random order, another one in each pass; else by their
            paths.
        seed: int of that order.
        validation_split: share of the files that is for validation.
        subset: "training", "validation", or "both" for a list of both, with `validation_split`.
        interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian"
            or "mitchellcubic".
        follow_links: whether links to folders are followed.
        crop_to_aspect_ratio: whether images are cropped to the proportions of `image_size`, not
            distorted.
        pad_to_aspect_ratio: whether they are padded with zeros to them.
        data_format: "channels_last" or "channels_first"; None is
            `keras.config.image_data_format()`.
        format: "tf".
        verbose: whether to say how many files were found.

    Returns:
        A Dataset of images (batch, height, width, channels) float32 from 0 to 255 ("nearest" keeps
        uint8), or of pairs of them and labels, (batch) int32, (batch, 1) float32 or (batch,
        classes) float32; its `class_names` and `file_paths` say what they are. A list of two for
        `subset="both"`.

    Raises:
        ValueError: for arguments that do not fit each other or the folder.
        OSError: when there is no such folder.
        ImportError: if PIL is not installed.
    """
    check_format(format)
    if color_mode not in _CHANNELS:
        raise errors.unknown_name("color_mode", color_mode, _CHANNELS)
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not isinstance(size, list | tuple) or len(size) != 2 or not all(n > 0 for n in size):
        raise errors.invalid("image_size", got=image_size, expected="(height, width)")
    method = interpolation.lower()
    if method not in resampling.METHODS:
        raise errors.unknown_name("interpolation", interpolation, resampling.METHODS)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise errors.invalid(
            "pad_to_aspect_ratio", got=True, expected="False with `crop_to_aspect_ratio`"
        )
    images.pil()
    size, channels = tuple(int(n) for n in size), _CHANNELS[color_mode]
    first = settings.standardize_data_format(data_format) == "channels_first"
    way = "crop" if crop_to_aspect_ratio else "pad" if pad_to_aspect_ratio else "stretch"
    shape = (channels, *size) if first else (*size, channels)
    return from_directory(
        directory,
        "image files",
        FORMATS,
        functools.partial(_read, size=size, channels=channels, method=method, way=way, first=first),
        TensorSpec(shape, "uint8" if method == "nearest" else "float32"),
        labels=labels,
        label_mode=label_mode,
        class_names=class_names,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )


def _read(path, size, channels, method, way, first):
    """The image of a file, brought to a size."""
    pixels = decoded(Path(path).read_bytes(), channels, path)
    height, width = pixels.shape[:2]
    if way == "crop":
        left, top, right, bottom = images.middle((width, height), size[1], size[0])
        pixels = pixels[top:bottom, left:right]
    if way == "pad":
        pixels = _padded(pixels, size, method)
    else:
        pixels = resampling.resized(pixels, size, method)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)) if first else pixels


def _padded(pixels, size, method):
    """An image as large as it fits into a size, in the middle of zeros."""
    ratio = max(before / after for before, after in zip(pixels.shape, size, strict=False))
    wanted = [before / ratio for before in pixels.shape[:2]]
    inner = resampling.resized(pixels, [max(1, int(n)) for n in wanted], method)
    place = tuple(
        slice(start, start + n)
        for start, n in zip(
            (int((whole - part) / 2) for whole, part in zip(size, wanted, strict=True)),
            inner.shape,
            strict=False,
        )
    )
    outer = np.zeros((*size, pixels.shape[2]), inner.dtype)
    outer[place] = inner
    return outer


def decoded(content, channels, name):
    """The pixels of an image file.

    Args:
        content: bytes of the file.
        channels: 1, 3 or 4.
        name: of the file, for messages.

    Returns:
        (height, width, channels) uint8.

    Raises:
        InvalidArgumentError: when it is no image, or is not whole.
    """
    pil = images.pil()
    try:
        with pil.open(io.BytesIO(content)) as image:
            if channels == 1:
                image.draft("L", image.size)  # a JPEG file has its greys already
            if image.mode.startswith("I"):  # 16 bits
                grey = (np.asarray(image).astype("uint32") >> 8).astype("uint8")
                image = pil.fromarray(grey, "L")
            pixels = np.asarray(image.convert({1: "L", 3: "RGB", 4: "RGBA"}[channels]))
    except OSError as error:
        raise errors.InvalidArgumentError(message=f"{name}: no image, {error}.") from error
    return pixels[..., None] if channels == 1 else pixels
