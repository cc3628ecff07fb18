"""Scanning and framing records, by tables and by the processor's instruction, against Python."""

import numpy as np
import pytest

from estikeras.formats import tfrecord
from estikeras.kernels import compiler, direct, records

SIZES = (0, 1, 7, 8, 9, 16, 100, 3001)
SCANS = [records.scan, records.scan_fast]
FRAMES = [records.frame, records.frame_fast]


def needs(loop):
    if loop.name.endswith("instruction") and not compiler.has("sse4.2"):
        pytest.skip("this processor has no instruction for CRC-32C")


def contents():
    rng = np.random.default_rng(3)
    return [rng.bytes(size) for size in SIZES]


def scanned(loop, data):
    needs(loop)
    room = len(data) // records.FRAME
    starts, lengths = np.zeros((2, room), np.int64)
    state = np.zeros(4, np.int64)
    direct.call(loop, {}, np.frombuffer(data, np.uint8), starts, lengths, state, len(data), room)
    count = state[0]
    found = zip(starts[:count].tolist(), lengths[:count].tolist(), strict=True)
    return [data[start : start + length] for start, length in found], tuple(state[1:].tolist())


@pytest.mark.parametrize("loop", SCANS, ids=lambda loop: loop.name)
def test_whole_records_are_found(loop):
    data = b"".join(map(tfrecord.frame, contents()))
    assert scanned(loop, data) == (contents(), (len(data), records.END, 0))


@pytest.mark.parametrize("loop", SCANS, ids=lambda loop: loop.name)
def test_a_part_of_a_record_is_left_and_what_it_lacks_is_told(loop):
    first, second = tfrecord.frame(b"abc"), tfrecord.frame(b"defgh")
    for cut in range(1, len(second)):
        found, (at, why, lacking) = scanned(loop, first + second[:cut])
        assert (found, at, why) == ([b"abc"], len(first), records.MORE)
        assert lacking == (12 - cut if cut < 12 else len(second) - cut)


@pytest.mark.parametrize("loop", SCANS, ids=lambda loop: loop.name)
def test_every_flipped_bit_is_found(loop):
    first, second = tfrecord.frame(b"abc"), tfrecord.frame(bytes(range(40)))
    for bit in range(8 * len(second)):
        damaged = bytearray(second)
        damaged[bit // 8] ^= 1 << bit % 8
        found, (at, why, _) = scanned(loop, first + bytes(damaged))
        assert (found, at) == ([b"abc"], len(first))
        assert why == (records.BAD_LENGTH if bit < 96 else records.BAD_DATA)


@pytest.mark.parametrize("loop", FRAMES, ids=lambda loop: loop.name)
def test_frames_are_those_of_the_format(loop):
    needs(loop)
    parts = contents()
    data = np.frombuffer(b"".join(parts), np.uint8)
    wanted = b"".join(map(tfrecord.frame, parts))
    framed = np.empty(len(wanted), np.uint8)
    lengths = np.array(SIZES)
    direct.call(loop, {}, data, lengths, framed, len(data), len(lengths), len(framed))
    assert framed.tobytes() == wanted


def test_a_direct_call_refuses_arrays_that_are_not_as_declared():
    with pytest.raises(TypeError, match="takes 6 arguments, got 1"):
        direct.call(records.scan, {}, 1)
    state, room = np.zeros(4, np.int32), np.zeros(1, np.int64)
    with pytest.raises(TypeError, match="state must be a contiguous int64 array"):
        direct.call(records.scan, {}, np.zeros(4, np.uint8), room, room, state, 4, 0)
