import io

import numpy as np
import pytest

from estikeras import keras
from tests.support.arrays import assert_close, random_array
from tests.support.oracle import real_keras

utils = keras.utils


@pytest.fixture
def pil():
    return pytest.importorskip("PIL.Image")


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_arrays_become_images_and_come_back(channels, mode, pil):
    x = np.random.default_rng(0).integers(0, 256, (5, 4, channels)).astype("float32")
    image = utils.array_to_img(x, scale=False)
    assert (image.mode, image.size) == (mode, (4, 5))
    np.testing.assert_array_equal(utils.img_to_array(image), x)
    first = utils.img_to_array(image, data_format="channels_first")
    np.testing.assert_array_equal(first, x.transpose(2, 0, 1))
    again = utils.array_to_img(first, data_format="channels_first", scale=False)
    np.testing.assert_array_equal(np.asarray(again), np.asarray(image))


def test_values_are_stretched_to_a_byte(pil):
    x = np.array([[[-1.0], [0.0], [3.0]]])
    assert np.asarray(utils.array_to_img(x)).tolist() == [[0, 63, 255]]
    assert np.asarray(utils.array_to_img(np.ones((1, 2, 1)))).tolist() == [[0, 0]]
    assert utils.array_to_img(np.full((1, 1, 1), 1000.0), scale=False).mode == "I"


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_files_are_written_and_read(ending, pil, tmp_path):
    x = np.full((8, 8, 4), 200.0)
    path = tmp_path / f"a.{ending}"
    utils.save_img(path, x, scale=False)
    image = utils.load_img(path, color_mode="grayscale", target_size=(4, 2))
    assert image.size == (2, 4)
    np.testing.assert_allclose(utils.img_to_array(image), 200, atol=2)
    assert utils.load_img(io.BytesIO(path.read_bytes())).mode == "RGB"


def test_the_ratio_is_kept_by_cutting(pil, tmp_path):
    x = np.zeros((4, 8, 1))
    x[:, 2:6] = 255
    utils.save_img(tmp_path / "a.png", x)
    image = utils.load_img(tmp_path / "a.png", target_size=(4, 4), keep_aspect_ratio=True)
    assert np.asarray(image).min() == 255


def test_wrong_arguments_are_named(pil, tmp_path):
    with pytest.raises(ValueError, match=r"`x`.*\(2, 2\)"):
        utils.array_to_img(np.ones((2, 2)))
    with pytest.raises(ValueError, match="channels"):
        utils.array_to_img(np.ones((2, 2, 5)))
    with pytest.raises(ValueError, match="color_mode"):
        utils.load_img("a.png", color_mode="bw")
    with pytest.raises(TypeError, match="path"):
        utils.load_img(3)
    utils.save_img(tmp_path / "a.png", np.ones((2, 2, 3)))
    with pytest.raises(ValueError, match="interpolation"):
        utils.load_img(tmp_path / "a.png", target_size=(1, 1), interpolation="x")


@pytest.mark.oracle
@pytest.mark.parametrize("size", [(2, 3), (5, 2), (8, 8)])
@pytest.mark.parametrize("shape", [(6, 4, 3), (2, 5, 7, 1)])
def test_smart_resize_is_that_of_the_real_keras(size, shape):
    x = random_array(shape)
    ours = keras.preprocessing.image.smart_resize(x, size)
    assert isinstance(ours, np.ndarray)
    assert_close(ours, real_keras().preprocessing.image.smart_resize(x, size))
    with pytest.raises(ValueError, match="size"):
        keras.preprocessing.image.smart_resize(x, (1, 2, 3))


def test_without_pil_the_remedy_is_named():
    try:
        import PIL  # noqa: F401
    except ImportError:
        with pytest.raises(ImportError, match="pip install pillow"):
            utils.array_to_img(np.ones((2, 2, 3)))
