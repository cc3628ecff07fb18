"""Convolutions: shapes, gradients of any order, and errors."""

import numpy as np
import pytest

from estikeras.engine.tensor import Tensor
from estikeras.primitives import conv
from tests.support.primitives import primitive_checks, row

PLAIN = {"strides": (1,), "padding": ((0, 0),), "dilation": (1,)}
STRIDED = {"strides": (2, 1), "padding": ((1, 0), (1, 1)), "dilation": (1, 2)}
CUT = {"strides": (2,), "padding": ((-1, 1),), "dilation": (1,)}

ROWS = [
    row("conv", [(2, 6, 3), (3, 3, 4)], **PLAIN, groups=1),
    row("conv", [(2, 6, 4), (3, 2, 6)], **PLAIN, groups=2),
    row("conv", [(2, 6, 3), (3, 3, 4)], **CUT, groups=1),
    row("conv", [(2, 7, 6, 2), (3, 2, 2, 3)], **STRIDED, groups=1),
    row("conv", [(2, 7, 6, 2), (3, 2, 2, 3)], dtype="float16", **STRIDED, groups=1),
    row(
        "conv",
        [(1, 4, 3, 4, 2), (2, 2, 2, 2, 2)],
        strides=(1, 1, 2),
        padding=((0, 0), (1, 0), (0, 0)),
        dilation=(1, 1, 1),
        groups=1,
    ),
    row("conv_input_gradient", [(2, 4, 4), (3, 3, 4)], input_size=(6,), **PLAIN, groups=1),
    row("conv_input_gradient", [(2, 4, 6), (3, 2, 6)], input_size=(6,), **PLAIN, groups=2),
    row(
        "conv_input_gradient", [(2, 3, 6, 3), (3, 2, 2, 3)], input_size=(7, 6), **STRIDED, groups=1
    ),
    row("conv_kernel_gradient", [(2, 6, 3), (2, 4, 4)], kernel_size=(3,), **PLAIN, groups=1),
    row(
        "conv_kernel_gradient",
        [(2, 7, 6, 2), (2, 3, 6, 3)],
        kernel_size=(3, 2),
        **STRIDED,
        groups=1,
    ),
    row("depthwise_conv", [(2, 6, 3), (3, 3, 2)], **PLAIN),
    row("depthwise_conv", [(2, 7, 6, 2), (3, 2, 2, 1)], **STRIDED),
    row("depthwise_conv_input_gradient", [(2, 4, 6), (3, 3, 2)], input_size=(6,), **PLAIN),
    row("depthwise_conv_kernel_gradient", [(2, 6, 3), (2, 4, 6)], kernel_size=(3,), **PLAIN),
]

test_primitive = primitive_checks(ROWS)


def test_an_identity_kernel_copies_the_input():
    x = np.random.default_rng(0).normal(size=(1, 5, 5, 1)).astype("float32")
    kernel = np.zeros((3, 3, 1, 1), "float32")
    kernel[1, 1] = 1
    y = conv.conv(
        Tensor(x), Tensor(kernel), strides=(1, 1), padding=((1, 1),) * 2, dilation=(1, 1), groups=1
    )
    np.testing.assert_array_equal(y.numpy(), x)


def test_a_window_larger_than_the_input_is_refused():
    with pytest.raises(ValueError, match="fit a window"):
        conv.conv(np.zeros((1, 2, 1), "float32"), np.zeros((3, 1, 1), "float32"), **PLAIN, groups=1)


def test_channels_that_differ_are_refused():
    with pytest.raises(ValueError, match="`kernel`"):
        conv.conv(np.zeros((1, 4, 3), "float32"), np.zeros((3, 2, 1), "float32"), **PLAIN, groups=1)
