"""Conv1D, Conv2D and Conv3D against the real Keras and numeric gradients."""

import numpy as np
import pytest

from estikeras.keras.layers import Conv1D, Conv2D, Conv3D
from tests.support.layers import case, layer_checks

CASES = [
    case(Conv1D, {"filters": 3, "kernel_size": 2}, (2, 6, 4)),
    case(Conv1D, {"filters": 3, "kernel_size": 3, "padding": "same", "strides": 2}, (2, 7, 2)),
    case(
        Conv1D, {"filters": 4, "kernel_size": 2, "padding": "causal", "dilation_rate": 2}, (2, 6, 3)
    ),
    case(
        Conv1D,
        {"filters": 4, "kernel_size": 2, "padding": "causal", "data_format": "channels_first"},
        (2, 3, 6),
    ),
    case(Conv2D, {"filters": 3, "kernel_size": 2}, (2, 5, 6, 4)),
    case(Conv2D, {"filters": 3, "kernel_size": (3, 1), "activation": "tanh"}, (2, 5, 4, 2)),
    case(
        Conv2D, {"filters": 4, "kernel_size": 3, "strides": (2, 1), "padding": "same"}, (1, 5, 6, 2)
    ),
    case(Conv2D, {"filters": 4, "kernel_size": 2, "groups": 2, "use_bias": False}, (2, 4, 4, 6)),
    case(Conv2D, {"filters": 2, "kernel_size": 2, "dilation_rate": 2}, (2, 5, 5, 2)),
    case(Conv2D, {"filters": 3, "kernel_size": 2, "data_format": "channels_first"}, (2, 4, 5, 6)),
    case(Conv2D, {"filters": 3, "kernel_size": 2}, (2, 4, 4, 2), dtype="float16"),
    case(
        Conv2D,
        {"filters": 3, "kernel_size": 2},
        (2, 4, 4, 2),
        dtype="mixed_bfloat16",
        input_dtype="float32",
    ),
    case(
        Conv2D,
        {"filters": 2, "kernel_size": 1, "kernel_regularizer": "l2", "bias_constraint": "non_neg"},
        (1, 3, 3, 2),
    ),
    case(Conv3D, {"filters": 2, "kernel_size": 2}, (1, 3, 4, 3, 2)),
    case(
        Conv3D, {"filters": 2, "kernel_size": 2, "padding": "same", "strides": 2}, (1, 3, 4, 3, 2)
    ),
]
test_layer = layer_checks(CASES)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"filters": 0}, "filters"),
        ({"filters": 3, "groups": 2}, "groups"),
        ({"kernel_size": 0}, "kernel_size"),
        ({"kernel_size": (1, 2, 3)}, "kernel_size"),
        ({"strides": 0}, "strides"),
        ({"padding": "causal"}, "padding"),
        ({"strides": 2, "dilation_rate": 2}, "dilation_rate"),
        ({"data_format": "channels"}, "data_format"),
    ],
)
def test_wrong_arguments_are_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        Conv2D(**{"filters": 2, "kernel_size": 2, **arguments})


def test_channels_that_groups_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="groups"):
        Conv2D(4, 2, groups=2).build((None, 5, 5, 3))


def test_windows_larger_than_the_image_are_refused():
    with pytest.raises(ValueError, match="padding='same'"):
        Conv2D(4, 6).build((None, 5, 5, 3))


def test_a_subclass_may_change_the_kernel():
    class Doubled(Conv2D):
        def convolution_op(self, inputs, kernel):
            return super().convolution_op(inputs, 2 * kernel)

    x = np.ones((1, 3, 3, 2), "float32")
    layer = Doubled(2, 2, kernel_initializer="ones")
    np.testing.assert_array_equal(layer(x).numpy(), np.full((1, 2, 2, 2), 16))


def test_unknown_sizes_stay_unknown():
    assert Conv2D(4, 3, padding="same").compute_output_shape((None, None, 5, 3)) == (
        None,
        None,
        5,
        4,
    )
