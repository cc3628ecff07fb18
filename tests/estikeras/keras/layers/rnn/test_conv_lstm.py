"""Convolutional LSTMs against the real Keras and numeric gradients."""

import numpy as np

from estikeras.keras.layers import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from tests.support.layers import case, layer_checks

SEQUENCES = {"return_sequences": True}
CASES = [
    case(ConvLSTM1D, {"filters": 2, "kernel_size": 2}, (2, 3, 5, 2)),
    case(
        ConvLSTM1D,
        {"filters": 2, "kernel_size": 3, "padding": "same", **SEQUENCES},
        (2, 3, 4, 2),
        mask=True,
        oracle=False,  # the reference on jax cannot broadcast the mask
    ),
    case(
        ConvLSTM2D,
        {"filters": 2, "kernel_size": 2, "strides": 2, "return_state": True},
        (2, 3, 4, 4, 2),
    ),
    case(
        ConvLSTM2D,
        {
            "filters": 2,
            "kernel_size": 2,
            "data_format": "channels_first",
            "go_backwards": True,
            **SEQUENCES,
        },
        (2, 3, 2, 4, 4),
    ),
    case(
        ConvLSTM2D,
        {"filters": 2, "kernel_size": 2, "dropout": 0.2, "use_bias": False},
        (1, 2, 3, 3, 2),
        random=True,
    ),
    case(ConvLSTM3D, {"filters": 2, "kernel_size": 2}, (1, 2, 3, 3, 3, 1)),
]
test_layer = layer_checks(CASES)


def test_stateful_layer_goes_on_where_it_ended():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    once, twice = ConvLSTM1D(2, 2), ConvLSTM1D(2, 2, stateful=True)
    once.build(x.shape)
    twice.build(x.shape)
    twice.set_weights(once.get_weights())
    twice(x[:, :2])
    np.testing.assert_allclose(twice(x[:, 2:]).numpy(), once(x).numpy(), rtol=1e-4, atol=1e-6)
