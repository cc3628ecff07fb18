"""Every layer of images through all checks of layers, and what they have in common."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras
from estikeras.keras import layers
from tests.support.layers import case, layer_checks

SHAPE = (2, 5, 6, 3)
CASES = [
    case(layers.Resizing, {"height": 3, "width": 8}, SHAPE),
    case(
        layers.Resizing,
        {"height": 4, "width": 4, "interpolation": "nearest", "data_format": "channels_first"},
        (2, 3, 5, 6),
        input_dtype="uint8",
        high=255,
        gradient=False,
    ),
    case(layers.CenterCrop, {"height": 3, "width": 3}, SHAPE),
    case(
        layers.CenterCrop,
        {"height": 8, "width": 3, "data_format": "channels_first"},
        (2, 3, 5, 6),
        gradient=False,
    ),
    case(
        layers.RandomCrop, {"height": 5, "width": 6, "seed": 3}, SHAPE, random=True, gradient=False
    ),
    case(layers.RandomFlip, {"seed": 3}, SHAPE, random=True),
    case(layers.RandomRotation, {"factor": 0.2, "seed": 3}, SHAPE, random=True, gradient=False),
    case(
        layers.RandomZoom,
        {"height_factor": (0.3, 0.1), "seed": 3},
        SHAPE,
        random=True,
        gradient=False,
    ),
    case(
        layers.RandomTranslation,
        {"height_factor": 0.1, "width_factor": (-0.3, 0.1), "fill_mode": "wrap", "seed": 3},
        SHAPE,
        random=True,
        gradient=False,
    ),
    case(
        layers.RandomContrast,
        {"factor": 0.4, "value_range": (0, 1), "seed": 3},
        SHAPE,
        random=True,
        gradient=False,
    ),
    case(
        layers.RandomBrightness,
        {"factor": (-0.1, 0.3), "seed": 3},
        SHAPE,
        random=True,
        gradient=False,
    ),
]
test_layer = layer_checks(CASES)

RANDOM = [
    (layers.RandomCrop, {"height": 3, "width": 2}),
    (layers.RandomFlip, {}),
    (layers.RandomRotation, {"factor": 0.3}),
    (layers.RandomZoom, {"height_factor": 0.3, "width_factor": 0.3}),
    (layers.RandomTranslation, {"height_factor": 0.3, "width_factor": 0.3}),
    (layers.RandomContrast, {"factor": (0.9, 0.9)}),
    (layers.RandomBrightness, {"factor": 0.5}),
]
ids = [layer.__name__ for layer, _ in RANDOM]
each_random_layer = pytest.mark.parametrize(("layer", "config"), RANDOM, ids=ids)


def _images(count=4, dtype="float32"):
    return np.random.default_rng(0).integers(0, 256, (count, 5, 6, 3)).astype(dtype)


@each_random_layer
def test_seeds_decide_what_is_drawn_and_calls_differ(layer, config):
    x = _images()
    first, same, other = (layer(seed=seed, **config) for seed in (1, 1, 2))
    draws = [np.asarray(first(x)) for _ in range(4)]
    np.testing.assert_array_equal([np.asarray(same(x)) for _ in range(4)], draws)
    assert any(not np.array_equal(draw, draws[0]) for draw in draws[1:])
    assert any(not np.array_equal(other(x), draw) for draw in draws)


@each_random_layer
def test_layers_vary_images_unless_told_that_nothing_is_trained(layer, config):
    x, made = _images(), layer(seed=5, **config)
    np.testing.assert_array_equal(made(x, training=False), x)
    assert not np.array_equal(made(x), x)


@each_random_layer
def test_one_image_and_a_batch_of_it_go_through_alike(layer, config):
    x = _images(1)
    alone, batched = layer(seed=7, **config), layer(seed=7, **config)
    for _ in range(3):
        np.testing.assert_allclose(alone(x[0]), np.asarray(batched(x))[0], rtol=1e-5, atol=1e-4)


@each_random_layer
def test_integers_become_the_compute_dtype(layer, config):
    made = layer(dtype="float16", **config)
    for training in (False, True):
        assert made(_images(dtype="uint8"), training=training).dtype == "float16"


@each_random_layer
def test_traced_calls_draw_what_eager_ones_draw(layer, config):
    x = _images()
    eager, traced = layer(seed=11, **config), layer(seed=11, **config)
    program = tf.function(lambda v: traced(v, training=True))
    for _ in range(3):
        np.testing.assert_allclose(program(x), eager(x, training=True), rtol=1e-5, atol=1e-3)


@each_random_layer
def test_pipelines_draw_for_each_image_what_calls_draw(layer, config):
    x = _images(12)
    mapped, alone = layer(seed=2, **config), layer(seed=2, **config)
    dataset = tf.data.Dataset.from_tensor_slices(x).map(mapped)
    expected = np.stack([np.asarray(alone(image)) for image in x])
    assert dataset.element_spec.shape == expected.shape[1:]
    np.testing.assert_allclose(np.stack([*dataset.as_numpy_iterator()]), expected, atol=1e-3)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Resizing(2, 2),
        layers.CenterCrop(3, 2),
        layers.RandomCrop(3, 2),
        layers.RandomFlip(),
        layers.RandomZoom(0.3),
        layers.RandomContrast(0.3),
    ],
    ids=lambda layer: type(layer).__name__,
)
@pytest.mark.parametrize("batched", [True, False])
def test_masks_follow_the_images_and_labels_stay(layer, batched):
    x = np.repeat(np.arange(120).reshape(4, 5, 6, 1), 3, axis=-1).astype("float32")
    data = {"images": x, "labels": np.arange(4), "segmentation_masks": x[..., :1], "more": x}
    data = data if batched else {key: value[1] for key, value in data.items()}
    given = dict(data)
    outputs = layer(data)
    assert data == given
    assert list(outputs) == list(data)
    np.testing.assert_array_equal(outputs["labels"], data["labels"])
    np.testing.assert_array_equal(outputs["more"], data["more"])
    masks = np.asarray(outputs["segmentation_masks"])
    if isinstance(layer, layers.RandomContrast):
        np.testing.assert_array_equal(masks, data["segmentation_masks"])
        return
    assert masks.shape == (*outputs["images"].shape[:-1], 1)
    if isinstance(layer, (layers.Resizing, layers.RandomZoom)):
        assert set(masks.ravel()) <= set(data["segmentation_masks"].ravel())
    else:
        np.testing.assert_array_equal(masks, outputs["images"][..., :1])


def test_a_functional_model_takes_a_dict():
    inputs = {"images": keras.Input((5, 6, 3)), "labels": keras.Input((), dtype="int32")}
    outputs = layers.RandomCrop(3, 2)(inputs)
    assert outputs["images"].shape == (None, 3, 2, 3)
    assert outputs["labels"].dtype == "int32"
    assert layers.RandomCrop(3, 2).compute_output_shape({"images": (5, 6, 3), "labels": ()}) == {
        "images": (3, 2, 3),
        "labels": (),
    }


def test_models_vary_images_in_fit_and_not_in_predict():
    model = keras.Sequential(
        [keras.Input((5, 6, 3)), layers.RandomFlip(seed=1), layers.RandomRotation(0.5, seed=1)]
    )
    x = _images(8)
    np.testing.assert_array_equal(model.predict(x, verbose=0), x)
    model.compile(loss="mse")
    assert model.evaluate(x, x, verbose=0) == 0
    assert model.fit(x, x, verbose=0).history["loss"][0] > 0
    assert not model.run_eagerly


@pytest.mark.parametrize("shape", [(5, 6), (2, 2, 5, 6, 3)])
def test_other_numbers_of_dimensions_are_refused(shape):
    with pytest.raises(ValueError, match="`data`: expected 3 dimensions"):
        layers.RandomFlip()(np.zeros(shape, "float32"))


def test_a_dict_without_images_is_refused():
    with pytest.raises(ValueError, match="`data`: expected a dict with 'images'"):
        layers.RandomFlip()({"image": _images()})


def test_bounding_boxes_are_refused_with_the_alternative():
    with pytest.raises(NotImplementedError, match=r"`bounding_box_format`.*segmentation_masks"):
        layers.RandomFlip(bounding_box_format="xyxy")
    with pytest.raises(NotImplementedError, match=r"`bounding_boxes`.*segmentation_masks"):
        layers.RandomFlip()({"images": _images(), "bounding_boxes": {"boxes": np.zeros((4, 1, 4))}})


@pytest.mark.parametrize(
    ("layer", "arguments", "match"),
    [
        (layers.Resizing, {"height": 0, "width": 3}, "height"),
        (layers.Resizing, {"height": 3, "width": 3, "interpolation": "linear"}, "bilinear"),
        (layers.Resizing, {"height": 3, "width": 3, "fill_mode": "wrap"}, "fill_mode"),
        (
            layers.Resizing,
            {"height": 3, "width": 3, "crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True},
            "pad_to_aspect_ratio",
        ),
        (layers.CenterCrop, {"height": 3, "width": 2.5}, "width"),
        (layers.CenterCrop, {"height": 3, "width": 2, "data_format": "first"}, "data_format"),
        (layers.RandomCrop, {"height": -3, "width": 2}, "height"),
        (layers.RandomFlip, {"mode": "sideways"}, "mode"),
        (layers.RandomFlip, {"seed": 1.5}, "seed"),
        (layers.RandomRotation, {"factor": 1.5}, r"`factor`.*\[-1, 1\]"),
        (layers.RandomRotation, {"factor": (0, 0, 0)}, "factor"),
        (layers.RandomRotation, {"factor": "0.2"}, "factor"),
        (layers.RandomZoom, {"height_factor": -1}, r"`height_factor`.*\(-1, 1\]"),
        (layers.RandomZoom, {"height_factor": 0.1, "width_factor": 2}, "width_factor"),
        (layers.RandomTranslation, {"height_factor": 2, "width_factor": 0}, "height_factor"),
        (layers.RandomContrast, {"factor": -0.2}, r"`factor`.*\[0, 1\]"),
        (layers.RandomContrast, {"factor": 0.2, "value_range": 255}, "value_range"),
        (layers.RandomBrightness, {"factor": [-0.5, 1.1]}, "factor"),
    ],
)
def test_wrong_arguments_are_refused_where_they_come_in(layer, arguments, match):
    with pytest.raises(ValueError, match=match):
        layer(**arguments)


@pytest.mark.parametrize("arguments", [{"fill_mode": "mirror"}, {"interpolation": "bicubic"}])
def test_unknown_ways_to_warp_are_refused_with_the_known_ones(arguments):
    with pytest.raises(NotImplementedError, match="Use one of"):
        layers.RandomRotation(0.1, **arguments)
