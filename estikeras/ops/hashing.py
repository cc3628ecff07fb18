"""Strings to bins by hash: `tf.strings.to_hash_bucket*`, and what layers hash with."""

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.primitives import hashing


@op("strings.to_hash_bucket_fast")
def to_hash_bucket_fast(input, num_buckets, name=None):
    """The bin of each string by its FarmHash fingerprint, which never changes.

    Args:
        input: string tensor of any shape.
        num_buckets: int, the number of bins.
        name: of no consequence.

    Returns:
        int64 tensor of the same shape with values from 0 to `num_buckets - 1`.
    """
    return hash_bucket(_strings(input), num_buckets)


@op("strings.to_hash_bucket_strong")
def to_hash_bucket_strong(input, num_buckets, key, name=None):
    """The bin of each string by SipHash, with a key that others cannot guess.

    Args:
        input: string tensor of any shape.
        num_buckets: int, the number of bins.
        key: two ints.
        name: of no consequence.

    Returns:
        int64 tensor of the same shape with values from 0 to `num_buckets - 1`.
    """
    if not isinstance(key, list | tuple) or len(key) != 2:
        raise errors.invalid("key", got=key, expected="two ints")
    return hash_bucket(_strings(input), num_buckets, key)


@op("strings.to_hash_bucket")
def to_hash_bucket(input, num_buckets, name=None):
    """The bin of each string by Murmur's hash, as older models had it.

    Args:
        input: string tensor of any shape.
        num_buckets: int, the number of bins.
        name: of no consequence.

    Returns:
        int64 tensor of the same shape with values from 0 to `num_buckets - 1`.
    """
    return hash_bucket(_strings(input), num_buckets, method="murmur")


def hash_bucket(x, buckets, key=None, method="fast"):
    """The bins of strings, or of integers by their decimal digits, int64.

    Args:
        x: string or integer tensor of any shape.
        buckets: int, how many bins there are.
        key: two ints, with which SipHash is used; or None.
        method: "fast" (FarmHash) or "murmur", without a key.
    """
    buckets = _buckets("num_buckets", buckets)
    key = None if key is None else tuple(int(k) for k in key)
    return hashing.hash_bucket(as_tensor(x), buckets=buckets, method=method, key=key)


def cross_hash(xs, buckets, key=None):
    """The bins of the combinations of the tensors' entries at each place, int64.

    Args:
        xs: list of string or integer tensors of one shape.
        buckets: int, how many bins there are.
        key: int with which hashing begins; None is the reference's.
    """
    key = hashing.CROSS_KEY if key is None else int(key) % 2**64
    return hashing.cross_hash(*xs, buckets=_buckets("num_bins", buckets), key=key)


def _strings(x):
    x = as_tensor(x)
    if x.dtype != "string":
        raise errors.wrong_type("input", got=x.dtype, expected="strings")
    return x


def _buckets(argument, count):
    if not hasattr(count, "__index__") or count < 1:
        raise errors.invalid(argument, got=count, expected="a positive int")
    return int(count)
