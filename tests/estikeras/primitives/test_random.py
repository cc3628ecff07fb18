"""Random primitives: the published Philox vector, distributions, and the layout that kernels
follow.
"""

import dataclasses

import numpy as np
import pytest

from estikeras.primitives import random
from tests.support.primitives import primitive_checks, row

KEY = np.array([7, 3], "uint32")
SHAPE = (40, 501)


def with_dtype(one, dtype):
    """A row whose primitive has a parameter called `dtype`, as rows themselves do."""
    return dataclasses.replace(one, params={**one.params, "dtype": dtype})


ROWS = [
    *(
        with_dtype(one, dtype)
        for one in (
            row("random_uniform", [KEY], order=0, shape=(5, 3)),
            row("random_normal", [KEY], order=0, shape=(5, 3)),
            row("random_truncated_normal", [KEY], order=0, shape=(5, 3)),
        )
        for dtype in ("float32", "float16", "float64")
    ),
    with_dtype(row("random_randint", [KEY], order=0, shape=(7,), minval=-3, maxval=9), "int64"),
    row("random_bits", [KEY], order=0, shape=(3, 5)),
    row("random_bernoulli", [KEY], order=0, shape=(7,), rate=0.3),
    row("random_permutation", [KEY], order=0, size=9),
    row("random_gamma", [KEY, np.array([1.0, 2.0])], order=0, shape=(3, 2)),
    row("random_beta", [KEY, np.array(1.0), np.array(2.0)], order=0, shape=(3,)),
    row("random_binomial", [KEY, np.array(4.0), np.array(0.5)], order=0, shape=(3,)),
    row("random_poisson", [KEY, np.array(4.0)], order=0, shape=(3,)),
    *(
        row(
            "random_candidates",
            [KEY],
            order=0,
            count=5,
            range_max=7,
            log_uniform=log_uniform,
            unique=unique,
        )
        for log_uniform in (False, True)
        for unique in (False, True)
    ),
]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        (0xFFFFFFFF, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    ],
)
def test_blocks_are_those_of_the_published_vectors(word, expected):
    counter = [np.full(1, word, np.uint64)] * 4
    assert random.philox((word, word), counter)[0].tolist() == expected


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_uniform_fills_the_unit_interval(dtype):
    x = random.random_uniform(KEY, shape=SHAPE, dtype=dtype).numpy().astype("float64")
    assert x.min() >= 0
    assert x.max() < 1
    assert abs(x.mean() - 0.5) < 0.01
    assert abs(x.std() - 12**-0.5) < 0.01


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_normal_has_the_moments_of_the_normal_distribution(dtype):
    x = random.random_normal(KEY, shape=SHAPE, dtype=dtype).numpy().astype("float64")
    assert abs(x.mean()) < 0.03
    assert abs(x.std() - 1) < 0.02
    assert abs((x**4).mean() - 3) < 0.2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_truncated_normal_stays_within_two_deviations(dtype):
    x = random.random_truncated_normal(KEY, shape=SHAPE, dtype=dtype).numpy()
    full = random.random_normal(KEY, shape=SHAPE, dtype=dtype).numpy()
    assert np.abs(x).max() < 2
    assert abs(x.std() - 0.8796) < 0.01
    inside = np.abs(full) < 2
    np.testing.assert_array_equal(x[inside], full[inside])


@pytest.mark.parametrize(
    "name", ["random_uniform", "random_normal", "random_truncated_normal", "random_bits"]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_elements_depend_on_their_number_alone(name, dtype):
    kind = {} if name == "random_bits" else {"dtype": dtype}
    long = getattr(random, name)(KEY, shape=(1001,), **kind).numpy()
    short = getattr(random, name)(KEY, shape=(7, 11), **kind).numpy()
    np.testing.assert_array_equal(long[:77], short.ravel())


def test_randint_covers_its_range_evenly():
    x = random.random_randint(KEY, shape=SHAPE, minval=-3, maxval=5, dtype="int32").numpy()
    counts = np.bincount((x + 3).ravel(), minlength=8)
    assert counts.size == 8
    assert abs(counts / x.size - 1 / 8).max() < 0.01


def test_randint_reaches_the_whole_of_int64():
    limits = {"minval": -(2**63), "maxval": 2**63 - 1}
    x = random.random_randint(KEY, shape=(1000,), dtype="int64", **limits).numpy()
    assert x.min() < -(2**62)
    assert x.max() > 2**62


def test_bernoulli_is_true_with_its_rate():
    x = random.random_bernoulli(KEY, shape=SHAPE, rate=0.3).numpy()
    assert abs(x.mean() - 0.3) < 0.01
    assert random.random_bernoulli(KEY, shape=SHAPE, rate=1.0).numpy().all()
    assert not random.random_bernoulli(KEY, shape=SHAPE, rate=0.0).numpy().any()


def test_other_keys_give_other_values():
    other = np.array([7, 4], "uint32")
    a, b = (random.random_bits(k, shape=(1000,)).numpy() for k in (KEY, other))
    assert (a != b).mean() > 0.99


def test_a_wrong_key_is_refused():
    with pytest.raises(ValueError, match="`key`"):
        random.random_bits(np.array([1, 2, 3], "uint32"), shape=(2,))


test_primitive = primitive_checks(ROWS)
