"""BatchNormalization against the real Keras and numeric gradients."""

import numpy as np
import pytest

from estikeras.keras.layers import BatchNormalization
from tests.support.layers import case, layer_checks

CLIPPING = {"rmax": 1.5, "rmin": 0.7, "dmax": 0.4}
CASES = [
    case(BatchNormalization, {}, (6, 4)),
    case(BatchNormalization, {"momentum": 0.7, "epsilon": 0.1}, (4, 3, 2)),
    case(BatchNormalization, {"axis": 1}, (2, 3, 4, 2)),
    case(BatchNormalization, {"scale": False}, (5, 3)),
    case(BatchNormalization, {"center": False, "gamma_regularizer": "l2"}, (5, 3)),
    case(BatchNormalization, {"synchronized": True}, (5, 3), oracle=False),
    case(BatchNormalization, {}, (4, 5, 3), mask=True),
    case(BatchNormalization, {"renorm": True}, (6, 4)),
    case(BatchNormalization, {"renorm": True, "renorm_clipping": CLIPPING, "scale": False}, (6, 4)),
    case(BatchNormalization, {}, (8, 3), dtype="float16"),
    case(BatchNormalization, {}, (8, 3), dtype="mixed_float16", input_dtype="float32"),
]
test_layer = layer_checks(CASES)


def test_frozen_layer_uses_its_averages_in_training():
    layer, x = BatchNormalization(), np.random.randn(8, 3).astype("float32")
    layer.build((None, 3))
    layer.trainable = False
    np.testing.assert_allclose(layer(x, training=True).numpy(), x / np.sqrt(1.001), rtol=1e-5)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), np.zeros(3))


def test_mask_of_the_wrong_rank_is_refused():
    with pytest.raises(ValueError, match="mask"):
        BatchNormalization()(np.ones((2, 3, 4)), mask=np.ones(2, bool))


def test_unknown_clipping_is_refused():
    with pytest.raises(ValueError, match="renorm_clipping"):
        BatchNormalization(renorm=True, renorm_clipping={"max": 1})


def test_unknown_size_of_the_axis_is_refused():
    with pytest.raises(ValueError, match="axis"):
        BatchNormalization().build((None, None))
