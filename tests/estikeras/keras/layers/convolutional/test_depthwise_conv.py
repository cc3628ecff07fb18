"""Depthwise and separable convolutions against the real Keras and numeric gradients."""

import pytest

from estikeras.keras.layers import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
)
from tests.support.layers import case, layer_checks

CASES = [
    case(DepthwiseConv1D, {"kernel_size": 2, "depth_multiplier": 2}, (2, 6, 3)),
    case(DepthwiseConv2D, {"kernel_size": 3}, (2, 5, 6, 2)),
    case(
        DepthwiseConv2D,
        {"kernel_size": 2, "depth_multiplier": 3, "activation": "tanh"},
        (2, 4, 4, 2),
    ),
    case(DepthwiseConv2D, {"kernel_size": 3, "strides": 2, "padding": "same"}, (2, 5, 6, 2)),
    case(DepthwiseConv2D, {"kernel_size": 2, "dilation_rate": 2, "use_bias": False}, (2, 5, 5, 2)),
    case(DepthwiseConv2D, {"kernel_size": 2, "data_format": "channels_first"}, (2, 2, 5, 5)),
    case(DepthwiseConv2D, {"kernel_size": 2}, (2, 4, 4, 2), dtype="float16"),
    case(SeparableConv1D, {"filters": 4, "kernel_size": 2, "strides": 2}, (2, 6, 3)),
    case(SeparableConv2D, {"filters": 3, "kernel_size": 2}, (2, 5, 5, 2)),
    case(
        SeparableConv2D,
        {
            "filters": 3,
            "kernel_size": 3,
            "depth_multiplier": 2,
            "padding": "same",
            "activation": "elu",
        },
        (2, 4, 5, 2),
    ),
    case(
        SeparableConv2D,
        {"filters": 3, "kernel_size": 2, "data_format": "channels_first"},
        (2, 2, 5, 5),
    ),
    case(SeparableConv2D, {"filters": 3, "kernel_size": 2, "dilation_rate": 2}, (2, 5, 5, 2)),
]
test_layer = layer_checks(CASES)


def test_no_filters_for_a_channel_are_refused():
    with pytest.raises(ValueError, match="depth_multiplier"):
        DepthwiseConv2D(2, depth_multiplier=0)
