"""SpectralNormalization against the real Keras."""

import pytest

from estikeras import keras
from estikeras.keras.layers import ReLU, SpectralNormalization
from tests.support.arrays import assert_close, random_array
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


def test_traced_training_equals_eager_training():
    x, y = random_array((8, 4)), random_array((8, 3), seed=1)
    weights = []
    for eager in (True, False):
        layer = SpectralNormalization(keras.layers.Dense(3, kernel_initializer="ones"))
        layer.build((None, 4))
        layer.vector_u.assign([[0.1, 0.2, 0.3]])
        model = keras.Sequential([keras.Input((4,)), layer])
        model.compile("sgd", "mse", run_eagerly=eager)
        model.fit(x, y, epochs=2, verbose=0)
        weights.append(model.get_weights())
    assert_close(weights[1], weights[0])


def test_layer_without_a_kernel_is_refused():
    with pytest.raises(ValueError, match="kernel"):
        SpectralNormalization(ReLU()).build((None, 3))


def test_no_iterations_are_refused():
    with pytest.raises(ValueError, match="power_iterations"):
        SpectralNormalization(ReLU(), power_iterations=0)
