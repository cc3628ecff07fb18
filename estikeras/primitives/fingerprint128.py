"""FarmHash's 128-bit fingerprint of a byte string, in plain ints: names of examples are short.

Reference: Google, FarmHash 1.1, `farmhashcc::Fingerprint128`.
"""

import functools

_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_MULTIPLIER = 0x9DDFEA08EB382D69
_MASK = (1 << 64) - 1


@functools.lru_cache(maxsize=1 << 17)
def fingerprint128(string):
    """The fingerprint as two ints below 2**64, the lower half first.

    Args:
        string: bytes.
    """
    if len(string) >= 16:
        return _seeded(string[16:], _word(string, 0), (_word(string, 8) + _K0) & _MASK)
    return _seeded(string, _K0, _K1)


def _word(s, at):
    return int.from_bytes(s[at : at + 8], "little")


def _rotated(x, bits):
    return ((x >> bits) | (x << (64 - bits))) & _MASK


def _mixed(x):
    return x ^ (x >> 47)


def _hash16(u, v, multiplier=_MULTIPLIER):
    a = _mixed(((u ^ v) * multiplier) & _MASK)
    return _mixed(((v ^ a) * multiplier) & _MASK) * multiplier & _MASK


def _hash_short(s):
    size = len(s)
    if size >= 8:
        multiplier = (_K2 + 2 * size) & _MASK
        a, b = (_word(s, 0) + _K2) & _MASK, _word(s, size - 8)
        c = (_rotated(b, 37) * multiplier + a) & _MASK
        return _hash16(c, (_rotated(a, 25) + b) * multiplier & _MASK, multiplier)
    if size >= 4:
        first, last = (int.from_bytes(half, "little") for half in (s[:4], s[-4:]))
        return _hash16((size + (first << 3)) & _MASK, last, (_K2 + 2 * size) & _MASK)
    if size:
        y, z = s[0] + (s[size >> 1] << 8), size + (s[-1] << 2)
        return _mixed((y * _K2 & _MASK) ^ (z * _K0 & _MASK)) * _K2 & _MASK
    return _K2


def _seeded(s, low, high):
    return _long(s, low, high) if len(s) >= 128 else _medium(s, low, high)


def _medium(s, a, b):
    size, c, d = len(s), 0, 0
    if size <= 16:
        a = _mixed(a * _K1 & _MASK) * _K1 & _MASK
        c = (b * _K1 + _hash_short(s)) & _MASK
        d = _mixed((a + (_word(s, 0) if size >= 8 else c)) & _MASK)
    else:
        c = _hash16((_word(s, size - 8) + _K1) & _MASK, a)
        d = _hash16((b + size) & _MASK, (c + _word(s, size - 16)) & _MASK)
        a = (a + d) & _MASK
        for at in range(0, size - 16, 16):
            a = (a ^ _mixed(_word(s, at) * _K1 & _MASK) * _K1 & _MASK) * _K1 & _MASK
            b ^= a
            c = (c ^ _mixed(_word(s, at + 8) * _K1 & _MASK) * _K1 & _MASK) * _K1 & _MASK
            d ^= c
    a, b = _hash16(a, c), _hash16(d, b)
    return a ^ b, _hash16(b, a)


def _block_of_32(s, at, a, b):
    w, x, y, z = (_word(s, at + i) for i in (0, 8, 16, 24))
    a = (a + w) & _MASK
    b = _rotated((b + a + z) & _MASK, 21)
    first, a = a, (a + x + y) & _MASK
    b = (b + _rotated(a, 44)) & _MASK
    return (a + z) & _MASK, (b + first) & _MASK


def _long(s, x, y):
    z = len(s) * _K1 & _MASK
    v0 = (_rotated(y ^ _K1, 49) * _K1 + _word(s, 0)) & _MASK
    v1 = (_rotated(v0, 42) * _K1 + _word(s, 8)) & _MASK
    w0 = (_rotated((y + z) & _MASK, 35) * _K1 + x) & _MASK
    w1 = _rotated((x + _word(s, 88)) & _MASK, 53) * _K1 & _MASK
    whole = len(s) // 128 * 128
    for at in range(0, whole, 64):
        x = _rotated((x + y + v0 + _word(s, at + 8)) & _MASK, 37) * _K1 & _MASK
        y = _rotated((y + v1 + _word(s, at + 48)) & _MASK, 42) * _K1 & _MASK
        x, y = x ^ w1, (y + v0 + _word(s, at + 40)) & _MASK
        z = _rotated((z + w0) & _MASK, 33) * _K1 & _MASK
        v0, v1 = _block_of_32(s, at, v1 * _K1 & _MASK, (x + w0) & _MASK)
        w0, w1 = _block_of_32(s, at + 32, (z + w1) & _MASK, (y + _word(s, at + 16)) & _MASK)
        z, x = x, z
    x = (x + _rotated((v0 + z) & _MASK, 49) * _K0) & _MASK
    y = (y * _K0 + _rotated(w1, 37)) & _MASK
    z = (z * _K0 + _rotated(w0, 27)) & _MASK
    w0, v0 = w0 * 9 & _MASK, v0 * _K0 & _MASK
    for at in range(len(s) - 32, whole - 32, -32):
        y = (_rotated((x + y) & _MASK, 42) * _K0 + v1) & _MASK
        w0 = (w0 + _word(s, at + 16)) & _MASK
        x = (x * _K0 + w0) & _MASK
        z = (z + w1 + _word(s, at)) & _MASK
        w1 = (w1 + v0) & _MASK
        v0, v1 = _block_of_32(s, at, (v0 + z) & _MASK, v1)
        v0 = v0 * _K0 & _MASK
    x, y = _hash16(x, v0), _hash16((y + z) & _MASK, w0)
    return (_hash16((x + v1) & _MASK, w1) + y) & _MASK, _hash16((x + w1) & _MASK, (y + v1) & _MASK)
