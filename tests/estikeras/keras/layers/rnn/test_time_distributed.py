"""TimeDistributed against the real Keras."""

import numpy as np
import pytest

from estikeras.keras.layers import BatchNormalization, Dense, TimeDistributed
from tests.support.layers import case, layer_checks

ROW = {
    "dtype": "float64",
    "tolerance": 1e-6,
    "why": "the reference computes parts of it in float32",
}

CASES = [
    case(
        TimeDistributed,
        lambda keras: {"layer": keras.layers.Dense(3, dtype="float64")},
        (2, 5, 4),
        **ROW,
    ),
    case(
        TimeDistributed,
        lambda keras: {"layer": keras.layers.Conv2D(2, 2, dtype="float64")},
        (2, 3, 4, 4, 2),
        **ROW,
    ),
    case(
        TimeDistributed,
        lambda keras: {"layer": keras.layers.BatchNormalization(dtype="float64")},
        (3, 4, 2),
        **ROW,
    ),
    case(
        TimeDistributed,
        lambda keras: {"layer": keras.layers.LSTM(3, dtype="float64", return_sequences=True)},
        (2, 3, 4, 2),
        **ROW,
    ),
]
test_layer = layer_checks(CASES)


def test_a_sequence_without_features_is_refused():
    with pytest.raises(ValueError, match="3 dimensions"):
        TimeDistributed(Dense(3))(np.ones((2, 3)))


def test_statistics_are_taken_step_by_step():
    layer, x = TimeDistributed(BatchNormalization()), np.random.randn(6, 3, 2).astype("float32")
    outputs = layer(x, training=True).numpy()
    np.testing.assert_allclose(outputs.mean(axis=0), 0, atol=1e-5)
