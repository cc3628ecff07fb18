"""Global and adaptive pooling against the real Keras and numeric gradients."""

from estikeras.keras.layers import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from tests.support.layers import case, layer_checks

CASES = [
    case(GlobalMaxPooling1D, {}, (2, 5, 3)),
    case(GlobalMaxPooling1D, {"data_format": "channels_first", "keepdims": True}, (2, 3, 5)),
    case(GlobalMaxPooling2D, {}, (2, 4, 5, 3)),
    case(GlobalMaxPooling2D, {"keepdims": True}, (2, 4, 5, 3)),
    case(GlobalMaxPooling3D, {}, (2, 2, 3, 2, 3)),
    case(GlobalAveragePooling1D, {}, (2, 5, 3)),
    case(GlobalAveragePooling1D, {}, (2, 5, 3), mask=True),
    case(GlobalAveragePooling1D, {"keepdims": True}, (2, 5, 3), mask=True),
    case(GlobalAveragePooling2D, {}, (2, 4, 5, 3)),
    case(GlobalAveragePooling2D, {"data_format": "channels_first"}, (2, 3, 4, 5), dtype="float16"),
    case(GlobalAveragePooling3D, {"keepdims": True}, (2, 2, 3, 2, 3)),
    case(AdaptiveAveragePooling1D, {"output_size": 3}, (2, 7, 2)),
    case(AdaptiveAveragePooling2D, {"output_size": (2, 3)}, (2, 5, 7, 2)),
    case(AdaptiveAveragePooling3D, {"output_size": 2}, (1, 3, 4, 5, 2)),
    case(AdaptiveMaxPooling1D, {"output_size": 3}, (2, 7, 2)),
    case(AdaptiveMaxPooling2D, {"output_size": 2, "data_format": "channels_first"}, (2, 2, 5, 7)),
    case(AdaptiveMaxPooling3D, {"output_size": 2}, (1, 3, 4, 5, 2)),
]
test_layer = layer_checks(CASES)
