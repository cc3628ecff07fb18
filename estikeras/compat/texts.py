"""`tf.compat`: text and bytes, and what code asks that runs with several versions."""

import os

from estikeras import errors
from estikeras.public import public


@public("compat.as_bytes", "compat.v1.compat.as_bytes")
def as_bytes(bytes_or_text, encoding="utf-8"):
    """Bytes of bytes or text.

    Args:
        bytes_or_text: str, bytes or bytearray.
        encoding: name of the encoding of text.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(bytes_or_text, bytearray | bytes):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    raise errors.wrong_type("bytes_or_text", got=bytes_or_text, expected="text or bytes")


@public("compat.as_text", "compat.as_str", "compat.v1.compat.as_text", "compat.v1.compat.as_str")
def as_text(bytes_or_text, encoding="utf-8"):
    """Text of bytes or text.

    Args:
        bytes_or_text: str or bytes.
        encoding: name of the encoding of bytes.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise errors.wrong_type("bytes_or_text", got=bytes_or_text, expected="text or bytes")


@public("compat.as_str_any", "compat.v1.compat.as_str_any")
def as_str_any(value, encoding="utf-8"):
    """Text of anything: bytes are decoded, all else is what `str` gives."""
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


@public("compat.path_to_str", "compat.v1.compat.path_to_str")
def path_to_str(path):
    """The text of a path object; other values come back as they are."""
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path


@public("compat.forward_compatible", "compat.v1.compat.forward_compatible")
def forward_compatible(year, month, day):
    """Whether what was new at a day may be used: always."""
    return True


@public("compat.dimension_value", "compat.v1.dimension_value")
def dimension_value(dimension):
    """The size of an axis, an int or None."""
    return getattr(dimension, "value", dimension)


@public("compat.dimension_at_index", "compat.v1.dimension_at_index")
def dimension_at_index(shape, index):
    """The size of the axis `index` of a shape, an int or None."""
    return tuple(shape)[index]
