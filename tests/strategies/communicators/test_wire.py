"""bfloat16 by integer arithmetic is bfloat16."""

import ml_dtypes
import numpy as np
import pytest

from strategies.communicators.wire import decode, encode


def patterns():
    """Every upper half of a float32 with lower halves around the ties."""
    upper = np.arange(2**16, dtype=np.uint32) << 16
    lower = np.array([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF], np.uint32)
    return (upper[:, None] | lower).reshape(-1).view(np.float32)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_every_number_is_rounded_as_by_ml_dtypes():
    numbers = patterns()
    bits = np.empty(numbers.size, np.uint16)
    encode(numbers, bits)
    expected = numbers.astype(ml_dtypes.bfloat16)
    nan = np.isnan(numbers)
    np.testing.assert_array_equal(bits[~nan], expected.view(np.uint16)[~nan])
    decoded = np.empty(numbers.size, np.float32)
    decode(bits, decoded)
    assert np.isnan(decoded[nan]).all()
    np.testing.assert_array_equal(decoded[~nan], expected.astype(np.float32)[~nan])
