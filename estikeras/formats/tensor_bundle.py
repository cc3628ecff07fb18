"""Tensor bundles: arrays by name in the files of TensorFlow's checkpoints.

`PREFIX.index` is a sorted table with the dtype, the shape, the place and the checksum of each
tensor, `PREFIX.data-00000-of-00001` has the tensors' bytes, one after the other. A bundle may have
several such shards; one is written.

A string tensor is the varint length of each string, a checksum of the lengths, and the strings.

Checksums are computed by a function that is passed in: this room knows no native loops.
"""

import collections
import math
import struct
from pathlib import Path

import numpy as np

from estikeras.formats import atomic, protobuf, sorted_table, tensor_proto
from estikeras.op_errors import (
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
    UnimplementedError,
)

_HEADER = b""  # the key of the bundle's own description, before all names
# The keys of slices begin so, then comes the tensor's name, and its end.
_SLICE, _END_OF_NAME = b"\0", b"\0\1"
_LITTLE_ENDIAN = 0
_VERSION = 1

Entry = collections.namedtuple("Entry", "dtype shape shard offset size checksum slices")
Entry.__doc__ = """What an index says of a tensor; `dtype` is NumPy's, object for strings, None for
what only the program that wrote it understands. `slices` is empty for a whole tensor; else it has
for each part a pair of start and size for each axis, a size of -1 for all of the axis.
"""


def write(prefix, tensors, checksum):
    """Write a bundle. Files of the same name are replaced when all is written, the index last.

    Args:
        prefix: path of the files without their endings; its folder must exist.
        tensors: iterable of pairs of a name and an array of numbers, booleans, or bytes (dtype
            object). Each array is asked for once, so that a generator need not hold all.
        checksum: function that gives the masked CRC-32C of bytes or of a flat uint8 array.

    Raises:
        OSError: if the files cannot be written; what was there is kept.
        InvalidArgumentError: for a name that comes twice or is empty, or a dtype the format has
            not.
    """
    prefix = str(prefix)
    header = [(1, 1), (3, protobuf.encode([(1, _VERSION)]))]
    pairs = {_HEADER: protobuf.encode(header)}
    offset = 0
    with (
        atomic.replacing(f"{prefix}.index") as index,
        atomic.replacing(_shard(prefix, 0, 1)) as shard,
    ):
        with shard.open("wb") as file:
            for name, array in tensors:
                key, array = str(name).encode(), np.asarray(array)
                number = _number(name, array)
                if key in pairs:
                    raise InvalidArgumentError(
                        message=f"Tensors of a checkpoint need names that differ, got {name!r} "
                        "twice."
                        if key
                        else "Tensors of a checkpoint need names, got an empty one."
                    )
                content, crc = _content(array, checksum)
                file.write(content)
                pairs[key] = _encode_entry(number, array.shape, offset, len(content), crc)
                offset += len(content)
        index.write_bytes(sorted_table.encode(sorted(pairs.items()), checksum))


def exists(prefix):
    """Whether there is a bundle, by its index."""
    return Path(f"{prefix}.index").is_file()


def files(prefix):
    """The paths of a bundle's files, the index first: removing them in this order never leaves an
    index without its data.
    """
    prefix = Path(prefix)
    shards = prefix.parent.glob(f"{_literal(prefix.name)}.data-?????-of-?????")
    return [path for path in (Path(f"{prefix}.index"), *sorted(shards)) if path.exists()]


class Reader:
    """A bundle whose index was read.

    Args:
        prefix: path of the files without their endings.
        checksum: function that gives the masked CRC-32C of bytes or of a flat uint8 array.

    Attributes:
        entries: dict from the tensors' names, sorted, to their `Entry`.

    Raises:
        NotFoundError: if there is no such bundle.
        DataLossError: if the index is truncated or damaged.
        UnimplementedError: for a bundle in another byte order, or of a later version.
    """

    def __init__(self, prefix, checksum):
        self.prefix, self._checksum = str(prefix), checksum
        self._index = f"{self.prefix}.index"
        try:
            data = Path(self._index).read_bytes()
        except FileNotFoundError:
            there = sorted(path.stem for path in Path(self._index).parent.glob("*.index"))
            others = f" Those in its folder are {', '.join(there[-5:])}." if there else ""
            raise NotFoundError(
                message=f"There is no checkpoint {self.prefix}: {self._index} does not exist."
                f"{others}"
            ) from None
        pairs = sorted_table.decode(data, checksum, self._index)
        if not pairs or pairs[0][0] != _HEADER:
            raise DataLossError(message=f"{self._index} lacks the description of the bundle.")
        self._shards = self._header(pairs[0][1])
        entries = {key: self._entry(key, value) for key, value in pairs[1:]}
        self.entries = {
            key.decode("utf-8", "surrogateescape"): entry
            for key, entry in entries.items()
            if not key.startswith(_SLICE)
        }
        self._parts = {key: entry for key, entry in entries.items() if key.startswith(_SLICE)}

    def read(self, name):
        """A tensor.

        Args:
            name: one of `entries`.

        Returns:
            Array; of bytes (dtype object) for strings.

        Raises:
            NotFoundError: if there is no such tensor.
            DataLossError: if its bytes are truncated or damaged.
            UnimplementedError: if it is of an unknown dtype.
        """
        entry = self.entries.get(name)
        if entry is None:
            raise NotFoundError(message=f"Key {name} not found in checkpoint {self.prefix}.")
        if entry.dtype is None:
            raise UnimplementedError(
                message=f"{name!r} in {self.prefix} is of a dtype that only the program that wrote "
                "it understands, such as the state of an iterator."
            )
        return self._joined(name, entry) if entry.slices else self._whole(name, entry)

    def _joined(self, name, entry):
        """A tensor that is stored in slices, as partitioned variables are."""
        # The names of slices are sorted as the slices are: by start and size of each axis.
        begin = _SLICE + name.encode("utf-8", "surrogateescape") + _END_OF_NAME
        parts = [part for key, part in self._parts.items() if key.startswith(begin)]
        array, covered = np.empty(entry.shape, entry.dtype), 0
        fitting = len(parts) == len(entry.slices)
        for ranges, part in zip(sorted(entry.slices), parts, strict=False):
            place = tuple(slice(a, None if n < 0 else a + n) for a, n in ranges)
            fitting = fitting and array[place].shape == part.shape and part.dtype == entry.dtype
            if fitting:
                array[place] = self._whole(name, part)
                covered += math.prod(part.shape)
        if not fitting or covered != array.size:
            raise DataLossError(
                message=f"{self._index} is damaged: the slices of {name!r} are not all of it."
            )
        return array

    def _whole(self, name, entry):
        path = _shard(self.prefix, entry.shard, self._shards)
        data = _read(path, entry, name)
        if entry.dtype == object:
            return _strings(data, entry, f"{name!r} in {path}", self._checksum)
        if self._checksum(data) != entry.checksum:
            raise _damaged(f"{name!r} in {path}")
        if entry.size != math.prod(entry.shape) * entry.dtype.itemsize:
            raise DataLossError(
                message=f"{self._index} is damaged: {name!r} of shape {entry.shape} and dtype "
                f"{entry.dtype} cannot have {entry.size} bytes."
            )
        return data.view(entry.dtype).reshape(entry.shape)

    def _header(self, value):
        fields = self._fields(value, "the description of the bundle")
        if fields.get(2, [_LITTLE_ENDIAN])[-1] != _LITTLE_ENDIAN:
            raise UnimplementedError(
                message=f"{self._index} was written on a machine with another byte order."
            )
        version = self._fields(fields.get(3, [b""])[-1], "its version")
        needed = version.get(2, [0])[-1]
        if needed > _VERSION:
            raise UnimplementedError(
                message=f"{self._index} has version {needed} of the format, known is {_VERSION}."
            )
        return fields.get(1, [0])[-1]

    def _entry(self, key, value):
        name = key.decode("utf-8", "replace")
        fields = self._fields(value, repr(name))
        number = fields.get(1, [0])[-1]
        shape = []
        for size in self._fields(fields.get(2, [b""])[-1], repr(name)).get(2, ()):
            shape.append(self._fields(size, repr(name)).get(1, [0])[-1])
        (crc,) = struct.unpack("<I", fields.get(6, [bytes(4)])[-1])
        numbers = (fields.get(field, [0])[-1] for field in (3, 4, 5))
        slices = tuple(self._ranges(part, repr(name)) for part in fields.get(7, ()))
        return Entry(tensor_proto.DTYPES.get(number), tuple(shape), *numbers, crc, slices)

    def _ranges(self, data, what):
        """Start and size of a slice in each axis."""
        extents = (self._fields(part, what) for part in self._fields(data, what).get(1, ()))
        return tuple((e.get(1, [0])[-1], e.get(2, [-1])[-1]) for e in extents)

    def _fields(self, data, what):
        try:
            return protobuf.decode(data)
        except (ValueError, TypeError):
            raise DataLossError(
                message=f"{self._index} is damaged: {what} cannot be read."
            ) from None


def _shard(prefix, index, count):
    return f"{prefix}.data-{index:05d}-of-{count:05d}"


def _literal(name):
    """A pattern that only this name matches."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _number(name, array):
    try:
        return tensor_proto.NUMBERS[array.dtype]
    except KeyError:
        raise InvalidArgumentError(
            message=f"{name!r}: checkpoints hold no arrays of dtype {array.dtype}. Strings are "
            "object arrays of bytes."
        ) from None


def _encode_entry(number, shape, offset, size, crc):
    # The checksum is the last field, and the only one of four bytes that is no float.
    sizes = [(2, protobuf.encode([(1, size or None)])) for size in shape]
    fields = [(1, number), (2, protobuf.encode(sizes)), (4, offset or None), (5, size)]
    return protobuf.encode(fields) + struct.pack("<BI", 6 << 3 | 5, crc)


def _content(array, checksum):
    """The bytes of a tensor, and their checksum."""
    if array.dtype != object:
        flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        return flat, checksum(flat)
    texts = array.reshape(-1).tolist()
    lengths = [len(text) for text in texts]
    head = b"".join(protobuf.varint(length) for length in lengths)
    numbers = _numbers_in_checksum(lengths)
    tail = struct.pack("<I", checksum(numbers)) + b"".join(texts)
    return head + tail, checksum(numbers + tail)


def _numbers_in_checksum(lengths):
    """Lengths as checksums take them: four bytes each, or eight where four are too few."""
    return b"".join(struct.pack("<I" if n < 1 << 32 else "<Q", n) for n in lengths)


def _strings(data, entry, what, checksum):
    """The strings in the bytes of a tensor."""
    data, lengths, at = data.tobytes(), [], 0
    try:
        for _ in range(math.prod(entry.shape)):
            length, at = protobuf.read_varint(data, at)
            lengths.append(length)
    except ValueError:
        raise _damaged(what) from None
    numbers = _numbers_in_checksum(lengths)
    wrong = struct.pack("<I", checksum(numbers)) != data[at : at + 4]
    if wrong or at + 4 + sum(lengths) != len(data):
        raise _damaged(what)
    if checksum(numbers + data[at:]) != entry.checksum:
        raise _damaged(what)
    out, at = np.empty(len(lengths), object), at + 4
    for index, length in enumerate(lengths):
        out[index] = data[at : at + length]
        at += length
    return out.reshape(entry.shape)


def _read(path, entry, name):
    """The bytes of a tensor as a flat array."""
    try:
        with Path(path).open("rb") as file:
            there = file.seek(0, 2)
            if there >= entry.offset + entry.size:  # before memory for it is asked for
                data = np.empty(entry.size, np.uint8)
                file.seek(entry.offset)
                if file.readinto(data) == entry.size:
                    return data
    except FileNotFoundError:
        raise NotFoundError(
            message=f"The checkpoint lacks a file: {path}, which {name!r} lies in."
        ) from None
    raise DataLossError(
        message=f"{path} is truncated: {name!r} needs {entry.size} bytes from byte {entry.offset} "
        f"on, the file has {there}."
    )


def _damaged(what):
    return DataLossError(message=f"{what} is damaged: its bytes have another checksum.")
