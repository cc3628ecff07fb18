import numpy as np
import pytest

from estikeras.primitives import conv, pool

CASES = [  # x, size, strides, padding
    ((2, 6, 8, 3), (2, 2), (2, 2), ((0, 0), (0, 0))),
    ((2, 7, 9, 17), (3, 2), (2, 1), ((1, 1), (0, 1))),
    ((1, 5, 5, 1), (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((3, 9, 4), (3,), (2,), ((1, 0),)),
    ((5, 26, 26, 32), (2, 2), (2, 2), ((0, 0), (0, 0))),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("x", "size", "strides", "padding"), CASES)
def test_pooling_equals_the_reference(check, rng, x, size, strides, padding, dtype):
    params = {"size": size, "strides": strides, "padding": padding}
    out = conv.output_size(x[1:-1], size, strides, padding, (1,) * len(size))
    g = rng.standard_normal((x[0], *out, x[-1])).astype(dtype)
    for a in (rng.standard_normal(x), rng.integers(0, 3, x)):  # the second has ties
        a = a.astype(dtype)
        y = pool.max_pool.reference(a, **params)
        check("max_pool", a, **params)
        check("max_pool_gradient", a, y, g, **params)
        check("average_pool", a, **params)
    check("average_pool_gradient", g, input_size=x[1:-1], **params)


def test_not_a_number_wins_the_maximum(check):
    x = np.array([1, np.nan, 2, 3, -np.inf, -np.inf, np.nan, np.inf], "float32").reshape(1, 8, 1)
    check("max_pool", x, size=(2,), strides=(2,), padding=((0, 0),))
