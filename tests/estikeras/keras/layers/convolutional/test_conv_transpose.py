"""Transposed convolutions against the real Keras and numeric gradients."""

import pytest

from estikeras.keras.layers import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from tests.support.layers import case, layer_checks

CASES = [
    case(Conv1DTranspose, {"filters": 3, "kernel_size": 2}, (2, 5, 4)),
    case(
        Conv1DTranspose,
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"},
        (2, 5, 2),
    ),
    case(Conv1DTranspose, {"filters": 2, "kernel_size": 2, "dilation_rate": 2}, (2, 5, 3)),
    case(
        Conv2DTranspose,
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"},
        (2, 3, 4, 2),
    ),
    case(Conv2DTranspose, {"filters": 3, "kernel_size": 2, "strides": 3}, (2, 3, 4, 2)),
    case(
        Conv2DTranspose,
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 0},
        (2, 3, 3, 2),
    ),
    case(
        Conv2DTranspose,
        {"filters": 2, "kernel_size": (3, 2), "strides": (2, 3), "output_padding": (1, 2)},
        (2, 3, 3, 2),
    ),
    case(
        Conv2DTranspose,
        {"filters": 2, "kernel_size": 2, "data_format": "channels_first", "activation": "relu"},
        (2, 3, 4, 4),
    ),
    case(
        Conv2DTranspose,
        {"filters": 2, "kernel_size": 2, "use_bias": False},
        (2, 3, 3, 2),
        dtype="float16",
    ),
    case(Conv3DTranspose, {"filters": 2, "kernel_size": 2, "strides": 2}, (1, 2, 3, 2, 2)),
]
test_layer = layer_checks(CASES)


def test_output_padding_as_large_as_strides_is_refused():
    with pytest.raises(ValueError, match="output_padding"):
        Conv2DTranspose(2, 3, strides=2, output_padding=2)
