"""Convolutions against the real Keras: strides, padding, dilation, groups, both layouts."""

import itertools

import numpy as np
import pytest

from estikeras import ops
from tests.support.op_oracle import case, oracle_checks

TRANSPOSED = [
    case(
        "conv_transpose",
        (2, 5, 2),
        (size, 3, 2),
        strides=strides,
        padding=padding,
        output_padding=extra,
        dilation_rate=dilation,
        order=0,
    )
    for size, strides, extra, dilation in (
        (1, 2, None, 1),
        (2, 3, None, 1),
        (2, 3, 2, 1),
        (3, 1, None, 2),
        (3, 2, None, 1),
        (3, 2, 0, 1),
        (4, 2, 1, 1),
        (4, 3, 0, 1),
    )
    for padding in ("valid", "same")
]

CASES = [
    *(
        case("conv", (2, 7, 2), (3, 2, 4), strides=s, padding=p, dilation_rate=d)
        for s, p, d in itertools.product((1, 2), ("valid", "same"), (1, 2))
        if s == 1 or d == 1
    ),
    case("conv", (2, 7, 6, 4), (3, 2, 4, 6), strides=(2, 1), padding="same"),
    case("conv", (2, 7, 6, 4), (3, 2, 2, 6), padding="same"),
    case("conv", (2, 4, 7, 6), (3, 2, 4, 6), strides=2, data_format="channels_first"),
    case("conv", (1, 4, 5, 4, 2), (2, 2, 2, 2, 3), strides=2, padding="same"),
    case("conv", (2, 7, 6, 4), (3, 2, 4, 6), dtype="float16"),
    case("depthwise_conv", (2, 7, 3), (3, 3, 2), strides=2, padding="same"),
    case("depthwise_conv", (2, 7, 6, 3), (3, 2, 3, 1), dilation_rate=2),
    case("depthwise_conv", (2, 3, 7, 6), (3, 2, 3, 2), data_format="channels_first"),
    case("separable_conv", (2, 7, 6, 3), (3, 2, 3, 2), (1, 1, 6, 5), strides=2),
    *TRANSPOSED,
    case("conv_transpose", (2, 4, 3, 2), (3, 2, 5, 2), strides=(2, 1), padding="same"),
    case("conv_transpose", (2, 2, 4, 3), (3, 2, 5, 2), strides=2, data_format="channels_first"),
]

test_op = oracle_checks(CASES)


def test_an_unknown_padding_is_refused():
    with pytest.raises(ValueError, match="'valid' or 'same'"):
        ops.conv(np.ones((1, 5, 1), "float32"), np.ones((2, 1, 1), "float32"), padding="full")


def test_channels_that_the_kernel_does_not_divide_are_refused():
    with pytest.raises(ValueError, match="`kernel`"):
        ops.conv(np.ones((1, 5, 3), "float32"), np.ones((2, 2, 1), "float32"))


def test_an_empty_batch_gives_an_empty_result():
    x = np.zeros((0, 5, 4, 2), "float32")
    kernel = np.ones((3, 2, 2, 2), "float32")
    for function in (ops.conv, ops.depthwise_conv, ops.conv_transpose):
        assert function(x, kernel).shape[0] == 0
    assert ops.max_pool(x, 2).shape == (0, 2, 2, 2)
    assert ops.average_pool(x, 2).shape == (0, 2, 2, 2)
