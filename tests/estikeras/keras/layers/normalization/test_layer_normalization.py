"""Normalisations of each sample against the real Keras and numeric gradients."""

import numpy as np
import pytest

from estikeras.keras.layers import (
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from tests.support.layers import case, layer_checks

CASES = [
    case(LayerNormalization, {}, (3, 4)),
    case(LayerNormalization, {"epsilon": 0.1, "scale": False}, (2, 3, 4)),
    case(LayerNormalization, {"center": False}, (2, 3, 4)),
    case(LayerNormalization, {"axis": 1}, (2, 3, 4)),
    case(LayerNormalization, {"axis": [1, 2]}, (2, 3, 4)),
    case(LayerNormalization, {"axis": (-1, -2)}, (2, 3, 4, 2)),
    case(LayerNormalization, {}, (3, 4), dtype="float16"),
    case(LayerNormalization, {}, (3, 4), dtype="mixed_bfloat16", input_dtype="float32"),
    case(GroupNormalization, {"groups": 2}, (2, 3, 4)),
    case(GroupNormalization, {"groups": 3}, (2, 4, 5, 6)),
    case(GroupNormalization, {"groups": -1, "scale": False}, (2, 3, 4)),
    case(GroupNormalization, {"groups": 2, "axis": 1}, (2, 4, 3, 2)),
    case(GroupNormalization, {"groups": 1, "center": False}, (3, 4)),
    case(GroupNormalization, {"groups": 2}, (2, 3, 4), dtype="float16"),
    case(RMSNormalization, {}, (3, 4)),
    case(RMSNormalization, {"axis": [1, 2], "epsilon": 0.1}, (2, 3, 4)),
    case(RMSNormalization, {}, (3, 4), dtype="float16"),
    case(UnitNormalization, {}, (3, 4)),
    case(UnitNormalization, {"axis": (1, 2)}, (2, 3, 4)),
]
test_layer = layer_checks(CASES)


def test_rms_scaling_warns_and_divides_by_the_deviation():
    with pytest.warns(UserWarning, match="RMSNormalization"):
        layer = LayerNormalization(rms_scaling=True)
    x = np.random.randn(3, 4).astype("float32")
    expected = x / np.sqrt(x.var(-1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-5)
    assert len(layer.weights) == 1


@pytest.mark.parametrize("groups", [3, 8, 0])
def test_groups_that_do_not_divide_the_channels_are_refused(groups):
    with pytest.raises(ValueError, match="groups"):
        GroupNormalization(groups).build((None, 5, 4))


@pytest.mark.parametrize("layer", [LayerNormalization, UnitNormalization])
def test_axis_of_a_wrong_type_is_refused(layer):
    with pytest.raises(TypeError, match="axis"):
        layer(axis="last")
