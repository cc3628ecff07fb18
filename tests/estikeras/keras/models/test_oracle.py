"""Models against the real Keras: names, paths, configs, outputs, and files in both directions."""

import json

import numpy as np
import pytest

from estikeras import keras as our_keras
from estikeras.engine import tree
from tests.estikeras.keras.models import builders
from tests.support.arrays import as_array, random_array
from tests.support.oracle import real_keras

# The real Keras warns of what ours need not warn of, such as the structure of inputs.
pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
models = pytest.mark.parametrize("make", builders.ALL, ids=lambda make: make.__name__)


def both(make):
    found = []
    for keras in (our_keras, real_keras()):
        keras.utils.clear_session()
        found.append(make(keras))
    ours, real = found
    for i, (mine, weight) in enumerate(zip(ours.weights, real.weights, strict=True)):
        value = random_array(mine.shape, "float32", seed=i, low=0.1, high=1.0)
        mine.assign(value)
        weight.assign(value)
    return ours, real


def data_for(model):
    def one(i, x):
        shape = (3, *x.shape[1:])
        if x.dtype == "int32":
            return random_array(shape, "int32", seed=i, low=0, high=10)
        return random_array(shape, "float32", seed=i)

    values = [one(i, x) for i, x in enumerate(model.inputs)]
    structure = getattr(model, "_inputs_struct", model.input)
    return tree.pack_sequence_as(structure, values)


def assert_equal_outputs(ours, real, x):
    mine, theirs = tree.flatten(ours(x)), tree.flatten(real(x))
    for a, b in zip(mine, theirs, strict=True):
        assert str(a.dtype) == str(b.dtype)
        tolerance = 1e-2 if "16" in str(a.dtype) else 2e-5
        np.testing.assert_allclose(as_array(a), np.asarray(b), rtol=tolerance, atol=tolerance)


def without_compile(config):
    if isinstance(config, dict):
        return {k: without_compile(v) for k, v in config.items() if k != "compile_config"}
    return [without_compile(v) for v in config] if isinstance(config, list) else config


@models
def test_the_config_is_the_one_that_keras_writes(make):
    ours, real = both(make)
    assert without_compile(json.loads(ours.to_json())) == without_compile(
        json.loads(real.to_json())
    )


@models
def test_variables_have_the_paths_of_keras(make):
    ours, real = both(make)
    assert [v.path for v in ours.weights] == [v.path for v in real.weights]
    assert [layer.name for layer in ours.layers] == [layer.name for layer in real.layers]
    assert len(ours.variables) == len(real.variables)
    assert [v.path for v in ours.trainable_variables] == [v.path for v in real.trainable_variables]


@models
def test_outputs_are_those_of_keras(make):
    ours, real = both(make)
    assert [tuple(y.shape) for y in ours.outputs] == [tuple(y.shape) for y in real.outputs]
    assert_equal_outputs(ours, real, data_for(ours))


@models
def test_keras_loads_what_we_save(make, tmp_path):
    ours, _ = both(make)
    ours.save(tmp_path / "model.keras")
    real_keras().utils.clear_session()
    assert_equal_outputs(
        ours, real_keras().models.load_model(tmp_path / "model.keras"), data_for(ours)
    )


@models
def test_we_load_what_keras_saves(make, tmp_path):
    _, real = both(make)
    real.save(tmp_path / "model.keras")
    our_keras.utils.clear_session()
    ours = our_keras.models.load_model(tmp_path / "model.keras")
    assert_equal_outputs(ours, real, data_for(ours))
    assert without_compile(json.loads(ours.to_json())) == without_compile(
        json.loads(real.to_json())
    )


@models
def test_summaries_say_the_same(make):
    texts = []
    for model in both(make):
        lines = []
        model.summary(print_fn=lines.append, line_length=80)
        texts.append([line.rstrip() for line in "\n".join(lines).splitlines()])
    assert texts[0] == texts[1]
