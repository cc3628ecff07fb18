"""Images transformed as the real Keras transforms them, by the transformations that it draws."""

import numpy as np
import pytest

from estikeras.keras import layers
from estikeras.keras.layers.preprocessing.image.random_rotation import rotation
from tests.support import oracle
from tests.support.arrays import assert_close

pytestmark = pytest.mark.oracle

WARPS = [
    {"fill_mode": fill_mode, "interpolation": interpolation}
    for fill_mode, interpolation in (
        ("reflect", "bilinear"),
        ("wrap", "nearest"),
        ("constant", "bilinear"),
        ("nearest", "nearest"),
    )
]
RANDOM = [
    *[("RandomFlip", {"mode": m}) for m in ("horizontal", "vertical", "horizontal_and_vertical")],
    *[("RandomRotation", {"factor": 0.4, **warp}) for warp in WARPS],
    *[("RandomZoom", {"height_factor": (-0.7, 0.3), **warp}) for warp in WARPS[:2]],
    ("RandomZoom", {"height_factor": 0.5, "width_factor": (0.2, 0.9), **WARPS[2], "fill_value": 9}),
    *[("RandomTranslation", {"height_factor": 0.5, "width_factor": 0.8, **w}) for w in WARPS[:3]],
    ("RandomContrast", {"factor": (0.5, 0.9)}),
    ("RandomContrast", {"factor": 0.9, "value_range": (20, 180)}),
    ("RandomBrightness", {"factor": 0.8}),
    ("RandomBrightness", {"factor": (0.2, 0.3), "value_range": [200, 0]}),
    *[("RandomCrop", {"height": h, "width": w}) for h, w in ((3, 4), (5, 6), (9, 4), (5, 3))],
]


def _images(data_format="channels_last"):
    x = np.random.default_rng(0).integers(0, 256, (3, 5, 6, 2)).astype("float32")
    return x if data_format == "channels_last" else x.transpose(0, 3, 1, 2)


def _plain(transformation):
    if isinstance(transformation, dict):
        return {key: _plain(value) for key, value in transformation.items()}
    if isinstance(transformation, tuple):
        return tuple(int(value) for value in transformation)
    return transformation if isinstance(transformation, int) else np.asarray(transformation)


@pytest.mark.parametrize(
    ("name", "config", "data_format"),
    [(*row, ("channels_last", "channels_first")[number % 2]) for number, row in enumerate(RANDOM)],
    ids=lambda value: str(value)[:60],
)
def test_a_transformation_that_the_reference_draws_gives_its_images(name, config, data_format):
    config = {**config, "data_format": data_format}
    real = getattr(oracle.real_keras().layers, name)(seed=1, **config)
    ours = getattr(layers, name)(seed=1, **config)
    x = _images(data_format)
    chosen = real.get_random_transformation(x, training=True)
    drawn = ours.get_random_transformation(x, training=True)
    assert type(drawn) is type(chosen)
    if isinstance(chosen, dict):
        assert list(drawn) == list(chosen)
        shapes = [np.shape(value) for value in drawn.values()]
        assert shapes == [np.shape(value) for value in chosen.values()]
    expected = real.transform_images(x, chosen, training=True)
    assert_close(ours.transform_images(x, _plain(chosen), training=True), np.asarray(expected))
    masks = x.astype("int32")
    expected = np.asarray(real.transform_segmentation_masks(masks, chosen, training=True))
    got = ours.transform_segmentation_masks(masks, _plain(chosen), training=True)
    assert_close(got, expected)
    assert got.dtype == str(expected.dtype)


def test_our_rotation_matrix_is_the_reference_s():
    real = oracle.real_keras().layers.RandomRotation(0.5)
    for x in (_images(), _images()[0]):
        chosen = real.get_random_transformation(x)
        matrix = np.asarray(chosen["rotation_matrix"])
        got = rotation(np.asarray(chosen["angle"]), 5, 6)
        assert_close(got if x.ndim == 4 else got[0], matrix, tolerance=1e-5)


@pytest.mark.parametrize(
    ("size", "options"),
    [
        ((8, 3), {}),
        ((8, 3), {"crop_to_aspect_ratio": True}),
        ((3, 9), {"crop_to_aspect_ratio": True, "interpolation": "nearest"}),
        ((8, 3), {"pad_to_aspect_ratio": True, "fill_value": 7.0}),
        ((3, 9), {"pad_to_aspect_ratio": True, "fill_value": 7.0}),
        ((3, 4), {"interpolation": "bicubic", "antialias": True}),
        ((3, 9), {"interpolation": "lanczos3"}),
        ((2, 3), {"interpolation": "lanczos5", "antialias": True}),
    ],
    ids=str,
)
def test_resizing_gives_the_reference_s_pixels(size, options):
    real = oracle.real_keras().layers.Resizing(*size, **options)
    ours = layers.Resizing(*size, **options)
    assert_close(ours(_images()), np.asarray(real(_images())), tolerance=1e-4)


def test_resized_integers_are_the_reference_s():
    x = _images().astype("uint8")
    layer = {"height": 8, "width": 3, "pad_to_aspect_ratio": True, "fill_value": 7}
    expected = oracle.real_keras().layers.Resizing(**layer)(x)
    assert_close(layers.Resizing(**layer)(x), np.asarray(expected))


@pytest.mark.parametrize("size", [(3, 4), (4, 9), (8, 2)])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_center_crop_gives_the_reference_s_pixels(size, data_format):
    x = _images(data_format)
    real = oracle.real_keras().layers.CenterCrop(*size, data_format=data_format)
    ours = layers.CenterCrop(*size, data_format=data_format)
    assert_close(ours(x), np.asarray(real(x)))
