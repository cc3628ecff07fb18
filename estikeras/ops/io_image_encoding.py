"""Tensors to images in files, and images as they come back from such files. Pillow writes JPEG."""

import io

from estikeras import errors
from estikeras.engine.tensor import as_tensor
from estikeras.formats import png
from estikeras.ops import tf_image, tf_random
from estikeras.ops.io_images import decode_jpeg, pillow
from estikeras.public import public


@public("io.encode_png", "image.encode_png")
def encode_png(image, compression=-1, name=None):
    """An image as a PNG file.

    Args:
        image: tensor (height, width, channels) uint8 or uint16; 1 channel is grey, 2 grey and
            alpha, 3 RGB, 4 RGBA.
        compression: int from 0 (none) to 9 (smallest), or -1.
        name: of no consequence.

    Returns:
        string tensor ().
    """
    image = as_tensor(image)
    if image.dtype not in ("uint8", "uint16"):
        raise errors.wrong_type("image", got=image.dtype, expected="uint8 or uint16")
    _check_image(image, (1, 2, 3, 4))
    if compression not in range(-1, 10):
        raise errors.invalid("compression", got=compression, expected="an int from -1 to 9")
    return as_tensor(png.write(image.value, compression))


@public("io.encode_jpeg", "image.encode_jpeg")
def encode_jpeg(
    image,
    format="",
    quality=95,
    progressive=False,
    optimize_size=False,
    chroma_downsampling=True,
    density_unit="in",
    x_density=300,
    y_density=300,
    xmp_metadata="",
    name=None,
):
    """An image as a JPEG file.

    Args:
        image: tensor (height, width, 1 or 3) uint8.
        format: `"grayscale"`, `"rgb"`, or `""` for what the channels say.
        quality: int from 0 to 100.
        progressive: bool, whether the file gets finer as it is read.
        optimize_size: bool, make a smaller file, which takes longer.
        chroma_downsampling: bool, whether colours have half of the resolution.
        density_unit: must be `"in"`.
        x_density: int, pixels per inch.
        y_density: int, pixels per inch.
        xmp_metadata: must be empty.
        name: of no consequence.

    Returns:
        string tensor ().
    """
    image = as_tensor(image)
    if image.dtype != "uint8":
        raise errors.wrong_type("image", got=image.dtype, expected="uint8")
    if format not in ("", "grayscale", "rgb"):
        raise errors.invalid("format", got=format, expected="'', 'grayscale' or 'rgb'")
    _check_image(image, {"": (1, 3), "grayscale": (1,), "rgb": (3,)}[format])
    if density_unit != "in" or xmp_metadata:
        raise errors.unsupported(
            "A density in centimetres, or XMP metadata", "Write the file with Pillow."
        )
    array = image.value if image.shape[-1] == 3 else image.value[:, :, 0]
    file = io.BytesIO()
    pillow().fromarray(array).save(
        file,
        "JPEG",
        quality=int(quality),
        progressive=bool(progressive),
        optimize=bool(optimize_size),
        subsampling=2 if chroma_downsampling else 0,
        dpi=(x_density, y_density),
    )
    return as_tensor(file.getvalue())


@public("image.adjust_jpeg_quality")
def adjust_jpeg_quality(image, jpeg_quality, name=None):
    """An image as a JPEG file of a quality shows it.

    Args:
        image: (height, width, 1 or 3), of floats from 0 to 1 or whole numbers.
        jpeg_quality: int from 0 to 100.
        name: no effect.

    Returns:
        A tensor of the image's shape and dtype.
    """
    image = as_tensor(image)
    file = encode_jpeg(
        tf_image.convert_image_dtype(image, "uint8", saturate=True), quality=int(jpeg_quality)
    )
    back = decode_jpeg(file, channels=image.shape[-1])
    return tf_image.convert_image_dtype(back, image.dtype, saturate=True)


def _with_quality(image, lowest, highest, draw):
    if not 0 <= lowest < highest <= 100:
        raise errors.invalid(
            "max_jpeg_quality", got=highest, expected=f"more than {lowest}, from 0 to 100"
        )
    return adjust_jpeg_quality(image, draw((), minval=lowest, maxval=highest, dtype="int32"))


@public("image.random_jpeg_quality")
def random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None):
    """An image as a JPEG file shows it, of a quality that is at least the first of two numbers from
    0 to 100 and less than the second.
    """

    def draw(shape, **options):
        return tf_random.uniform(shape, seed=seed, **options)

    return _with_quality(image, min_jpeg_quality, max_jpeg_quality, draw)


@public("image.stateless_random_jpeg_quality")
def stateless_random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed):
    """As `random_jpeg_quality`, as a function of a key of two ints."""

    def draw(shape, **options):
        return tf_random.stateless_uniform(shape, seed, **options)

    return _with_quality(image, min_jpeg_quality, max_jpeg_quality, draw)


def _check_image(image, channels):
    if image.ndim != 3 or image.shape[-1] not in channels:
        expected = " or ".join(map(str, channels))
        raise errors.shape_mismatch(
            "image", got=image.shape, expected=f"(height, width, {expected})"
        )
