"""Random arrays by Philox4x32-10: element i is a function of the key and i, so threads share
nothing.

The layout of keys, counters and words is that of `estikeras.primitives.random`, which this follows;
normal numbers are computed in float32 and may differ from it in the last bits.

Reference: Salmon, Moraes, Dror and Shaw, 2011, Parallel random numbers: as easy as 1, 2, 3; Box and
Muller, 1958, A note on the generation of random normal deviates.
"""

import math

from numpy import float32, int64, uint32, uint64

from estikeras.kernels.abi import inline, kernel, loop, native, number
from estikeras.kernels.mathematics import log32

MASK, HALF, BYTE = uint64(0xFFFFFFFF), uint64(32), uint64(8)
FIRST, SECOND = uint64(0xD2511F53), uint64(0xCD9E8D57)
FIRST_KEY, SECOND_KEY = uint64(0x9E3779B9), uint64(0xBB67AE85)


def _words(key, block):
    """The four words of a block of stream 0, in uint64."""
    c0, c1 = block & MASK, block >> HALF
    c2, c3 = uint64(0), uint64(0)
    k0, k1 = uint64(key[0]), uint64(key[1])
    for _ in range(10):
        a, b = FIRST * c0, SECOND * c2
        c0, c1, c2, c3 = (b >> HALF) ^ c1 ^ k0, b & MASK, (a >> HALF) ^ c3 ^ k1, a & MASK
        k0, k1 = (k0 + FIRST_KEY) & MASK, (k1 + SECOND_KEY) & MASK
    return c0, c1, c2, c3


def _bits(word, low, width):
    return uint32(word)


def _uniform(word, low, width):
    return float32(int64(word >> BYTE)) * float32(2.0**-24)


def _bernoulli(word, low, width):
    return int64(word >> BYTE) < width


def _integer(word, low, width):
    return number(low + int64((word * uint64(width)) >> HALF))


words, element, integer = inline(_words), inline(_uniform), inline(_integer)


@loop(split="size", grain=64)
def draw(key: "uint32[2]", y: "number[size]", low, width, size, first):
    """y[i] = element(word i, low, width). Threads divide y in multiples of a cache line."""
    start = uint64(first // 4)
    for block in range(size // 4):
        w0, w1, w2, w3 = words(key, start + uint64(block))
        y[4 * block] = element(w0, low, width)
        y[4 * block + 1] = element(w1, low, width)
        y[4 * block + 2] = element(w2, low, width)
        y[4 * block + 3] = element(w3, low, width)
    done = size - size % 4
    w0, w1, w2, _ = words(key, start + uint64(done // 4))
    for i in range(size - done):
        word = w0 if i == 0 else w1 if i == 1 else w2
        y[done + i] = element(word, low, width)


bits = draw.variant("bits", element=inline(_bits))
uniform = draw.variant("uniform", element=inline(_uniform))
bernoulli = draw.variant("bernoulli", element=inline(_bernoulli))
integers = draw.variant("integers", element=integer)


def _sine(t):
    """sin(2 pi t) for |t| <= 1/8."""
    x = t * float32(6.28318530717958648)
    z = x * x
    p = native.fma(float32(-1.9515295891e-4), z, float32(8.3321608736e-3))
    return native.fma(native.fma(p, z, float32(-1.6666654611e-1)) * z, x, x)


def _cosine(t):
    """cos(2 pi t) for |t| <= 1/8."""
    x = t * float32(6.28318530717958648)
    z = x * x
    p = native.fma(float32(2.443315711809948e-5), z, float32(-1.388731625493765e-3))
    p = native.fma(p, z, float32(4.166664568298827e-2))
    return native.fma(p, z * z, native.fma(float32(-0.5), z, float32(1)))


sine, cosine = inline(_sine), inline(_cosine)


def _pair(a, b):
    """Two normal numbers from two words."""
    u = float32(int64(a >> BYTE) + 1) * float32(2.0**-24)
    v = float32(int64(b >> BYTE)) * float32(2.0**-24)
    radius = math.sqrt(float32(-2) * log32(u))
    quarter = native.rint(v * float32(4))
    rest = v - quarter * float32(0.25)
    c, s = cosine(rest), sine(rest)
    odd = (quarter == float32(1)) | (quarter == float32(3))
    x, y = (s if odd else c), (c if odd else s)
    x = -x if (quarter == float32(1)) | (quarter == float32(2)) else x
    y = -y if (quarter == float32(2)) | (quarter == float32(3)) else y
    return radius * x, radius * y


pair = inline(_pair)


@loop(split="size", grain=64)
def normal_pairs(key: "uint32[2]", y: "float32[size]", size, first):
    """y[2 m], y[2 m + 1] = two normal numbers from words 2 m and 2 m + 1. Threads divide y."""
    start = uint64(first // 4)
    for block in range(size // 4):
        w0, w1, w2, w3 = words(key, start + uint64(block))
        y[4 * block], y[4 * block + 1] = pair(w0, w1)
        y[4 * block + 2], y[4 * block + 3] = pair(w2, w3)
    done = size - size % 4
    w0, w1, w2, w3 = words(key, start + uint64(done // 4))
    a, b = pair(w0, w1)
    c, _ = pair(w2, w3)
    for i in range(size - done):
        y[done + i] = a if i == 0 else b if i == 1 else c


def _draw(job, loop, low=0, width=0):
    size = math.prod(job.outputs[0].shape)
    job.call(loop, job.input(0), job.output(0), low, width, size, work=8 * size)


@kernel("random.bits")
def random_bits(job):
    """Words as they are."""
    _draw(job, bits)


@kernel("random.uniform")
def random_uniform(job):
    """Numbers in [0, 1), in float32."""
    job.require(job.outputs[0].dtype == "float32")
    _draw(job, uniform)


@kernel("random.bernoulli")
def random_bernoulli(job):
    """True with probability `rate`."""
    _draw(job, bernoulli, width=round(job.params["rate"] * 2**24))


@kernel("random.randint")
def random_randint(job):
    """Whole numbers in [minval, maxval), in int32 or int64."""
    low, width = job.params["minval"], job.params["maxval"] - job.params["minval"]
    dtype = job.outputs[0].dtype
    job.require(dtype in ("int32", "int64") and width <= 2**32 and abs(low) < 2**62)
    _draw(job, integers, low, width)


@kernel("random.normal")
def random_normal(job):
    """Normal numbers, in float32."""
    job.require(job.outputs[0].dtype == "float32")
    size = math.prod(job.outputs[0].shape)
    job.call(normal_pairs, job.input(0), job.output(0), size, work=16 * size)
