import numpy as np
import pytest

from estikeras.primitives import conv


def geometry(strides=(1, 1), padding=((0, 0), (0, 0)), dilation=(1, 1)):
    return {"strides": strides, "padding": padding, "dilation": dilation}


SAME = ((1, 1), (1, 1))
CASES = [  # x, kernel, geometry
    ((2, 7, 8, 3), (3, 3, 3, 5), geometry()),
    ((2, 7, 8, 3), (3, 3, 3, 5), geometry(padding=SAME)),
    ((3, 9, 8, 4), (3, 2, 4, 5), geometry((2, 2), ((0, 1), (1, 1)))),
    ((1, 9, 9, 2), (3, 3, 2, 3), geometry(dilation=(2, 3), padding=((2, 2), (1, 4)))),
    ((2, 5, 6, 7), (1, 1, 7, 4), geometry()),
    ((2, 5, 6, 7), (1, 1, 7, 4), geometry((2, 2))),
    ((2, 8, 8, 1), (5, 5, 1, 2), geometry((3, 1), ((2, 2), (2, 2)))),
    ((2, 11, 5), (3, 5, 4), geometry((1,), ((1, 1),), (1,))),
    ((2, 11, 5), (4, 5, 3), geometry((3,), ((0, 2),), (2,))),
    ((2, 12, 13, 16), (3, 3, 16, 32), geometry(padding=SAME)),
    ((3, 10, 9, 32), (3, 3, 32, 16), geometry()),
    ((1, 4, 4, 16), (3, 3, 16, 16), geometry(padding=((2, 0), (0, 2)))),
    ((70, 9, 9, 64), (3, 3, 64, 32), geometry(padding=SAME)),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("x", "kernel", "params"), CASES)
def test_convolutions_equal_the_reference(check, rng, x, kernel, params, dtype):
    out = conv.output_size(
        x[1:-1], kernel[:-2], params["strides"], params["padding"], params["dilation"]
    )
    a = rng.standard_normal(x).astype(dtype)
    weights = (rng.standard_normal(kernel) / np.sqrt(np.prod(kernel[:-1]))).astype(dtype)
    g = rng.standard_normal((x[0], *out, kernel[-1])).astype(dtype)
    check("conv", a, weights, groups=1, **params, tolerance=3e-5)
    check("conv_input_gradient", g, weights, input_size=x[1:-1], groups=1, **params, tolerance=3e-5)
    check("conv_kernel_gradient", a, g, kernel_size=kernel[:-2], groups=1, **params, tolerance=1e-4)
