"""TensorFlow's image functions: orientation, size, colour, and chance that follows its seed."""

import numpy as np
import pytest

import estikeras as tf
from tests.support.arrays import assert_close

X = np.random.default_rng(0).random((2, 5, 6, 3)).astype("float32")
BYTES = (X * 255).astype("uint8")


def test_orientations_are_numpys():
    assert_close(tf.image.flip_left_right(X), X[:, :, ::-1])
    assert_close(tf.image.flip_up_down(X[0]), X[0, ::-1])
    assert_close(tf.image.transpose(X), X.swapaxes(1, 2))
    for k in range(-1, 5):
        assert_close(tf.image.rot90(X[0], k), np.rot90(X[0], k))


def test_sizes():
    assert tf.image.resize(BYTES, (7, 3)).dtype == "float32"
    assert tf.image.resize(BYTES, (7, 3), method="nearest").dtype == "uint8"
    assert tf.image.resize(X, (10, 10), preserve_aspect_ratio=True).shape == (2, 8, 10, 3)
    assert_close(tf.image.central_crop(X, 0.5), X[:, 1:4, 1:5])
    assert_close(tf.image.crop_to_bounding_box(X, 1, 2, 3, 4), X[:, 1:4, 2:6])
    cropped = tf.image.resize_with_crop_or_pad(X, 3, 8).numpy()
    assert_close(cropped, np.pad(X[:, 1:4], ((0, 0), (0, 0), (1, 1), (0, 0))))
    assert tf.image.resize_with_pad(X, 10, 10).shape == (2, 10, 10, 3)
    assert tf.image.extract_patches(X, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], "VALID").shape == (
        2,
        4,
        5,
        12,
    )


def test_padding_is_shared_out_before_sizes_are_cut_to_whole_numbers():
    x = np.arange(1, 7, dtype="float32").reshape(2, 3, 1)
    y = tf.image.resize_with_pad(x, 4, 4, method="nearest").numpy()[..., 0]
    # as TensorFlow 2.21 gives it: 2.67 rows become 2, above which there is 0.67 and so no row
    assert y.tolist() == [[1, 2, 2, 3], [4, 5, 5, 6], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_a_box_of_the_whole_image_is_the_image():
    whole = np.array([[0, 0, 1, 1]], "float32")
    assert_close(tf.image.crop_and_resize(X, whole, [1], (5, 6)), X[1:])


def test_whole_numbers_and_fractions_go_both_ways():
    fractions = tf.image.convert_image_dtype(BYTES, "float32")
    assert fractions.numpy().max() <= 1
    assert_close(tf.image.convert_image_dtype(fractions, "uint8"), BYTES)
    assert tf.image.convert_image_dtype(np.array([255], "uint8"), "uint16").numpy() == [65280]


def test_colours():
    assert_close(tf.image.adjust_brightness(X, 0.25), X + 0.25)
    mean = X.mean((1, 2), keepdims=True)
    assert_close(tf.image.adjust_contrast(X, 2.0), (X - mean) * 2 + mean)
    assert_close(tf.image.adjust_gamma(X, 2.0, 3.0), 3 * X**2)
    assert_close(tf.image.adjust_hue(X, 0.0), X, tolerance=1e-5)
    assert_close(tf.image.adjust_hue(tf.image.adjust_hue(X, 0.3), -0.3), X, tolerance=1e-5)
    grey = tf.image.adjust_saturation(X, 0.0).numpy()
    assert_close(grey, np.repeat(X.max(-1, keepdims=True), 3, -1))
    assert tf.image.adjust_brightness(BYTES, 0.9).numpy().max() == 255
    one = tf.image.rgb_to_grayscale(X)
    assert_close(tf.image.grayscale_to_rgb(one)[..., 2:], one)


def test_images_as_jpeg_files_show_them():
    ramp = np.linspace(0, 1, 16 * 24, dtype="float32").reshape(16, 24, 1)
    file = tf.io.encode_jpeg(BYTES[0])
    assert tf.io.extract_jpeg_shape(file).numpy().tolist() == [5, 6, 3]
    assert tf.image.extract_jpeg_shape(file, "int64").dtype == "int64"
    with pytest.raises(tf.errors.InvalidArgumentError, match="no JPEG"):
        tf.io.extract_jpeg_shape(tf.io.encode_png(BYTES[0]))
    errors = [np.abs(tf.image.adjust_jpeg_quality(ramp, q) - ramp).mean() for q in (5, 95)]
    assert errors[1] < 0.01 < errors[0]
    one = tf.image.stateless_random_jpeg_quality(BYTES[0], 50, 60, (1, 2))
    assert_close(one, tf.image.stateless_random_jpeg_quality(BYTES[0], 50, 60, (1, 2)))
    assert tf.image.random_jpeg_quality(ramp, 50, 51).dtype == "float32"
    assert_close(tf.image.random_jpeg_quality(ramp, 50, 51), tf.image.adjust_jpeg_quality(ramp, 50))


def test_statistics():
    y = tf.image.per_image_standardization(BYTES).numpy()
    np.testing.assert_allclose(y.mean((1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(y.std((1, 2, 3)), 1, atol=1e-5)
    assert_close(tf.image.psnr(X, X + 0.1, 1.0), np.full(2, 20, "float32"), tolerance=1e-4)
    down = tf.image.image_gradients(X)[0].numpy()
    assert_close(down[:, :-1], np.diff(X, axis=1))
    assert (down[:, -1] == 0).all()
    total = np.abs(np.diff(X, axis=1)).sum((1, 2, 3)) + np.abs(np.diff(X, axis=2)).sum((1, 2, 3))
    assert_close(tf.image.total_variation(X), total)
    ramp = np.broadcast_to(np.arange(6.0, dtype="float32")[None, :, None, None], (1, 6, 6, 1))
    assert_close(tf.image.sobel_edges(ramp)[:, 1:-1, :, :, 0], np.full((1, 4, 6, 1), 8, "float32"))


def test_chance_follows_the_seed():
    for draw in (
        lambda: tf.image.random_flip_left_right(X, seed=1),
        lambda: tf.image.random_brightness(X, 0.3, seed=1),
        lambda: tf.image.random_contrast(X, 0.5, 1.5, seed=1),
        lambda: tf.image.random_hue(X, 0.3, seed=1),
        lambda: tf.image.random_saturation(X, 0.5, 1.5, seed=1),
        lambda: tf.image.random_crop(X, (2, 3, 3, 3), seed=1),
    ):
        tf.random.set_seed(1)
        first = draw()
        tf.random.set_seed(1)
        assert_close(draw(), first)


def test_keys_give_the_same_again():
    for change in (
        lambda seed: tf.image.stateless_random_flip_left_right(X, seed),
        lambda seed: tf.image.stateless_random_flip_up_down(X, seed),
        lambda seed: tf.image.stateless_random_brightness(X, 0.3, seed),
        lambda seed: tf.image.stateless_random_contrast(X, 0.5, 1.5, seed),
        lambda seed: tf.image.stateless_random_hue(X, 0.3, seed),
        lambda seed: tf.image.stateless_random_saturation(X, 0.5, 1.5, seed),
        lambda seed: tf.image.stateless_random_crop(X, (2, 3, 3, 3), seed),
    ):
        assert_close(change((1, 2)), change(np.array([1, 2])))
        assert any(np.abs(change((1, n)) - change((1, 2))).max() > 0 for n in range(3, 9))


@pytest.mark.parametrize(
    ("there", "back", "white", "red"),
    [
        (tf.image.rgb_to_yuv, tf.image.yuv_to_rgb, [1, 0, 0], [0.299, -0.1471, 0.615]),
        (tf.image.rgb_to_yiq, tf.image.yiq_to_rgb, [1, 0, 0], [0.299, 0.5959, 0.2115]),
    ],
    ids=["yuv", "yiq"],
)
def test_luminance_and_differences_of_colours(there, back, white, red):
    assert_close(back(there(X)), X, tolerance=1e-5)
    colours = there(np.float32([[[1, 1, 1], [1, 0, 0]]])).numpy()[0]
    np.testing.assert_allclose(colours, [white, red], atol=1e-4)


def test_blocks_become_samples():
    y = tf.nn.space_to_batch(X[:, :4], [2, 2], [[0, 0], [0, 0]]).numpy()
    assert y.shape == (8, 2, 3, 3)
    assert_close(y[2:4], X[:, :4][:, ::2, 1::2])


def test_samples_become_blocks_again():
    v1 = tf.compat.v1
    blocks = tf.space_to_batch(X, [2, 3], [[1, 0], [0, 0]])
    assert_close(tf.batch_to_space(blocks, [2, 3], [[1, 0], [0, 0]]), X)
    assert_close(v1.batch_to_space_nd(blocks, [2, 3], [[1, 0], [0, 0]]), X)
    assert_close(v1.space_to_batch_nd(X, [2, 3], [[1, 0], [0, 0]]), blocks)
    assert_close(v1.space_to_batch(X, [[1, 0], [0, 0]], block_shape=[2, 3]), blocks)
    twos = v1.space_to_batch(X, [[1, 0], [0, 0]], 2)
    assert_close(v1.batch_to_space(twos, [[1, 0], [0, 0]], 2), X)
    with pytest.raises(ValueError, match="a batch that 5"):
        tf.batch_to_space(X, [5, 1], [[0, 0], [0, 0]])
    with pytest.raises(ValueError, match="`block_size`"):
        v1.space_to_batch(X, [[0, 0], [0, 0]])


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="central_fraction"):
        tf.image.central_crop(X, 0.0)
    with pytest.raises(ValueError, match="`method`"):
        tf.image.resize(X, (3, 3), method="area")
    with pytest.raises(ValueError, match="`size`"):
        tf.image.random_crop(X, (2, 9, 3, 3))
