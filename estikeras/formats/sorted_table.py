"""Sorted tables: keys and values in blocks, the index of TensorFlow's checkpoints. Knows bytes
only.

A block is a run of entries, then where those begin that spell their key out, then a byte for its
compression and a checksum. An entry says how many bytes of its key it shares with the one before,
how many follow, and how long its value is. The last block has the place of every other; the last
48 bytes have its own place and a number that marks the format.

Checksums are computed by a function that is passed in: this room knows no native loops.

Reference: LevelDB, Table format (doc/table_format.md).
"""

import struct

from estikeras.formats import protobuf
from estikeras.op_errors import DataLossError, UnimplementedError

_MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
_FOOTER = 48
_TRAILER = 5  # a block's compression and checksum
_BLOCK = 1 << 18  # bytes from which on a block is ended
_SPELLED_OUT = 16  # every how many entries a key shares nothing
_UNCOMPRESSED = 0


def encode(pairs, checksum):
    """The bytes of a table.

    Args:
        pairs: list of pairs of bytes (key, value), sorted by different keys.
        checksum: function that gives the masked CRC-32C of bytes.

    Returns:
        bytes.
    """
    out, places, block, size = bytearray(), [], [], 0
    for key, value in pairs:
        block.append((key, value))
        size += len(key) + len(value)
        if size >= _BLOCK:
            places.append((key, _append(out, block, checksum)))
            block, size = [], 0
    if block:
        places.append((block[-1][0], _append(out, block, checksum)))
    nothing = _append(out, [], checksum)  # a block for properties of the table
    footer = nothing + _append(out, places, checksum, spelled_out=1)
    return bytes(out) + footer.ljust(_FOOTER - len(_MAGIC), b"\0") + _MAGIC


def decode(data, checksum, name):
    """The pairs of a table.

    Args:
        data: bytes of the whole table.
        checksum: function that gives the masked CRC-32C of bytes.
        name: str, how errors call the file.

    Returns:
        list of pairs of bytes (key, value), sorted.

    Raises:
        DataLossError: if the bytes are truncated or damaged, or no table.
        UnimplementedError: for compressed blocks.
    """
    if len(data) < _FOOTER or data[-len(_MAGIC) :] != _MAGIC:
        raise DataLossError(
            message=f"{name} is truncated, or no index of a checkpoint: its {len(data)} bytes do "
            "not end as one does."
        )
    try:
        handles = protobuf.varints(data[-_FOOTER : -len(_MAGIC)])
        _block(data, handles[:2], checksum, name)  # properties, none of which matter here
        pairs = []
        for _, handle in _entries(_block(data, handles[2:4], checksum, name)):
            pairs += _entries(_block(data, protobuf.varints(handle), checksum, name))
    except (ValueError, IndexError, struct.error) as error:
        if isinstance(error, DataLossError):
            raise
        raise DataLossError(message=f"{name} is damaged: {error}") from error
    return pairs


def _append(out, entries, checksum, spelled_out=_SPELLED_OUT):
    """Add a block; its place as it is written in tables."""
    start, before, places = len(out), b"", []
    for index, (key, value) in enumerate(entries):
        shared = 0
        if index % spelled_out:
            limit = min(len(before), len(key))
            while shared < limit and before[shared] == key[shared]:
                shared += 1
        else:
            places.append(len(out) - start)
        for number in (shared, len(key) - shared, len(value)):
            out += protobuf.varint(number)
        out += key[shared:] + value
        before = key
    places = places or [0]
    out += struct.pack(f"<{len(places) + 1}I", *places, len(places))
    size = len(out) - start
    out.append(_UNCOMPRESSED)
    out += struct.pack("<I", checksum(bytes(out[start:])))
    return protobuf.varint(start) + protobuf.varint(size)


def _block(data, place, checksum, name):
    """The entries of a block as bytes, once its checksum was found right."""
    start, size = place
    end = start + size + 1
    if end + 4 > len(data):
        raise DataLossError(message=f"{name} is truncated: a block lies beyond its end.")
    if checksum(data[start:end]) != struct.unpack("<I", data[end : end + 4])[0]:
        raise DataLossError(
            message=f"{name} is damaged: the block at byte {start} has another checksum."
        )
    if data[end - 1] != _UNCOMPRESSED:
        raise UnimplementedError(
            message=f"{name} has compressed blocks, which checkpoints have not. Is it the table of "
            "another program?"
        )
    block = data[start : end - 1]
    (count,) = struct.unpack("<I", block[-4:])
    return block[: size - 4 * (count + 1)]


def _entries(block):
    """The pairs of a block."""
    pairs, key, at = [], b"", 0
    while at < len(block):
        shared, at = protobuf.read_varint(block, at)
        added, at = protobuf.read_varint(block, at)
        size, at = protobuf.read_varint(block, at)
        if shared > len(key) or at + added + size > len(block):
            raise ValueError("an entry lies beyond the end of its block.")
        key = key[:shared] + block[at : at + added]
        at += added
        pairs.append((key, block[at : at + size]))
        at += size
    return pairs
