"""Hashes of byte strings, a block of them at once: FarmHash's 64-bit fingerprint, SipHash-2-4 and
MurmurHash64A. NumPy only; the primitives that use them are in `hashing.py`.

All arithmetic is modulo 2**64. A block of strings lies in one buffer, and what is computed for one
string is computed for all strings of its length class.
"""

import numpy as np

_PADDING = 8  # bytes before and after the strings, so that reads of a word never leave the buffer
_WORD = np.dtype("<u8")
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_MURMUR = 0xC6A4A7935BD1E995
_MASK = (1 << 64) - 1


class Block:
    """Byte strings one after the other, with the words that begin at any of their bytes.

    Args:
        strings: list of bytes.
    """

    def __init__(self, strings):
        padding = b"\0" * _PADDING
        self.buffer = b"".join((padding, *strings, padding))
        self.lengths = np.fromiter(map(len, strings), np.int64, len(strings))
        self.starts = np.cumsum(self.lengths) - self.lengths + _PADDING
        self.bytes = np.frombuffer(self.buffer, np.uint8)
        self._words = np.ndarray(len(self.buffer) - 7, _WORD, self.buffer, strides=(1,))
        self._halves = np.ndarray(len(self.buffer) - 3, "<u4", self.buffer, strides=(1,))

    def word(self, at):
        """The words of 8 bytes that begin at these bytes, uint64."""
        return self._words[at]

    def half(self, at):
        """The words of 4 bytes that begin at these bytes, as uint64."""
        return self._halves[at].astype(np.uint64)

    def tail(self, at, length):
        """The last `length` (0 to 7) bytes of strings that end at `at`, as uint64."""
        unused = (8 - length).astype(np.uint64) * np.uint64(8)
        # A shift by 64 is undefined, so it is done in two steps.
        half = unused >> np.uint64(1)
        return (self.word(at - 8) >> half) >> (unused - half)


def fingerprint(strings):
    """FarmHash's Fingerprint64 of each string, (strings,) uint64.

    Args:
        strings: list of bytes.

    Reference: Google, FarmHash 1.1, `farmhashna::Hash64`.
    """
    block = Block(strings)
    out = np.empty(len(strings), np.uint64)
    limits = (1, 4, 8, 17, 33, 65)
    kinds = np.searchsorted(limits, block.lengths, side="right")
    for kind in np.unique(kinds).tolist():
        rows = np.flatnonzero(kinds == kind)
        out[rows] = _FARM[kind](block, block.starts[rows], block.lengths[rows])
    return out


def sip_hash(strings, key):
    """SipHash-2-4 of each string, (strings,) uint64.

    Args:
        strings: list of bytes.
        key: pair of ints below 2**64.

    Reference: J.-P. Aumasson, D. J. Bernstein, 2012, "SipHash: a fast short-input PRF", section 2.
    """
    block = Block(strings)
    k0, k1 = (np.uint64(k & _MASK) for k in key)
    initial = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
    keys = (k0, k1, k0, k1)
    v = [np.full(len(strings), np.uint64(c) ^ k) for c, k in zip(initial, keys, strict=True)]
    words = block.lengths // 8
    rows = np.argsort(-words, kind="stable")  # longest first: those with a word left lead
    left = words[rows]
    state = [part[rows] for part in v]
    starts = block.starts[rows]
    for i in range(int(left[0]) if len(left) else 0):
        active = int(np.searchsorted(-left, -i, side="left"))
        parts = [part[:active] for part in state]
        _absorb(parts, block.word(starts[:active] + 8 * i))
        for part, new in zip(state, parts, strict=True):
            part[:active] = new
    lengths = block.lengths[rows]
    tail = block.tail(starts + lengths, lengths % 8)
    _absorb(state, tail | (lengths.astype(np.uint64) << np.uint64(56)))
    state[2] = state[2] ^ np.uint64(0xFF)
    for _ in range(4):
        _sip_round(state)
    out = np.empty(len(strings), np.uint64)
    out[rows] = state[0] ^ state[1] ^ state[2] ^ state[3]
    return out


def murmur(strings, seed=0xDECAFCAFFE):
    """MurmurHash64A of each string, (strings,) uint64.

    Args:
        strings: list of bytes.
        seed: int below 2**64.

    Reference: A. Appleby, 2008, MurmurHash2, 64-bit version.
    """
    block = Block(strings)
    m, r = np.uint64(_MURMUR), np.uint64(47)
    h = np.uint64(seed) ^ (block.lengths.astype(np.uint64) * m)
    words = block.lengths // 8
    for i in range(int(words.max(initial=0))):
        rows = np.flatnonzero(words > i)
        k = block.word(block.starts[rows] + 8 * i) * m
        h[rows] = (h[rows] ^ ((k ^ (k >> r)) * m)) * m
    rest = block.lengths % 8
    with_tail = (h ^ block.tail(block.starts + block.lengths, rest)) * m
    h = np.where(rest > 0, with_tail, h)
    h = (h ^ (h >> r)) * m
    return h ^ (h >> r)


def combine(first, second):
    """The fingerprint of two fingerprints, uint64, as crossed features are hashed."""
    m = np.uint64(_MURMUR)
    mixed = (first ^ m ^ (_shift_mix(second * m) * m)) * m
    return _shift_mix(_shift_mix(mixed) * m)


def _rotate(x, bits):
    return (x >> np.uint64(bits)) | (x << np.uint64(64 - bits))


def _shift_mix(x):
    return x ^ (x >> np.uint64(47))


def _pair(u, v, factor):
    a = _shift_mix((u ^ v) * factor)
    return _shift_mix((v ^ a) * factor) * factor


def _factor(lengths):
    return np.uint64(_K2) + lengths.astype(np.uint64) * np.uint64(2)


def _farm_0(block, starts, lengths):
    return np.full(len(starts), np.uint64(_K2))


def _farm_3(block, starts, lengths):
    a, b, c = (
        block.bytes[at].astype(np.uint64)
        for at in (starts, starts + (lengths >> 1), starts + lengths - 1)
    )
    y = a + (b << np.uint64(8))
    z = lengths.astype(np.uint64) + (c << np.uint64(2))
    return _shift_mix((y * np.uint64(_K2)) ^ (z * np.uint64(_K0))) * np.uint64(_K2)


def _farm_7(block, starts, lengths):
    first = lengths.astype(np.uint64) + (block.half(starts) << np.uint64(3))
    return _pair(first, block.half(starts + lengths - 4), _factor(lengths))


def _farm_16(block, starts, lengths):
    factor = _factor(lengths)
    a = block.word(starts) + np.uint64(_K2)
    b = block.word(starts + lengths - 8)
    c = _rotate(b, 37) * factor + a
    d = (_rotate(a, 25) + b) * factor
    return _pair(c, d, factor)


def _farm_32(block, starts, lengths):
    factor, ends = _factor(lengths), starts + lengths
    a = block.word(starts) * np.uint64(_K1)
    b = block.word(starts + 8)
    c = block.word(ends - 8) * factor
    d = block.word(ends - 16) * np.uint64(_K2)
    u = _rotate(a + b, 43) + _rotate(c, 30) + d
    return _pair(u, a + _rotate(b + np.uint64(_K2), 18) + c, factor)


def _farm_64(block, starts, lengths):
    factor, ends = _factor(lengths), starts + lengths
    a = block.word(starts) * np.uint64(_K2)
    b = block.word(starts + 8)
    c = block.word(ends - 8) * factor
    d = block.word(ends - 16) * np.uint64(_K2)
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _pair(y, a + _rotate(b + np.uint64(_K2), 18) + c, factor)
    e = block.word(starts + 16) * factor
    f = block.word(starts + 24)
    g = (y + block.word(ends - 32)) * factor
    h = (z + block.word(ends - 24)) * factor
    return _pair(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, factor)


def _farm_long(block, starts, lengths):
    k1, k2 = np.uint64(_K1), np.uint64(_K2)
    count, whole = len(starts), (lengths - 1) // 64
    seed_y = (81 * _K1 + 113) & _MASK
    seed_z = np.full(1, (seed_y * _K2 + 113) & _MASK, np.uint64)
    state = np.zeros((7, count), np.uint64)  # x, y, z, v and w, each of a string a column
    state[0] = np.uint64((81 * _K2) & _MASK) + block.word(starts)
    state[1], state[2] = np.uint64(seed_y), _shift_mix(seed_z) * k2
    for i in range(int(whole.max())):
        rows = np.flatnonzero(whole > i)
        at = starts[rows] + 64 * i
        state[:, rows] = _farm_round(block, at, state[:, rows], k1, 1)
    x, y, z, v0, v1, w0, w1 = state
    factor = k1 + ((z & np.uint64(0xFF)) << np.uint64(1))
    w0 = w0 + ((lengths - 1) & 63).astype(np.uint64)
    v0 = v0 + w0
    w0 = w0 + v0
    last = (x, y, z, v0, v1, w0, w1)
    x, y, z, v0, v1, w0, w1 = _farm_round(block, starts + lengths - 64, last, factor, 9)
    first = _pair(v0, w0, factor) + _shift_mix(y) * np.uint64(_K0) + z
    return _pair(first, _pair(v1, w1, factor) + x, factor)


def _farm_round(block, at, state, factor, weight):
    x, y, z, v0, v1, w0, w1 = state
    weight = np.uint64(weight)
    x = _rotate(x + y + v0 + block.word(at + 8), 37) * factor
    y = _rotate(y + v1 + block.word(at + 48), 42) * factor
    x = x ^ (w1 * weight)
    y = y + v0 * weight + block.word(at + 40)
    z = _rotate(z + w0, 33) * factor
    v0, v1 = _weak(block, at, v1 * factor, x + w0)
    w0, w1 = _weak(block, at + 32, z + w1, y + block.word(at + 16))
    return np.stack([z, y, x, v0, v1, w0, w1])


def _weak(block, at, a, b):
    w, x, y, z = (block.word(at + 8 * i) for i in range(4))
    a = a + w
    b = _rotate(b + a + z, 21)
    c = a
    a = a + x + y
    return a + z, b + _rotate(a, 44) + c


_FARM = (_farm_0, _farm_3, _farm_7, _farm_16, _farm_32, _farm_64, _farm_long)


def _absorb(v, word):
    v[3] = v[3] ^ word
    _sip_round(v)
    _sip_round(v)
    v[0] = v[0] ^ word


def _sip_round(v):
    v0, v1, v2, v3 = v
    v0, v2 = v0 + v1, v2 + v3
    v1, v3 = _rotate(v1, 51) ^ v0, _rotate(v3, 48) ^ v2
    v0 = _rotate(v0, 32)
    v2, v0 = v2 + v1, v0 + v3
    v1, v3 = _rotate(v1, 47) ^ v2, _rotate(v3, 43) ^ v0
    v[:] = v0, v1, _rotate(v2, 32), v3
