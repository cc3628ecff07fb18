"""Activation functions: gradients and extreme values."""

import numpy as np
import pytest

from estikeras.primitives import activation
from tests.support.primitives import primitive_checks, row

NAMES = ("softplus", "silu", "gelu", "gelu_tanh", "elu", "selu")
ROWS = [
    row(name, [(3, 4)], dtype=dtype, low=-4, high=4)
    for name in NAMES
    for dtype in ("float32", "float16")
]

test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_large_arguments_stay_finite(name):
    y = getattr(activation, name)(np.array([-1e4, 1e4], "float32")).numpy()
    assert np.isfinite(y).all()
    assert y[1] >= 1e4
