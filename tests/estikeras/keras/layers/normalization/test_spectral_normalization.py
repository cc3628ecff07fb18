"""SpectralNormalization against the real Keras."""

import pytest

from estikeras.keras.layers import ReLU, SpectralNormalization
from tests.support.layers import case, layer_checks

CASES = [
    case(
        SpectralNormalization,
        lambda keras: {"layer": keras.layers.Dense(3, dtype="float64")},
        (2, 4),
        dtype="float64",
    ),
    case(
        SpectralNormalization,
        lambda keras: {"layer": keras.layers.Conv2D(3, 2, dtype="float64"), "power_iterations": 2},
        (2, 4, 4, 2),
        dtype="float64",
    ),
]
test_layer = layer_checks(CASES)


def test_layer_without_a_kernel_is_refused():
    with pytest.raises(ValueError, match="kernel"):
        SpectralNormalization(ReLU()).build((None, 3))


def test_no_iterations_are_refused():
    with pytest.raises(ValueError, match="power_iterations"):
        SpectralNormalization(ReLU(), power_iterations=0)
