import numpy as np
import pytest

from estikeras.primitives import random  # noqa: F401 - fills the registry

KEY = np.array([0xDEADBEEF, 0x12345678], "uint32")
SHAPES = [(), (0,), (1,), (3,), (4,), (64,), (129,), (33, 65)]


@pytest.mark.parametrize("shape", SHAPES)
def test_bits_equal_the_reference_for_any_team(check, shape):
    check("random_bits", KEY, shape=shape)
    check("random_uniform", KEY, shape=shape, dtype="float32", tolerance=1e-30)
    check("random_bernoulli", KEY, shape=shape, rate=0.3)
    for dtype in ("int32", "int64"):
        check("random_randint", KEY, shape=shape, minval=-7, maxval=12345, dtype=dtype)
    check("random_randint", KEY, shape=shape, minval=0, maxval=2**32, dtype="int64")


@pytest.mark.parametrize("shape", [*SHAPES, (100_001,)])
def test_normal_numbers_equal_the_reference(check, shape):
    check("random_normal", KEY, shape=shape, dtype="float32", tolerance=1e-6)


def test_rates_of_zero_and_one(check):
    for rate in (0.0, 1.0):
        check("random_bernoulli", KEY, shape=(100,), rate=rate)
