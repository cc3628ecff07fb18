"""Random arrays from a key: Philox4x32-10, a counter-based generator without state. Knows no seeds
or layers.

Every primitive takes `key`, a uint32 array of two words, and gives element `i` (row-major index in
the output) as a function of `(key, i)` alone, so any number of threads computes the same bits. The
layout, which kernels follow bit for bit:

    block(j, stream) = philox4x32-10(counter=(j mod 2**32, j div 2**32, stream, 0), key=(key[0],
    key[1])) word(i)          = block(i div 4, stream)[i mod 4]

with ten rounds, multipliers M0 = 0xD2511F53 and M1 = 0xCD9E8D57, key increments W0 = 0x9E3779B9 and
W1 = 0xBB67AE85 (added after each round but the last). One round maps `(c0, c1, c2, c3)` to
`(hi(M1*c2) ^ c1 ^ k0, lo(M1*c2), hi(M0*c0) ^ c3 ^ k1, lo(M0*c0))`. `stream` is 0 except where said.

    random_bits       element i = word(i), uint32
    random_uniform    float32: (word(i) >> 8) * 2**-24; float16: (word(i) >> 21) * 2**-11;
                      bfloat16: (word(i) >> 24) * 2**-8; float64: b = block(i div 2, 0), p = 2 * (i
                          mod 2),
                      ((b[p] >> 5) * 2**26 + (b[p+1] >> 6)) * 2**-53
    random_normal     Box-Muller in float64, then rounded to the dtype. Elements 2m and 2m+1 share
                      u = (a + 1) * scale and v = b * scale: r = sqrt(-2 log u), element 2m is
                      r * cos(2 pi v), element 2m+1 is r * sin(2 pi v). All dtypes but float64:
                      a = word(2m) >> 8, b = word(2m+1) >> 8, scale = 2**-24; float64: a and b are
                      the two 53-bit integers of block(m) as in random_uniform, scale = 2**-53
    random_truncated_normal  as random_normal; an element of magnitude 2 or more is drawn again with
                      stream 1, then 2, ... until it is smaller
    random_randint    n = maxval - minval <= 2**32: minval + ((word(i) * n) >> 32) in 64 bits; a
    larger n:
                      minval + (b[p] * 2**32 + b[p+1]) mod n with b and p as for float64 uniforms
    random_bernoulli  (word(i) >> 8) < round(rate * 2**24), true with probability `rate`

Gamma, beta and binomial draws, permutations and candidates need a varying number of words; they use
NumPy's generator keyed by the same two words and have no kernel.

Reference: Salmon, Moraes, Dror and Shaw, 2011, Parallel random numbers: as easy as 1, 2, 3.
"""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_INCREMENTS = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def philox(key, counter):
    """Ten rounds of Philox: a key of two words and four uint64 arrays of counter words to uint32
    (..., 4).
    """
    keys = [int(key[0]), int(key[1])]
    for _ in range(10):
        first = counter[0] * np.uint64(_MULTIPLIERS[0])
        second = counter[2] * np.uint64(_MULTIPLIERS[1])
        counter = [
            (second >> _HALF) ^ counter[1] ^ np.uint64(keys[0]),
            second & _LOW,
            (first >> _HALF) ^ counter[3] ^ np.uint64(keys[1]),
            first & _LOW,
        ]
        keys = [(k + w) & 0xFFFFFFFF for k, w in zip(keys, _INCREMENTS, strict=True)]
    return np.stack(counter, axis=-1).astype(np.uint32)


def _blocks(key, numbers, stream):
    """Words of the blocks with the given numbers: uint32 (blocks, 4)."""
    low, high = (np.asarray(n, np.uint64) for n in np.divmod(numbers, 2**32)[::-1])
    return philox(key, [low, high, np.full_like(low, stream), np.zeros_like(low)])


def _words(key, count, stream=0):
    """The first `count` words, uint32 (count,)."""
    return _blocks(key, np.arange(-(-count // 4)), stream).reshape(-1)[:count]


def _integers_53(key, count):
    """The first `count` integers of 53 bits, two words each: uint64 (count,)."""
    pairs = _words(key, 2 * count).reshape(-1, 2).astype(np.uint64)
    return ((pairs[:, 0] >> np.uint64(5)) << np.uint64(26)) + (pairs[:, 1] >> np.uint64(6))


def _uniform(key, *, shape, dtype):
    count = math.prod(shape)
    if dtype == "float64":
        return (_integers_53(key, count) * 2.0**-53).reshape(shape)
    bits = {"float32": 24, "float16": 11, "bfloat16": 8}[dtype]
    values = (_words(key, count) >> np.uint32(32 - bits)).astype(np.float32) * np.float32(
        2.0**-bits
    )
    return values.reshape(shape).astype(dtypes.to_numpy(dtype), copy=False)


def _box_muller(pairs, scale):
    """Integer pairs (count, 2) to independent normal pairs of the same shape, float64."""
    radius = np.sqrt(-2.0 * np.log((pairs[:, 0] + 1.0) * scale))
    angle = 2.0 * np.pi * (pairs[:, 1] * scale)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def _normals(key, count, dtype):
    even = count + count % 2
    if dtype == "float64":
        return _box_muller(_integers_53(key, even).reshape(-1, 2), 2.0**-53).reshape(-1)[:count]
    words = (_words(key, even) >> np.uint32(8)).astype(np.float64)
    return _box_muller(words.reshape(-1, 2), 2.0**-24).reshape(-1)[:count]


def _normal(key, *, shape, dtype):
    return _normals(key, math.prod(shape), dtype).reshape(shape).astype(dtypes.to_numpy(dtype))


def _normals_again(key, elements, dtype, stream):
    """The normal values of the given elements in another stream, float64 (elements,)."""
    pair, odd = elements // 2, elements % 2
    if dtype == "float64":
        words = _blocks(key, pair, stream).astype(np.uint64)
        high, low = words[:, 0::2] >> np.uint64(5), words[:, 1::2] >> np.uint64(6)
        normals = _box_muller((high << np.uint64(26)) + low, 2.0**-53)
    else:
        words = _blocks(key, pair // 2, stream).reshape(-1, 2, 2)[np.arange(pair.size), pair % 2]
        normals = _box_muller((words >> np.uint32(8)).astype(np.float64), 2.0**-24)
    return normals[np.arange(pair.size), odd]


def _truncated_normal(key, *, shape, dtype):
    values = _normals(key, math.prod(shape), dtype)
    outside, stream = np.flatnonzero(np.abs(values) >= 2.0), 0
    while outside.size:
        stream += 1
        values[outside] = _normals_again(key, outside, dtype, stream)
        outside = outside[np.abs(values[outside]) >= 2.0]
    return values.reshape(shape).astype(dtypes.to_numpy(dtype))


def _randint(key, *, shape, minval, maxval, dtype):
    count, width = math.prod(shape), maxval - minval
    if width <= 2**32:
        offsets = (_words(key, count).astype(np.uint64) * np.uint64(width)) >> _HALF
    else:
        pairs = _words(key, 2 * count).reshape(-1, 2).astype(np.uint64)
        offsets = (pairs[:, 0] << _HALF) + pairs[:, 1]
        offsets = offsets if width == 2**64 else offsets % np.uint64(width)
    values = offsets + np.uint64(minval % 2**64)  # wraps, as two's complement does
    return values.reshape(shape).astype(dtypes.to_numpy(dtype))


def _bernoulli(key, *, shape, rate):
    words = _words(key, math.prod(shape)) >> np.uint32(8)
    return (words < np.uint32(round(rate * 2**24))).reshape(shape)


def _generator(key):
    return np.random.Generator(np.random.Philox(key=int(key[0]) + (int(key[1]) << 64)))


def _gamma(key, alpha, *, shape):
    return np.asarray(_generator(key).standard_gamma(alpha.astype(np.float64), shape)).astype(
        alpha.dtype
    )


def _beta(key, alpha, beta, *, shape):
    draws = _generator(key).beta(alpha.astype(np.float64), beta.astype(np.float64), shape)
    return np.asarray(draws).astype(alpha.dtype)


def _binomial(key, counts, probabilities, *, shape):
    counts = np.rint(counts).astype(np.int64)
    draws = _generator(key).binomial(counts, probabilities.astype(np.float64), shape)
    return np.asarray(draws).astype(probabilities.dtype)


def _poisson(key, rate, *, shape):
    return np.asarray(_generator(key).poisson(rate.astype(np.float64), shape)).astype(rate.dtype)


def _candidates(key, *, count, range_max, log_uniform, unique):
    generator = _generator(key)

    def draw(size):
        if not log_uniform:
            return generator.integers(range_max, size=size)
        values = np.exp(generator.random(size) * math.log(range_max + 1)).astype(np.int64) - 1
        return np.minimum(values, range_max - 1)  # where the exponential is rounded up

    drawn = draw(count)
    if not unique:
        return drawn, np.int32(count)
    firsts = np.unique(drawn, return_index=True)[1]
    while len(firsts) < count:
        drawn = np.concatenate([drawn, draw(len(drawn))])
        firsts = np.unique(drawn, return_index=True)[1]
    firsts = np.sort(firsts)[:count]
    return drawn[firsts], np.int32(firsts[-1] + 1)


def _check_key(key):
    if key.shape != (2,) or key.dtype != "uint32":
        raise errors.invalid("key", got=f"{key.dtype}{key.shape}", expected="uint32 of shape (2,)")


def _float_rule(key, *, shape, dtype):
    _check_key(key)
    if not dtypes.is_float(dtype):
        raise errors.invalid("dtype", got=dtype, expected="a floating-point dtype")
    return Spec(shape, dtype)


def _randint_rule(key, *, shape, minval, maxval, dtype):
    _check_key(key)
    if not maxval > minval:
        raise errors.invalid("maxval", got=maxval, expected=f"more than minval={minval}")
    return Spec(shape, dtype)


def _bits_rule(key, *, shape):
    _check_key(key)
    return Spec(shape, "uint32")


def _bernoulli_rule(key, *, shape, rate):
    _check_key(key)
    if not 0 <= rate <= 1:
        raise errors.invalid("rate", got=rate, expected="a probability between 0 and 1")
    return Spec(shape, "bool")


def _candidates_rule(key, *, count, range_max, log_uniform, unique):
    _check_key(key)
    if not 0 < count <= (range_max if unique else count):
        expected = f"from 1 to the {range_max} there are" if unique else "at least 1"
        raise errors.invalid("num_sampled", got=count, expected=expected)
    return Spec((count,), "int64"), Spec((), "int32")


def _permutation_rule(key, *, size):
    _check_key(key)
    return Spec((size,), "int32")


def _parameter_rule(key, *parameters, shape):
    _check_key(key)
    for parameter in parameters:
        if np.broadcast_shapes(parameter.shape, shape) != tuple(shape):
            expected = f"something that broadcasts to {shape}"
            raise errors.shape_mismatch("shape", got=parameter.shape, expected=expected)
    return Spec(shape, parameters[-1].dtype)


random_bits = primitive(
    "random_bits",
    rule=_bits_rule,
    reference=lambda key, *, shape: _words(key, math.prod(shape)).reshape(shape),
    kernel="random.bits",
)
random_uniform = primitive("random_uniform", _float_rule, _uniform, kernel="random.uniform")
random_normal = primitive("random_normal", _float_rule, _normal, kernel="random.normal")
random_truncated_normal = primitive(
    "random_truncated_normal", _float_rule, _truncated_normal, kernel="random.truncated_normal"
)
random_randint = primitive("random_randint", _randint_rule, _randint, kernel="random.randint")
random_bernoulli = primitive(
    "random_bernoulli", _bernoulli_rule, _bernoulli, kernel="random.bernoulli"
)
random_gamma = primitive("random_gamma", _parameter_rule, _gamma)
random_beta = primitive("random_beta", _parameter_rule, _beta)
random_binomial = primitive("random_binomial", _parameter_rule, _binomial)
random_poisson = primitive("random_poisson", _parameter_rule, _poisson)
random_permutation = primitive(
    "random_permutation",
    rule=_permutation_rule,
    reference=lambda key, *, size: _generator(key).permutation(size).astype(np.int32),
)
# Numbers of classes, the more likely the smaller if `log_uniform`; and how many were drawn until
# there were `count` of them.
random_candidates = primitive("random_candidates", rule=_candidates_rule, reference=_candidates)
