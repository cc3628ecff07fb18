import pytest

from estikeras.primitives import conv

CASES = [  # x, kernel, strides, padding, dilation
    ((2, 7, 8, 3), (3, 3, 3, 1), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    ((2, 7, 8, 5), (3, 2, 5, 2), (2, 2), ((0, 1), (1, 0)), (1, 1)),
    ((1, 9, 9, 17), (3, 3, 17, 1), (1, 1), ((2, 2), (0, 3)), (2, 3)),
    ((3, 10, 4), (4, 4, 3), (3,), ((1, 2),), (1,)),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("x", "kernel", "strides", "padding", "dilation"), CASES)
def test_depthwise_convolutions_equal_the_reference(
    check, rng, x, kernel, strides, padding, dilation, dtype
):
    params = {"strides": strides, "padding": padding, "dilation": dilation}
    out = conv.output_size(x[1:-1], kernel[:-2], strides, padding, dilation)
    a, weights = rng.standard_normal(x).astype(dtype), rng.standard_normal(kernel).astype(dtype)
    g = rng.standard_normal((x[0], *out, kernel[-2] * kernel[-1])).astype(dtype)
    check("depthwise_conv", a, weights, **params)
    check("depthwise_conv_input_gradient", g, weights, input_size=x[1:-1], **params)
    check("depthwise_conv_kernel_gradient", a, g, kernel_size=kernel[:-2], **params)
