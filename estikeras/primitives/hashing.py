"""Strings and integers to bins by hash. The hashes themselves are in `fingerprints.py`."""

import functools

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import fingerprints

CROSS_KEY = 0xDECAFCAFFE  # with what the reference begins when it crosses features


def _check(argument, spec):
    if spec.dtype != "string" and not dtypes.is_int(spec.dtype):
        raise errors.wrong_type(argument, got=spec.dtype, expected="strings or integers")


def _hash_rule(x, *, buckets, method="fast", key=None):
    _check("x", x)
    return Spec(x.shape, "int64")


def _hash(x, *, buckets, method="fast", key=None):
    flat = x.reshape(-1).tolist()
    if x.dtype != object:
        flat = [b"%d" % number for number in flat]
    hashes = _METHODS[method](flat) if key is None else fingerprints.sip_hash(flat, key)
    return (hashes % np.uint64(buckets)).astype(np.int64).reshape(x.shape)


_METHODS = {"fast": fingerprints.fingerprint, "murmur": fingerprints.murmur}

# The bin of each string, or of each integer by its decimal digits: its hash modulo `buckets`. The
# hash is FarmHash ("fast") or Murmur ("murmur"), or with a `key`, two ints, SipHash.
hash_bucket = primitive("hash_bucket", rule=_hash_rule, reference=_hash, pointwise=True)


def _cross_rule(*xs, buckets, key=CROSS_KEY):
    for x in xs:
        _check("inputs", x)
        if x.shape != xs[0].shape:
            raise errors.shape_mismatch("inputs", got=x.shape, expected=xs[0].shape)
    return Spec(xs[0].shape, "int64")


def _cross(*xs, buckets, key=CROSS_KEY):
    parts = [
        fingerprints.fingerprint(x.reshape(-1).tolist())
        if x.dtype == object
        else x.reshape(-1).astype(np.int64).view(np.uint64)
        for x in xs
    ]
    start = np.full(xs[0].size, key, np.uint64)
    hashes = functools.reduce(fingerprints.combine, parts, start)
    return (hashes % np.uint64(buckets)).astype(np.int64).reshape(xs[0].shape)


# The bin of the combination of the inputs' entries at each place; `key` is an int below 2**64.
cross_hash = primitive("cross_hash", rule=_cross_rule, reference=_cross, pointwise=True)
