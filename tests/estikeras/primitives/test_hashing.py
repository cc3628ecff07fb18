"""Hashes of strings: what TensorFlow gives (`scripts/record_preprocessing`), and blocks."""

import json
from pathlib import Path

import numpy as np
import pytest

from estikeras.engine.tensor import as_tensor
from estikeras.primitives import fingerprints, hashing
from tests.support.preprocessing import HASHED
from tests.support.primitives import primitive_checks, row

RECORDED = json.loads((Path(__file__).parent / "recorded_hashes.json").read_text())
HASHES = {
    "to_hash_bucket_fast": fingerprints.fingerprint,
    "to_hash_bucket": fingerprints.murmur,
    "to_hash_bucket_strong": lambda strings: fingerprints.sip_hash(strings, RECORDED["key"]),
}
STRINGS = np.array([[b"a", b"", b"c" * 70], [b"dd", b"\xff\0", b"a"]], object)
INTEGERS = np.array([[1, -20, 3], [40, 0, 2**40]])

ROWS = [
    row("hash_bucket", [STRINGS], buckets=7, kernel=False, order=0),
    row("hash_bucket", [STRINGS], buckets=7, key=(1, 2), kernel=False, order=0),
    row("hash_bucket", [INTEGERS], buckets=7, order=0),
    row("cross_hash", [STRINGS, INTEGERS], buckets=7, kernel=False, order=0),
    row("cross_hash", [INTEGERS, INTEGERS], buckets=7, order=0),
]

test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("buckets", RECORDED["bins"]["to_hash_bucket"])
def test_bins_are_those_of_tensorflow(name, buckets):
    bins = HASHES[name](HASHED) % np.uint64(int(buckets))
    assert bins.tolist() == RECORDED["bins"][name][buckets]


@pytest.mark.parametrize("name", HASHES)
def test_a_string_has_the_same_hash_alone_and_in_any_block(name):
    whole = HASHES[name](HASHED).tolist()
    assert HASHES[name](HASHED[::-1]).tolist() == whole[::-1]
    assert [HASHES[name]([one]).item() for one in HASHED] == whole
    assert HASHES[name]([]).tolist() == []


def test_integers_are_hashed_by_their_digits():
    digits = np.array([b"%d" % number for number in INTEGERS.ravel()], object)
    bins = hashing.hash_bucket(digits, buckets=97).numpy()
    assert hashing.hash_bucket(INTEGERS, buckets=97).numpy().ravel().tolist() == bins.tolist()


@pytest.mark.parametrize("primitive", [hashing.hash_bucket, hashing.cross_hash])
def test_floats_are_refused(primitive):
    with pytest.raises(TypeError, match="strings or integers"):
        primitive(np.ones(3, "float32"), buckets=2)


def test_features_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        hashing.cross_hash(as_tensor(["a"]), np.array([1, 2]), buckets=2)
