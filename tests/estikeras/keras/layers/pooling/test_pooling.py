"""Pooling over windows against the real Keras and numeric gradients."""

import numpy as np
import pytest

from estikeras.keras.layers import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from tests.support.layers import case, layer_checks

CASES = [
    case(MaxPooling1D, {}, (2, 7, 3)),
    case(MaxPooling1D, {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 7, 3)),
    case(MaxPooling2D, {}, (2, 6, 5, 3)),
    case(MaxPooling2D, {"pool_size": 3, "strides": 1}, (2, 5, 4, 2)),
    case(MaxPooling2D, {"pool_size": (2, 3), "padding": "same"}, (2, 5, 5, 2)),
    case(MaxPooling2D, {"data_format": "channels_first"}, (2, 3, 4, 6)),
    case(MaxPooling2D, {}, (2, 4, 4, 2), dtype="float16"),
    case(MaxPooling3D, {}, (1, 4, 3, 4, 2)),
    case(AveragePooling1D, {"pool_size": 2}, (2, 7, 3)),
    case(AveragePooling2D, {"pool_size": 2}, (2, 6, 5, 3)),
    case(AveragePooling2D, {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 5, 4, 2)),
    case(AveragePooling2D, {"pool_size": 2, "data_format": "channels_first"}, (2, 3, 4, 6)),
    case(AveragePooling3D, {"pool_size": 2, "padding": "same"}, (1, 3, 3, 4, 2)),
]
test_layer = layer_checks(CASES)


def test_a_window_of_no_size_is_refused():
    with pytest.raises(ValueError, match="pool_size"):
        MaxPooling2D(0)


def test_an_input_of_another_rank_is_refused():
    with pytest.raises(ValueError, match="max_pooling2d"):
        MaxPooling2D()(np.ones((2, 3)))
