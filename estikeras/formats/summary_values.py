"""What TensorFlow 1 writes into event files: numbers, histograms, pictures and texts as messages of
a summary. Encoded summaries that are written one after the other are one summary.

Knows NumPy arrays and bytes.
"""

import functools
import struct

import numpy as np

from estikeras.formats import png, protobuf, tensor_proto

_MOST = np.finfo(np.float64).max


def scalar(tag, value):
    """The bytes of a summary of one number."""
    return _value(tag, [(2, protobuf.Fixed32(value))])


def array(tag, values):
    """The bytes of a summary of an array, which TensorBoard shows only by a plugin."""
    return _value(tag, [(7, tag), (8, tensor_proto.encode(np.asarray(values)))])


def histogram(tag, values):
    """The bytes of a summary of how numbers are distributed.

    Args:
        tag: str.
        values: array of any shape.

    Raises:
        ValueError: for values that are no numbers.
    """
    values = np.asarray(values, np.float64).ravel()
    if not np.isfinite(values).all():
        raise ValueError(f"The histogram {tag!r} has values that are no numbers, or infinite.")
    limits = _limits()
    counts = np.bincount(np.searchsorted(limits, values, side="right"), minlength=len(limits))
    # Of empty buckets in a row the last one stands for all.
    kept = (counts > 0) | np.append(counts[1:] > 0, True)
    floats = [values.min(), values.max()] if values.size else [_MOST, -_MOST]
    floats += [values.size, values.sum(), np.square(values).sum()]
    fields = [(number, float(x)) for number, x in enumerate(floats, 1)]
    packed = [limits[kept], counts[kept]]
    fields += [(number, x.astype("<f8").tobytes()) for number, x in enumerate(packed, 6)]
    return _value(tag, [(5, protobuf.encode(fields))])


def images(tag, pictures, max_outputs=3):
    """The bytes of a summary of pictures.

    Args:
        tag: str.
        pictures: (batch, height, width, channels): uint8, or floats, of which each picture uses the
            whole range.
        max_outputs: how many of the batch are taken at most.
    """
    pictures = np.asarray(pictures)[:max_outputs]
    out = []
    for i, picture in enumerate(pictures):
        height, width, channels = picture.shape
        picture = picture if picture.dtype == np.uint8 else _in_range(picture)
        fields = [(1, height), (2, width), (3, channels), (4, png.write(picture))]
        place = f"{tag}/image" if max_outputs == 1 else f"{tag}/image/{i}"
        out.append(_value(place, [(4, protobuf.encode(fields))]))
    return b"".join(out)


def text(tag, strings):
    """The bytes of a summary of an array of texts (bytes)."""
    metadata = protobuf.encode([(1, protobuf.encode([(1, "text")]))])
    return _value(tag, [(8, tensor_proto.encode(np.asarray(strings, object))), (9, metadata)])


def decode(summary):
    """The values of an encoded summary.

    Returns:
        list of pairs of tag and number; None in place of the number for what is none.
    """
    values = [protobuf.decode(value) for value in protobuf.decode(summary).get(1, ())]
    return [
        (value[1][0].decode(), struct.unpack("<f", value[2][0])[0] if 2 in value else None)
        for value in values
    ]


def _value(tag, fields):
    return protobuf.encode([(1, protobuf.encode([(1, tag), *fields]))])


@functools.cache
def _limits():
    """Upper ends of buckets, each a tenth higher than the one before."""
    limits, limit = [], 1e-12
    while limit < 1e20:
        limits.append(limit)
        limit *= 1.1
    limits.append(_MOST)
    return np.array([*(-x for x in reversed(limits)), 0.0, *limits])


def _in_range(picture):
    """Floats as bytes: from 0 to the greatest one, or around 128 where some are negative."""
    known = picture[np.isfinite(picture)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
    greatest = max(abs(low), abs(high)) if low < 0 else high
    scale = (127.0 if low < 0 else 255.0) / greatest if greatest > 1e-6 else 0.0
    scaled = np.nan_to_num(picture) * scale + (128.0 if low < 0 else 0.0)
    return np.clip(scaled, 0, 255).astype(np.uint8)
