"""Writes images as PNG, and reads those of 16 bits, with nothing but zlib. Knows arrays and
bytes.
"""

import struct
import zlib

import numpy as np

_COLOR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}
_CHANNELS = {color: channels for channels, color in _COLOR_TYPE.items()}
_BEGINNING = b"\x89PNG\r\n\x1a\n"


def write(image, level=-1):
    """The bytes of a PNG file.

    Args:
        image: (height, width, channels) uint8 or uint16; 1 channel is grey, 2 grey and alpha, 3
            RGB, 4 RGBA.
        level: int, how hard zlib tries, from 0 to 9; -1 is its default.

    Returns:
        bytes.

    Reference: ISO/IEC 15948, Portable Network Graphics, sections 5 and 9.
    """
    height, width, channels = image.shape
    dtype = np.dtype(">u2" if image.dtype == np.uint16 else np.uint8)
    bits = 8 * dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, bits, _COLOR_TYPE[channels], 0, 0, 0)
    rows = np.ascontiguousarray(image, dtype).view(np.uint8)
    rows = rows.reshape(height, width * channels * dtype.itemsize)
    unfiltered = np.zeros((height, 1), np.uint8)
    content = zlib.compress(np.hstack([unfiltered, rows]).tobytes(), level)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", content), _chunk(b"IEND", b""))
    return _BEGINNING + b"".join(chunks)


def bits(data):
    """How many bits a channel of a PNG file has."""
    return data[24]


def read16(data):
    """The image in a PNG file of 16 bits a channel.

    Args:
        data: bytes of the file.

    Returns:
        (height, width, channels) uint16.

    Raises:
        ValueError: if it is damaged or interlaced.
    """
    width, height, _, color, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    if interlaced or color not in _CHANNELS:
        raise ValueError("interlaced images of 16 bits are not read")
    at, parts = len(_BEGINNING), []
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"IDAT":
            parts.append(data[at + 8 : at + 8 + size])
        at += size + 12
    step = 2 * _CHANNELS[color]
    try:
        content = zlib.decompress(b"".join(parts))
        lines = np.frombuffer(content, np.uint8).reshape(height, 1 + width * step)
    except (zlib.error, ValueError) as error:
        raise ValueError(f"the PNG file is damaged: {error}") from None
    above, rows = np.zeros(width * step, np.uint8), []
    for line in lines:
        above = _unfiltered(line[0], line[1:], above, step)
        rows.append(above)
    image = np.array(rows).reshape(height, -1).view(">u2").astype(np.uint16)
    return image.reshape(height, width, _CHANNELS[color])


def _unfiltered(kind, line, above, step):
    """A row of bytes from its differences to what is left of it, above, or both."""
    if kind == 0:
        return line
    if kind == 1:
        pixels = line.reshape(-1, step)
        return np.cumsum(pixels, axis=0, dtype=np.uint8).reshape(-1)
    if kind == 2:
        return line + above
    row = np.zeros(len(line) + step, np.int32)
    up = np.concatenate([np.zeros(step, np.int32), above.astype(np.int32)])
    for at in range(0, len(line), step):
        left, over, corner = row[at : at + step], up[at + step : at + 2 * step], up[at : at + step]
        if kind == 3:
            guess = (left + over) // 2
        else:
            slope = left + over - corner
            far = [abs(slope - one) for one in (left, over, corner)]
            nearer = np.where(far[1] <= far[2], over, corner)
            guess = np.where((far[0] <= far[1]) & (far[0] <= far[2]), left, nearer)
        row[at + step : at + 2 * step] = (line[at : at + step] + guess) & 255
    return row[step:].astype(np.uint8)


def _chunk(kind, content):
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum
