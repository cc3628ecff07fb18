"""Small folders of images and texts, written byte by byte, so that whoever runs the table has the
same files.
"""

import base64
import struct
import zlib
from pathlib import Path

import numpy as np

GIF = base64.b64decode(  # two frames, 4 x 5, of 7s and of 200s
    b"R0lGODdhBQAEAIQAAAAAAAwMDBgYGCQkJDAwMDw8PEhISFRUVGBgYGxsbHh4eISEhJCQkJycnKioqLS0tMDAwMzMzN"
    b"jY2OTk5AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACwAAAAABQAEAAAIGQABBBAwgEABAwcQJFCw"
    b"gEEDBw8gRJAwISAAIfkEAQAAFAAsAAAAAAUABACEAAAADAwMGBgYJCQkMDAwPDw8SEhIVFRUYGBgbGxseHh4hISEkJ"
    b"CQnJycqKiotLS0wMDAzMzM2NjY5OTkAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACBkAH0CIIGGC"
    b"ggUMGjgoYOAAggQAAggYQCAgADs="
)
PALETTE = base64.b64decode(  # a PNG with a palette, 4 x 5
    b"iVBORw0KGgoAAAANSUhEUgAAAAUAAAAEBAMAAAC0HehzAAAAGFBMVEUS7Qk2yRtUqypyjTmQb0iuUVfMM2bkG3LtFl"
    b"QWAAAAGElEQVR42mNgYBBgFBLgY1ES4GFREuACAAUaAMQ2mIC4AAAAAElFTkSuQmCC"
)
JPEG = base64.b64decode(  # smooth colours, 9 x 12, without subsampling
    b"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBw"
    b"YGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK"
    b"CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAJAAwDAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAACAf/xA"
    b"AlEAAAAgcJAAAAAAAAAAAAAAAAAQMGCAkRQ3EFFiElMzaBo8H/xAAYAQADAQEAAAAAAAAAAAAAAAAFBggHCf/EACYR"
    b"AAEBBgQHAAAAAAAAAAAAAAAHAgMEBQYjASEzQSUxNUJRgaH/2gAMAwEAAhEDEQA/ACAz67f0MhgeEoCICfcswElaz6"
    b"dzxuMBS3b5XfQxsDqoGxzPreGZfFPLPwti59K6z/I4GLwOxw8Svs9DBUrbyGnhBtcaZfFO9KYP/9k="
)


def png(pixels):
    """A PNG file of (height, width, channels) uint8, or uint16 of one channel."""
    height, width, channels = pixels.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, pixels.itemsize * 8, kind, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def bmp(pixels):
    """A BMP file of (height, width, 3) uint8."""
    height, width, _ = pixels.shape
    rows = [row[:, ::-1].tobytes() + bytes(-3 * width % 4) for row in pixels[::-1]]
    data = b"".join(rows)
    sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(data), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, 54) + sizes + data


def pixels(height, width, channels, seed, dtype="uint8"):
    """Random pixels."""
    most = np.iinfo(dtype).max
    return np.random.RandomState(seed).randint(0, most + 1, (height, width, channels)).astype(dtype)


def write_files(folder):
    """Write `images`, `photos` and `texts` into a folder."""
    contents = {
        "images/cats/a.png": png(pixels(5, 7, 3, 0)),
        "images/cats/B.PNG": png(pixels(4, 4, 1, 1)),
        "images/cats/readme.txt": b"no image",
        "images/dogs/c.png": png(pixels(6, 3, 4, 2)),
        "images/dogs/d.bmp": bmp(pixels(3, 5, 3, 3)),
        "images/dogs/puppies/e.png": png(pixels(4, 6, 1, 4, "uint16")),
        "images/birds/f.gif": GIF,
        "images/birds/g.png": PALETTE,
        "images/birds/h.png": png(pixels(5, 5, 2, 5)),
        "images/.hidden/i.png": png(pixels(2, 2, 3, 6)),
        "images/top.png": png(pixels(3, 3, 3, 7)),
        "photos/only/j.jpg": JPEG,
        "texts/bad/1.txt": b"awful",
        "texts/bad/2.TXT": "k\u00e4se\n".encode(),
        "texts/bad/deep/3.txt": b"",
        "texts/good/4.txt": b"fine \xff bytes",
        "texts/good/5.txt": b"good",
        "texts/good/6.md": b"no text",
    }
    for name, content in contents.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (Path(folder) / "images" / "empty").mkdir()
    (Path(folder) / "elsewhere").mkdir()
    (Path(folder) / "elsewhere" / "k.png").write_bytes(png(pixels(2, 3, 3, 8)))
    (Path(folder) / "images" / "cats" / "linked").symlink_to(Path(folder) / "elsewhere")
