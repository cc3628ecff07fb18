"""Framed records and their checksums, and serialized `Example`s, whose features become columns.

A record is its length (8 bytes, little endian), a checksum of these, the data, a checksum of it. A
checksum is a CRC-32C, rotated and shifted. An `Example` is a protocol buffer: a map from names to
lists of strings, floats or integers. Everything read from a buffer is checked against its end.

Reference: RFC 3720, appendix B.4; Kounavis and Berry, 2008, Novel table lookup-based algorithms for
high-performance CRC generation; Google, Protocol Buffers: Encoding.
"""

import numpy as np
from numpy import int64, uint32, uint64

from estikeras.kernels.abi import inline, loop, native

END, MORE, BAD_LENGTH, BAD_DATA = range(4)  # why `scan` stopped
FRAME = 16  # bytes of a record beside its data
# Kinds of features: the number of their list in the message. What `parse` counts where it cannot.
STRINGS, FLOATS, INTEGERS = 1, 2, 3
ABSENT, DAMAGED, WRONG = -1, -2, -10  # `WRONG - kind` where that kind was found

_ALL, _DELTA = uint64(0xFFFFFFFF), uint64(0xA282EAD8)
_LOW, _EIGHT, _SEVEN = uint64(0xFF), uint64(8), uint64(7)
_ROTATION, _REST = uint64(15), uint64(17)


def _tables():
    """Entry [k, b]: what a byte b does to the checksum when k bytes follow it."""
    first = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        first = np.where(first & 1, first >> 1 ^ np.uint32(0x82F63B78), first >> 1)
    tables = [first]
    for _ in range(7):
        tables.append(first[tables[-1] & 0xFF] ^ tables[-1] >> 8)
    return np.array(tables, np.uint64)


TABLES = _tables()


def _masked(value):
    value ^= _ALL
    return ((value >> _ROTATION | value << _REST & _ALL) + _DELTA) & _ALL


masked = inline(_masked)


def _by_tables(data, start, size):
    """The masked checksum of `size` bytes of data from `start` on, on any processor."""
    value, base = _ALL, native.at(data, start)
    for i in range(size // 8):
        word = native.uint64_at(base + 8 * i) ^ value
        value = uint64(0)
        for k in range(8):
            value ^= TABLES[7 - k, int64(word >> uint64(8 * k) & _LOW)]
    for i in range(start + size // 8 * 8, start + size):
        value = TABLES[0, int64((value ^ uint64(data[i])) & _LOW)] ^ value >> _EIGHT
    return masked(value)


def _by_instruction(data, start, size):
    """The same with the instruction that x86 processors have for it."""
    value, base = _ALL, native.at(data, start)
    for i in range(size // 8):
        value = native.crc32c_of_word(value, native.uint64_at(base + 8 * i))
    for i in range(start + size // 8 * 8, start + size):
        value = native.crc32c_of_byte(value, data[i])
    return masked(value)


checksum = inline(_by_tables)


@loop
def scan(data: "uint8[size]", starts: "int64[room]", lengths: "int64[room]", state: "int64[4]",
         size, room):  # fmt: skip
    """Where the data of each whole record lies that begins in `data`; `room` is at least
    size // FRAME.

    `state` becomes: the number of records, where the first one begins that was not taken, why it
    was not (END, MORE, BAD_LENGTH, BAD_DATA), and for MORE how many bytes it lacks at least.
    """
    at, count, why, lacking = 0, 0, END, 0
    while at < size:
        if size - at < 12:
            why, lacking = MORE, 12 - (size - at)
            break
        base = native.at(data, at)
        length = int64(native.uint64_at(base))
        if checksum(data, at, 8) != uint64(native.uint32_at(base + 8)) or length < 0:
            why = BAD_LENGTH
            break
        if length > size - at - FRAME:
            why, lacking = MORE, length - (size - at - FRAME)
            break
        if checksum(data, at + 12, length) != uint64(native.uint32_at(base + 12 + length)):
            why = BAD_DATA
            break
        starts[count], lengths[count] = at + 12, length
        count += 1
        at += FRAME + length
    state[0], state[1], state[2], state[3] = count, at, why, lacking


@loop
def frame(data: "uint8[size]", lengths: "int64[count]", framed: "uint8[room]", size, count, room):
    """Write `count` records, whose data stands one after the other; `room` is size plus FRAME for
    each.
    """
    start, at = 0, 0
    for i in range(count):
        length, base = lengths[i], native.at(framed, at)
        native.store(base, uint64(length))
        native.store(base + 8, uint32(checksum(framed, at, 8)))
        native.copy(base + 12, native.at(data, start), length)
        native.store(base + 12 + length, uint32(checksum(data, start, length)))
        start += length
        at += FRAME + length


_INSTRUCTION = {"checksum": inline(_by_instruction)}
scan_fast = scan.variant("instruction", **_INSTRUCTION)
frame_fast = frame.variant("instruction", **_INSTRUCTION)


@loop
def locate(
    objects, starts: "int64[rows]", ends: "int64[rows]", state: "int64[1]", rows,
    kind, kind_at, size_at, content_at,
):  # fmt: skip
    """Where the contents of Python's bytes begin and end.

    `objects` is the address of `rows` pointers to them. In each, `kind_at` bytes from its beginning
    lies its type, which must be `kind`, its size at `size_at`, and the content at `content_at`.
    `state` becomes the first row of another type, or -1.
    """
    state[0] = -1
    for i in range(rows):
        one = int64(native.uint64_at(objects + 8 * i))
        if int64(native.uint64_at(one + kind_at)) != kind:
            state[0] = i
            break
        starts[i] = one + content_at
        ends[i] = one + content_at + int64(native.uint64_at(one + size_at))


def _varint(at, end):
    """A number in groups of seven bits, and where it ends: -1 unless before `end`."""
    value, shift = uint64(0), uint64(0)
    while at < end and shift < uint64(64):
        byte = uint64(native.uint8_at(at))
        at += 1
        value |= (byte & uint64(127)) << shift
        if byte < uint64(128):
            return int64(value), at
        shift += _SEVEN
    return int64(0), int64(-1)


varint = inline(_varint)


def _field(at, end):
    """One field of a message: its key, where its content begins and where it ends: -1 unless before
    `end`.
    """
    key, start = varint(at, end)
    if start < 0:
        return key, start, start
    kind, stop = key & 7, int64(-1)
    if kind == 0:
        _, stop = varint(start, end)
    elif kind == 1:
        stop = start + 8
    elif kind == 5:
        stop = start + 4
    elif kind == 2:
        length, begin = varint(start, end)
        if begin >= 0 and 0 <= length <= end - begin:
            start, stop = begin, begin + length
    return key, start, (stop if stop <= end else int64(-1))


field = inline(_field)


def _floats(at, end, address, room):
    """How many floats a list holds, or DAMAGED; the first `room` of them go to `address`."""
    count = int64(0)
    while at < end:
        key, start, stop = field(at, end)
        if stop < 0 or (stop - start) & 3:
            return int64(DAMAGED)
        if key == 10 or key == 13:  # packed, or one by itself
            size = (stop - start) // 4
            taken = max(0, min(size, room - count))
            native.copy(address + 4 * count, start, 4 * taken)
            count += size
        at = stop
    return count


def _integers(at, end, address, room):
    """How many integers a list holds, or DAMAGED; the first `room` of them go to `address`."""
    count = int64(0)
    while at < end:
        key, start, stop = field(at, end)
        if stop < 0:
            return int64(DAMAGED)
        if key == 10 or key == 8:
            while start < stop:
                value, start = varint(start, stop)
                if start < 0:
                    return int64(DAMAGED)
                if count < room:
                    native.store(address + 8 * count, value)
                count += 1
        at = stop
    return count


def _strings(at, end, address, room):
    """How many strings a list holds, or DAMAGED; where the first `room` of them lie, and their
    sizes, goes to `address`.
    """
    count = int64(0)
    while at < end:
        key, start, stop = field(at, end)
        if stop < 0:
            return int64(DAMAGED)
        if key == 10:
            if count < room:
                native.store(address + 16 * count, start)
                native.store(address + 16 * count + 8, stop - start)
            count += 1
        at = stop
    return count


floats, integers, strings = inline(_floats), inline(_integers), inline(_strings)


def _feature(at, end, kind, address, place, room):
    """How many values a feature holds, ABSENT when it is of no kind, else a reason why it is not
    read.
    """
    total = int64(ABSENT)
    while at < end:
        key, start, stop = field(at, end)
        if stop < 0:
            return int64(DAMAGED)
        at = stop
        if key == 10 or key == 18 or key == 26:
            if key >> 3 != kind:
                return WRONG - (key >> 3)
            done = max(total, 0)
            left = max(room - done, 0)
            if kind == FLOATS:
                count = floats(start, stop, address + 4 * (place + done), left)
            elif kind == INTEGERS:
                count = integers(start, stop, address + 8 * (place + done), left)
            else:
                count = strings(start, stop, address + 16 * (place + done), left)
            if count < 0:
                return count
            total = done + count
    return total


feature = inline(_feature)


def _same(at, names, start, size):
    i = 0
    while i < size and native.uint8_at(at + i) == names[start + i]:
        i += 1
    return i == size


same = inline(_same)


@loop(split="rows")
def parse(
    starts: "int64[rows]", ends: "int64[rows]", names: "uint8[letters]",
    features: "int64[number, 5]", places: "int64[rows, number]", counts: "int64[rows, number]",
    rows, letters, number,
):  # fmt: skip
    """Read the features of examples; row i lies in memory from starts[i] up to ends[i].

    A row of `features`: where the name begins in `names`, its length, the kind, the address of a
    column (float32, int64, or for strings pairs of address and size), and how many values a row may
    write. `places`: at which element of the column they go. `counts` becomes how many values there
    are, or ABSENT, DAMAGED, WRONG - kind. Of entries with the same name the last one counts.
    """
    for row in range(rows):
        for f in range(number):
            counts[row, f] = ABSENT
        at, end, expected, damaged = starts[row], ends[row], 0, False
        while at < end:
            key, entry, message_end = field(at, end)
            if message_end < 0:
                damaged = True
                break
            at = message_end
            while key == 10 and entry < message_end:
                entry_key, part, entry_end = field(entry, message_end)
                if entry_end < 0:
                    damaged = True
                    break
                entry = entry_end
                name = name_end = value = value_end = int64(0)
                while entry_key == 10 and part < entry_end:
                    part_key, start, stop = field(part, entry_end)
                    if stop < 0:
                        damaged = True
                        break
                    if part_key == 10:
                        name, name_end = start, stop
                    elif part_key == 18:
                        value, value_end = start, stop
                    part = stop
                # Features come in the same order in most examples.
                for step in range(number):
                    f = expected + step
                    f -= number if f >= number else 0
                    length = features[f, 1]
                    if name_end - name == length and same(name, names, features[f, 0], length):
                        counts[row, f] = feature(
                            value, value_end, features[f, 2], features[f, 3],
                            places[row, f], features[f, 4],
                        )  # fmt: skip
                        expected = f + 1 if f + 1 < number else 0
                        break
        if damaged:
            for f in range(number):
                counts[row, f] = DAMAGED
