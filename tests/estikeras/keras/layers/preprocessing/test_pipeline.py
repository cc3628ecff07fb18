"""Layers one after the other as one layer."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.keras import layers


def test_layers_run_in_order_and_only_vary_in_training():
    pipeline = layers.Pipeline(
        [layers.Rescaling(1 / 255), layers.RandomFlip(seed=1), layers.RandomRotation(0.3, seed=1)]
    )
    x = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3)).astype("float32")
    np.testing.assert_allclose(pipeline(x, training=False), x / 255, rtol=1e-6)
    assert not np.allclose(pipeline(x), x / 255)
    mapped = tf.data.Dataset.from_tensor_slices(x).map(pipeline)
    assert mapped.element_spec.shape == (5, 6, 3)
    assert len(list(mapped)) == 4


def test_configuration_makes_an_equal_pipeline():
    pipeline = layers.Pipeline(
        [layers.RandomZoom(0.3, seed=3), layers.CenterCrop(2, 2)], name="varied"
    )
    copy = layers.Pipeline.from_config(pipeline.get_config())
    assert copy.get_config() == pipeline.get_config()
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 1)).astype("float32")
    np.testing.assert_array_equal(copy(x), pipeline(x))


def test_masks_go_from_layer_to_layer():
    pipeline = layers.Pipeline([layers.Masking(), layers.GlobalAveragePooling1D()])
    x = np.array([[[2.0], [4.0], [0.0]]], "float32")
    assert float(pipeline(x)[0, 0]) == 3


def test_what_is_no_layer_is_refused():
    with pytest.raises(TypeError, match="layers"):
        layers.Pipeline([np.tanh])
