"""Writes and reads protocol buffers by field number: the few that the files here need.

A message is a list of pairs (field number, value): an int is a varint, a float eight bytes, bytes
or str a string or a nested message; `Fixed32` marks four bytes. Knows no message by name.
"""

import struct


class Fixed32(float):
    """A float that takes four bytes in a message."""


def encode(fields):
    """The bytes of a message.

    Args:
        fields: list of pairs (field number, value); None is left out.

    Returns:
        bytes.
    """
    out = bytearray()
    for number, value in fields:
        if value is None:
            continue
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        elif isinstance(value, Fixed32):
            out += varint(number << 3 | 5) + struct.pack("<f", value)
        elif isinstance(value, float):
            out += varint(number << 3 | 1) + struct.pack("<d", value)
        else:
            content = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(content)) + content
    return bytes(out)


def decode(data):
    """The fields of a message as a dict from field number to the list of its values.

    Varints come as ints without a sign, eight and four bytes as raw bytes, strings and nested
    messages as bytes.

    Raises:
        ValueError: if the bytes are no message.
    """
    fields, at = {}, 0
    while at < len(data):
        key, at = read_varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = read_varint(data, at)
        else:
            if kind == 2:
                size, at = read_varint(data, at)
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
            else:
                raise ValueError(f"Not a protocol buffer: wire type {kind} at byte {at}.")
            value, at = bytes(data[at : at + size]), at + size
            if at > len(data):
                raise ValueError("Not a protocol buffer, or a truncated one.")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def varints(data):
    """The numbers of a packed field, without a sign.

    Raises:
        ValueError: if the bytes are none.
    """
    values, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        values.append(value)
    return values


def varint(value):
    """The bytes of an int."""
    # Negative numbers are written as 64 bits.
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data, at):
    """An int without a sign that begins at byte `at`, and where it ends.

    Raises:
        ValueError: if there is none.
    """
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            break
    raise ValueError("Not a protocol buffer, or a truncated one.")
