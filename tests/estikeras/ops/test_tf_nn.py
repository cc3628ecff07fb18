"""TensorFlow's names for neural networks: Keras ops with other argument names and layouts."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import ops
from tests.support.arrays import assert_close, random_array

X = random_array((2, 5, 6, 3))
KERNEL = random_array((3, 2, 3, 4))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("relu", {}),
        ("relu6", {}),
        ("elu", {}),
        ("selu", {}),
        ("softplus", {}),
        ("softsign", {}),
        ("sigmoid", {}),
        ("silu", {}),
        ("softmax", {}),
        ("log_softmax", {}),
    ],
)
def test_activations_are_the_keras_ops(name, options):
    assert_close(getattr(tf.nn, name)(X, **options), getattr(ops, name)(X))


def test_activations_with_arguments_of_their_own():
    assert_close(tf.nn.leaky_relu(X, alpha=0.1), ops.leaky_relu(X, negative_slope=0.1))
    assert_close(tf.nn.gelu(X), ops.gelu(X, approximate=False))
    assert_close(tf.nn.silu(X, beta=2.0), X * ops.sigmoid(2 * X))
    assert_close(tf.nn.crelu(X), np.maximum(np.concatenate([X, -X], axis=-1), 0))


def test_strides_come_in_three_lengths_and_padding_in_pairs():
    expected = ops.conv(X, KERNEL, strides=2, padding="same")
    for strides in (2, [2, 2], [1, 2, 2, 1]):
        assert_close(tf.nn.conv2d(X, KERNEL, strides, "SAME"), expected)
    padded = np.pad(X, ((0, 0), (1, 0), (2, 1), (0, 0)))
    explicit = tf.nn.conv2d(X, KERNEL, 1, [[0, 0], [1, 0], [2, 1], [0, 0]])
    assert_close(explicit, ops.conv(padded, KERNEL))
    with pytest.raises(ValueError, match="strides"):
        tf.nn.conv2d(X, KERNEL, [2, 2, 2, 1], "SAME")


def test_channels_first_is_the_transpose():
    first = np.moveaxis(X, 3, 1)
    got = tf.nn.conv2d(first, KERNEL, [1, 1, 2, 1], "VALID", data_format="NCHW").numpy()
    expected = tf.nn.conv2d(X, KERNEL, [1, 2, 1, 1], "VALID").numpy()
    assert_close(np.moveaxis(got, 1, 3), expected)
    assert_close(tf.nn.bias_add(first, [1.0, 2.0, 3.0], "NCHW")[:, 1], first[:, 1] + 2)


def test_a_transposed_convolution_is_the_gradient_of_the_convolution():
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.conv2d(x, KERNEL, 2, "SAME")
    g = random_array(y.shape, seed=3)
    got = tf.nn.conv2d_transpose(g, KERNEL, X.shape, 2)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.conv2d(x, KERNEL, 2, "SAME")
    assert_close(got, tape.gradient(y, x, output_gradients=tf.constant(g)))


def test_pooling_is_the_keras_op():
    assert_close(tf.nn.max_pool2d(X, 2, 2, "VALID"), ops.max_pool(X, 2))
    assert_close(
        tf.nn.avg_pool(X, [1, 2, 2, 1], [1, 1, 1, 1], "SAME"), ops.average_pool(X, 2, 1, "same")
    )
    assert_close(tf.nn.pool(X, [2, 2], "MAX", strides=[2, 2]), ops.max_pool(X, 2))


def test_cross_entropies_are_their_formulas():
    logits, labels = random_array((4, 3)), np.array([0, 2, 1, 1])
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -np.log(shares[np.arange(4), labels])
    sparse = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    dense = tf.nn.softmax_cross_entropy_with_logits(labels=np.eye(3)[labels], logits=logits)
    assert_close(sparse, expected)
    assert_close(dense.numpy().astype("float32"), expected)
    zeros = np.round(np.abs(logits))
    binary = -zeros * np.log(1 / (1 + np.exp(-logits))) - (1 - zeros) * np.log(
        1 / (1 + np.exp(logits))
    )
    assert_close(tf.nn.sigmoid_cross_entropy_with_logits(labels=zeros, logits=logits), binary)
    assert_close(tf.nn.weighted_cross_entropy_with_logits(zeros, logits, 1.0), binary)
    with pytest.raises(ValueError, match="from 0 to 2, got 3"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[3], logits=logits[:1])
    with pytest.raises(TypeError, match="labels"):
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0.5], logits=logits[:1])


def test_norms_and_means_are_their_formulas():
    mean, variance = tf.nn.moments(X, [0, 1, 2])
    assert_close((mean, variance), (X.mean((0, 1, 2)), X.var((0, 1, 2))))
    normal = tf.nn.batch_normalization(X, mean, variance, None, 2.0, 1e-3)
    assert_close(normal, 2 * (X - mean.numpy()) / np.sqrt(variance.numpy() + 1e-3))
    assert_close(tf.nn.l2_loss(X), np.square(X).sum() / 2)
    assert_close(tf.nn.l2_normalize(X, axis=-1), X / np.linalg.norm(X, axis=-1, keepdims=True))
    assert_close(tf.nn.compute_average_loss([1.0, 3.0], [1.0, 2.0], 4), np.float32(1.75))
    squares = np.square(X)
    near = np.stack([squares[..., :2].sum(-1), squares.sum(-1), squares[..., 1:].sum(-1)], -1)
    assert_close(tf.nn.lrn(X, depth_radius=1), X / np.sqrt(1 + near))


def test_embeddings_are_rows_with_a_largest_norm():
    table = random_array((4, 2, 3))
    assert_close(tf.nn.embedding_lookup(table, [[3], [0]]), table[[[3], [0]]])
    rows = tf.nn.embedding_lookup(10 * table, [1, 2], max_norm=1.0).numpy().reshape(2, -1)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)


def test_weights_count_elements_several_times():
    x, weights = random_array((4, 3)), np.array([[1.0], [2.0], [0.0], [1.0]], "float32")
    repeated = np.concatenate([x[:1], x[1:2], x[1:2], x[3:]])
    expected = repeated.mean(0), repeated.var(0)
    assert_close(tf.nn.weighted_moments(x, [0], weights), expected)
    statistics = tf.nn.sufficient_statistics(repeated, [0], shift=0.5)
    assert_close(tf.nn.normalize_moments(*statistics), expected)


def test_ctc_takes_time_first():
    logits = random_array((5, 2, 4))
    arguments = [[[1, 2], [3, 0]], logits, [2, 1], [5, 4]]
    batch_first = [arguments[0], logits.swapaxes(0, 1), *arguments[2:]]
    assert_close(tf.nn.ctc_loss(*arguments), ops.ctc_loss(*batch_first))
    last = tf.nn.ctc_loss(*batch_first, logits_time_major=False, blank_index=-1)
    assert_close(last, ops.ctc_loss(*batch_first, mask_index=3))
