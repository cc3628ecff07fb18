"""The activation layers in the harness."""

import numpy as np
import pytest

from estikeras.keras.layers import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from tests.support.layers import case, layer_checks

CASES = [
    case(Activation, {"activation": "relu"}, (2, 4)),
    case(Activation, {"activation": "softmax"}, (2, 4)),
    case(ReLU, {}, (2, 4)),
    case(ReLU, {"max_value": 0.5, "negative_slope": 0.1}, (2, 4)),
    case(ReLU, {"max_value": 0.8, "negative_slope": 0.2, "threshold": 0.3}, (2, 4)),
    case(LeakyReLU, {}, (2, 3, 4)),
    case(LeakyReLU, {"negative_slope": 0.1}, (2, 4), dtype="float16"),
    case(PReLU, {"alpha_initializer": "random_normal"}, (2, 4)),
    case(PReLU, {"shared_axes": [1, 2]}, (2, 3, 4, 2)),
    case(ELU, {"alpha": 0.7}, (2, 4)),
    case(Softmax, {}, (2, 4)),
    case(Softmax, {"axis": 1}, (2, 3, 4)),
    case(Softmax, {"axis": [1, 2]}, (2, 3, 4)),
]
test_layer = layer_checks(CASES)


def test_softmax_gives_masked_places_no_probability():
    y = Softmax()(np.zeros((1, 4), "float32"), mask=np.array([[True, True, False, False]]))
    np.testing.assert_allclose(y.numpy(), [[0.5, 0.5, 0, 0]])


@pytest.mark.parametrize(
    "make", [lambda: ReLU(max_value=-1), lambda: LeakyReLU(None), lambda: LeakyReLU(-0.1)]
)
def test_a_negative_argument_is_refused(make):
    with pytest.raises(ValueError, match="not negative"):
        make()
