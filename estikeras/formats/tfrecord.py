"""TFRecord framing: records with their length and checksums. Knows bytes only.

A record is its length (8 bytes, little endian), a checksum of these, the data, a checksum of it.
This is the framing in Python: enough for event files, which are small and which the lower layers
write. Data is read by native loops, `data.records`, which are tested against it.
"""

import struct

_POLYNOMIAL = 0x82F63B78
_MASK_DELTA = 0xA282EAD8


def _table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _table()


def crc32c(data):
    """The CRC-32C (Castagnoli) of bytes.

    Reference: RFC 3720, appendix B.4.

    Example:
        >>> hex(crc32c(b"123456789"))
        '0xe3069283'
    """
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def masked_crc32c(data):
    """The checksum as records hold it: rotated and shifted, so that records can hold records."""
    value = crc32c(data)
    return ((value >> 15 | value << 17) + _MASK_DELTA) & 0xFFFFFFFF


def frame(data):
    """The bytes of one record.

    Args:
        data: bytes.

    Returns:
        bytes: length, checksum, data, checksum.
    """
    length = struct.pack("<Q", len(data))
    checksums = (struct.pack("<I", masked_crc32c(part)) for part in (length, data))
    return b"".join((length, next(checksums), data, next(checksums)))


def read(file, name="the file"):
    """The records of a binary file, one after the other.

    Args:
        file: binary file, open for reading.
        name: str, how errors call it.

    Yields:
        bytes.

    Raises:
        ValueError: at a record that is truncated or damaged, with its position.
    """
    position = 0
    while header := file.read(12):
        if len(header) < 12:
            raise ValueError(f"{name} is truncated: a record begins at byte {position}.")
        length, checksum = struct.unpack("<QI", header)
        if masked_crc32c(header[:8]) != checksum:
            raise ValueError(
                f"{name} is damaged or no TFRecord file: the length at byte {position} has another "
                "checksum."
            )
        data, tail = file.read(length), file.read(4)
        if len(data) < length or len(tail) < 4:
            raise ValueError(
                f"{name} is truncated: the record at byte {position} has {length} bytes."
            )
        if masked_crc32c(data) != struct.unpack("<I", tail)[0]:
            raise ValueError(
                f"{name} is damaged: the record at byte {position} has another checksum."
            )
        yield data
        position += 16 + length
