"""Ops of neural networks on KerasTensors: what is unknown in the input stays unknown, no more."""

import pytest

from estikeras import keras

ops = keras.ops
IMAGES, SERIES, CODES = (None, None, 3), (None, 8), (7,)

ROWS = [
    (lambda x: ops.conv(x, ops.ones((3, 3, 3, 4)), 2, "same"), IMAGES, (None, None, None, 4)),
    (lambda x: ops.conv_transpose(x, ops.ones((3, 3, 4, 3)), 2), IMAGES, (None, None, None, 4)),
    (lambda x: ops.max_pool(x, 2), IMAGES, (None, None, None, 3)),
    (lambda x: ops.average_pool(x, 2, padding="same"), (9, 8, 3), (None, 5, 4, 3)),
    (lambda x: ops.adaptive_max_pool(x, 3), (7, 7, 2), (None, 3, 3, 2)),
    (lambda x: ops.image.resize(x, (5, 6)), IMAGES, (None, 5, 6, 3)),
    (lambda x: ops.image.extract_patches(x, 2), IMAGES, (None, None, None, 12)),
    (lambda x: ops.image.rgb_to_hsv(x), IMAGES, (None, *IMAGES)),
    (lambda x: ops.softmax(x), SERIES, (None, *SERIES)),
    (lambda x: ops.layer_normalization(x), SERIES, (None, *SERIES)),
    (lambda x: ops.moments(x, [1])[0], SERIES, (None, 8)),
    (lambda x: ops.glu(x), SERIES, (None, None, 4)),
    (lambda x: keras.random.dropout(x, 0.3), SERIES, (None, *SERIES)),
    (lambda x: ops.stft(x, 8, 4, 8)[1], (100,), (None, 26, 5)),
    (lambda x: ops.one_hot(ops.cast(x, "int32"), 4), CODES, (None, 7, 4)),
    (lambda x: ops.multi_hot(ops.cast(x, "int32"), 4), CODES, (None, 4)),
    (lambda x: ops.dot_product_attention(x, x, x), (None, 2, 4), (None, None, 2, 4)),
    (lambda x: ops.unfold(x, 2), (3, 8, 8), (None, 12, 49)),
    (lambda x: keras.activations.relu(x, max_value=3.0), SERIES, (None, *SERIES)),
]


@pytest.mark.parametrize(("function", "shape", "expected"), ROWS)
def test_shapes(function, shape, expected):
    assert function(keras.Input(shape)).shape == expected
