"""`keras.backend`'s functions of tensors, as code of Keras 2 calls them."""

import numpy as np
import pytest

import estikeras.compat.v1 as tf
from estikeras import keras

K = keras.backend
RNG = np.random.default_rng(3)
A = RNG.random((2, 3, 4), "float32")
B = RNG.random((2, 4, 5), "float32")
C = RNG.random((2, 4), "float32")
IMAGE = RNG.random((1, 4, 6, 2), "float32")
BITS = np.array([[True, False], [True, True]])

CASES = {
    "mean of bits": (K.mean, (BITS,), BITS.mean()),
    "sum": (K.sum, (A, 1, True), A.sum(1, keepdims=True)),
    "var": (K.var, (A, -1), A.var(-1)),
    "argmax": (K.argmax, (A,), A.argmax(-1)),
    "cumsum": (K.cumsum, (A,), A.cumsum(0)),
    "sqrt of negative": (K.sqrt, (np.float32([-1, 4]),), [0, 2]),
    "clip above": (K.clip, (A, None, 0.5), A.clip(None, 0.5)),
    "pow": (K.pow, (A, 3), A**3),
    "dot": (K.dot, (A, B[0]), A @ B[0]),
    "dot of three axes": (K.dot, (A, B), np.dot(A, B)),
    "batch_dot": (K.batch_dot, (A, B), A @ B),
    "batch_dot of vectors": (K.batch_dot, (C, C), (C * C).sum(1, keepdims=True)),
    "batch_dot of axes": (K.batch_dot, (A, A, 2), np.einsum("bij,bkj->bik", A, A)),
    "batch_dot of two axes": (K.batch_dot, (A, C, (2, 1)), np.einsum("bij,bj->bi", A, C)),
    "l2_normalize": (K.l2_normalize, (C, 1), C / np.linalg.norm(C, axis=1, keepdims=True)),
    "concatenate": (K.concatenate, ([A, A],), np.concatenate([A, A], -1)),
    "permute_dimensions": (K.permute_dimensions, (A, (0, 2, 1)), A.transpose(0, 2, 1)),
    "reverse": (K.reverse, (A, 1), A[:, ::-1]),
    "repeat": (K.repeat, (C, 3), np.repeat(C[:, None], 3, 1)),
    "repeat_elements": (K.repeat_elements, (C, 2, 1), C.repeat(2, 1)),
    "batch_flatten": (K.batch_flatten, (A,), A.reshape(2, -1)),
    "gather": (K.gather, (C, np.array([1, 0])), C[[1, 0]]),
    "temporal_padding": (K.temporal_padding, (A, (1, 0)), np.pad(A, [(0, 0), (1, 0), (0, 0)])),
    "spatial_2d_padding": (
        K.spatial_2d_padding,
        (IMAGE, ((1, 0), (0, 2))),
        np.pad(IMAGE, [(0, 0), (1, 0), (0, 2), (0, 0)]),
    ),
    "spatial_2d_padding, channels first": (
        K.spatial_2d_padding,
        (IMAGE, None, "channels_first"),
        np.pad(IMAGE, [(0, 0), (0, 0), (1, 1), (1, 1)]),
    ),
    "relu": (K.relu, (A - 0.5, 0.1), np.where(A > 0.5, A - 0.5, 0.1 * (A - 0.5))),
    "hard_sigmoid": (K.hard_sigmoid, (8 * A - 4,), (0.2 * (8 * A - 4) + 0.5).clip(0, 1)),
    "pool2d": (
        K.pool2d,
        (IMAGE, (2, 2), (2, 2), "valid", None, "avg"),
        IMAGE.reshape(1, 2, 2, 3, 2, 2).mean((2, 4)),
    ),
    "resize_images": (K.resize_images, (IMAGE, 2, 1), IMAGE.repeat(2, 1)),
    "switch of rows": (K.switch, (BITS[0], A, -A), np.where(BITS[0][:, None, None], A, -A)),
    "binary_crossentropy": (
        K.binary_crossentropy,
        (BITS.astype("float32"), C[:, :2]),
        -np.where(BITS, np.log(C[:, :2]), np.log1p(-C[:, :2])),
    ),
    "batch_normalization": (
        K.batch_normalization,
        (C, C.mean(0), C.var(0), None, np.full(4, 2, "float32")),
        (C - C.mean(0)) / np.sqrt(C.var(0) + 1e-3) * 2,
    ),
    "constant of a shape": (K.constant, (2, None, (2, 3)), np.full((2, 3), 2)),
    "arange": (K.arange, (3,), [0, 1, 2]),
}


@pytest.mark.parametrize("case", CASES)
def test_functions_compute_what_numpy_does(case):
    function, args, expected = CASES[case]
    np.testing.assert_allclose(function(*args), expected, rtol=2e-5, atol=1e-6)


def test_a_scalar_condition_calls_one_of_two_functions():
    assert float(K.switch(K.constant(1), lambda: K.constant(2), lambda: K.constant(3))) == 2


@pytest.fixture
def _channels_first():
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format("channels_last")


@pytest.mark.usefixtures("_channels_first")
def test_channels_are_where_the_configuration_says():
    np.testing.assert_array_equal(K.resize_images(IMAGE, 2, 1), IMAGE.repeat(2, 2))
    bias = np.arange(4, dtype="float32")
    np.testing.assert_array_equal(K.bias_add(IMAGE, bias), IMAGE + bias[:, None, None])
    kernel = RNG.random((2, 3, 1), "float32")
    expected = K.conv1d(A.transpose(0, 2, 1), kernel, 1, "causal", "channels_last")
    given = K.conv1d(A, kernel, 1, "causal")
    np.testing.assert_allclose(given, np.transpose(expected, (0, 2, 1)), rtol=1e-5)


def test_a_causal_convolution_sees_what_came_before():
    kernel = RNG.random((2, 4, 1), "float32")
    before = np.pad(A, [(0, 0), (2, 0), (0, 0)])
    expected = before[:, :3] @ kernel[0] + A @ kernel[1]
    given = K.conv1d(A, kernel, padding="causal", dilation_rate=2)
    np.testing.assert_allclose(given, expected, rtol=1e-5)


def test_variables_are_set_and_moved():
    x = K.variable([1.0, 2.0])
    K.set_value(x, [3.0, 4.0])
    K.update_add(x, np.float32([1, 1]))
    K.moving_average_update(x, np.float32([0, 0]), 0.5)
    np.testing.assert_array_equal(K.get_value(x), [2, 2.5])
    assert (K.int_shape(x), K.ndim(x), K.dtype(x), K.count_params(x)) == ((2,), 1, "float32", 2)


def test_functional_models_take_them():
    x = keras.Input((3, 4))
    model = keras.Model(x, K.batch_dot(K.softmax(x), K.permute_dimensions(x, (0, 2, 1))))
    weights = np.exp(A) / np.exp(A).sum(-1, keepdims=True)
    np.testing.assert_allclose(model(A), weights @ A.transpose(0, 2, 1), rtol=1e-5)


def test_labels_without_alignment_cost_what_ctc_loss_says():
    y = np.exp(A) / np.exp(A).sum(-1, keepdims=True)
    lengths = np.array([[2], [1]]), np.array([[3], [3]])
    cost = K.ctc_batch_cost(np.array([[0, 1], [2, 0]]), y, lengths[1], lengths[0])
    paths = [(0, 0, 1), (0, 1, 1), (3, 0, 1), (0, 3, 1), (0, 1, 3)]
    first = -np.log(sum(np.prod([y[0, k, c] for k, c in enumerate(path)]) for path in paths))
    assert cost.shape == (2, 1)
    np.testing.assert_allclose(cost[0, 0], first, rtol=1e-4)


def test_wrong_calls_say_what_is_expected():
    with pytest.raises(ValueError, match="at least two axes"):
        K.batch_dot(A[0, 0], A)
    with pytest.raises(ValueError, match="batch's axis 0"):
        K.batch_dot(A, A, axes=0)
    with pytest.raises(ValueError, match="'max' or 'avg'"):
        K.pool2d(IMAGE, 2, pool_mode="min")
    with pytest.raises(AttributeError, match="`training=`"):
        tf.keras.backend.learning_phase()
