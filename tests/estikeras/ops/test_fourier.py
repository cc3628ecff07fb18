"""Fourier transforms and short-time spectra against NumPy and the real Keras."""

import numpy as np
import pytest

from estikeras import ops
from tests.support.arrays import random_array
from tests.support.op_oracle import case, oracle_checks

CASES = [
    case("rfft", (2, 7)),
    case("rfft", (2, 8), 5),
    case("rfft", (2, 8), fft_length=12),
    case("extract_sequences", (2, 9), 4, 2),
    case("stft", (2, 32), 8, 4, 8),
    case("stft", (32,), 6, 3, 8, "hamming", False),
    case("stft", (40,), 6, 3, 9, None),
    case("stft", (2, 32), 5, 4, 8, np.linspace(0.1, 1, 5, dtype="float32")),
    case("polar", (3,), (3,), order=0),
    case("view_as_complex", (3, 2), order=0),
]
test_op = oracle_checks(CASES)


def _complex(pair):
    return pair[0].numpy() + 1j * pair[1].numpy()


def _parts(seed=0, shape=(3, 6)):
    return tuple(random_array(shape, "float64", seed=seed + i) for i in range(2))


def test_transforms_are_numpys():
    parts = _parts()
    z = parts[0] + 1j * parts[1]
    np.testing.assert_allclose(_complex(ops.fft(parts)), np.fft.fft(z), atol=1e-12)
    np.testing.assert_allclose(_complex(ops.fft2(parts)), np.fft.fft2(z), atol=1e-12)
    np.testing.assert_allclose(_complex(ops.ifft2(parts)), np.fft.ifft2(z), atol=1e-12)
    for length in (None, 7, 8, 14):
        got = ops.irfft(parts, length).numpy()
        np.testing.assert_allclose(got, np.fft.irfft(z, length), atol=1e-12)


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("length", [None, 20])
@pytest.mark.parametrize("window", ["hann", None])
@pytest.mark.oracle
def test_short_time_spectra_go_back_to_the_signal_as_in_keras(center, length, window):
    from tests.support.oracle import real_keras

    x = random_array((2, 32), "float32")
    spectra = ops.stft(x, 8, 2, 8, window, center)
    got = ops.istft(spectra, 8, 2, 8, length, window, center).numpy()
    pair = tuple(np.asarray(s) for s in spectra)
    expected = np.asarray(real_keras().ops.istft(pair, 8, 2, 8, length, window, center))
    np.testing.assert_allclose(got, expected, atol=1e-5)
    if center and window:
        np.testing.assert_allclose(got, x[:, : length or 32], atol=1e-5)


def test_a_pair_is_needed():
    with pytest.raises(ValueError, match="pair"):
        ops.fft(np.ones((2, 2)))


def test_views_of_complex_numbers_go_both_ways():
    x = random_array((3, 2), "float32")
    np.testing.assert_array_equal(ops.view_as_real(ops.view_as_complex(x)).numpy(), x)
