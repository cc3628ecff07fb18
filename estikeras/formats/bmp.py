"""Reads uncompressed BMP images. Knows arrays and bytes."""

import struct

import numpy as np


def read(data):
    """The image in a BMP file.

    Args:
        data: bytes of the file.

    Returns:
        (height, width, channels) uint8: 3 channels are RGB, 4 RGBA; 1 channel has what the file
        says, without a palette.

    Raises:
        ValueError: for other files.
    """
    if len(data) < 32 or data[:2] != b"BM":
        raise ValueError("no BMP file")
    (start,) = struct.unpack("<I", data[10:14])
    width, height, _, bits = struct.unpack("<iiHH", data[18:30])
    if bits not in (8, 24, 32) or width <= 0:
        raise ValueError(f"a BMP file of {bits} bits a pixel and the width {width}")
    channels, rows = bits // 8, abs(height)
    pitch = (width * channels + 3) // 4 * 4  # rows end at multiples of four bytes
    if len(data) < start + rows * pitch:
        raise ValueError("a truncated BMP file")
    lines = np.frombuffer(data, np.uint8, rows * pitch, start).reshape(rows, pitch)
    image = lines[:, : width * channels].reshape(rows, width, channels)
    image = image if height < 0 else image[::-1]  # rows come from below
    return image if channels == 1 else image[..., [2, 1, 0, 3][:channels]]
