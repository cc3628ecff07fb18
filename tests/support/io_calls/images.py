"""Calls of image decoders, on the files of `tests/estikeras/ops/recorded/images`.

JPEG files are decoded by the accurate method, which TensorFlow does not use by itself.
"""

FILES = ["grey", "grey_alpha", "rgb", "rgba", "palette", "bits", "grey16", "rgb16"]
ACCURATE = 'dct_method="INTEGER_ACCURATE"'


def _calls():
    for file in FILES:
        for channels in (0, 1, 3, 4):
            if file in ("palette", "bits") and channels == 4:
                continue  # libpng's alpha is not opaque there: it has as many bits as the file
            for dtype in ("uint8", "uint16"):
                yield f'io.decode_png(image("{file}.png"), channels={channels}, dtype="{dtype}")'
    for file in ("grey", "rgb", "rgb_small_chroma"):
        for channels in (0, 1, 3):
            for ratio in (1, 2):
                arguments = f"channels={channels}, ratio={ratio}, {ACCURATE}"
                yield f'io.decode_jpeg(image("{file}.jpeg"), {arguments})'
    for file in ("grey", "rgb"):
        yield f'io.decode_and_crop_jpeg(image("{file}.jpeg"), [1, 2, 3, 4], {ACCURATE})'
    yield f'io.decode_and_crop_jpeg(image("rgb.jpeg"), [1, 2, 30, 4], {ACCURATE})'
    for file in ("grey", "rgb", "rgba"):
        for channels in (0, 1, 3, 4):
            yield f'io.decode_bmp(image("{file}.bmp"), channels={channels})'
    yield 'io.decode_gif(image("three_frames.gif"))'
    for file in ("rgb.png", "grey16.png", "three_frames.gif", "one_frame.gif", "rgb.bmp"):
        for arguments in ("", ", channels=1", ", channels=4", ", expand_animations=False"):
            yield f'io.decode_image(image("{file}"){arguments})'
        for dtype in ("float32", "uint16"):
            yield f'io.decode_image(image("{file}"), dtype="{dtype}")'
        yield f'io.decode_png(image("{file}"))'
        yield f'io.is_jpeg(image("{file}"))'
    yield 'io.is_jpeg(image("rgb.jpeg"))'
    yield 'io.decode_image("hello")'
    yield 'io.decode_image(image("rgb.png"), dtype="int32")'
    yield 'io.decode_png(image("rgb.png"), dtype="int32")'
    for shape in ("(2, 3, 1)", "(2, 3, 2)", "(2, 3, 3)", "(2, 3, 4)", "(3, 4)", "(2, 3, 5)"):
        for dtype in ("uint8", "uint16"):
            picture = f'np.full({shape}, 7, "{dtype}")'
            yield f'io.decode_png(io.encode_png({picture}), dtype="{dtype}")'
    for channels in (1, 3, 4):
        picture = f'np.full((8, 8, {channels}), 90, "uint8")'
        yield f"io.decode_jpeg(io.encode_jpeg({picture}), {ACCURATE})"


CALLS = "\n".join(_calls())
