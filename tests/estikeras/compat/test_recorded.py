"""Losses, metrics, optimizers and schedules of `tf.compat.v1` give TensorFlow's numbers.

`scripts/record_compat` recorded them.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras
from tests.support import compat
from tests.support.compat import functions, layers, losses, metrics, model_functions, optimizers

FOLDER = Path(__file__).parent / "recordings"
RECORDED = {
    name: json.loads((FOLDER / f"{name}.json").read_text())["rows"] for name in compat.TABLES
}


def assert_equal(ours, theirs, **tolerances):
    np.testing.assert_allclose(np.array(ours), np.array(theirs), **tolerances)


def test_losses_are_those_of_tensorflow():
    ours = compat.TABLES["losses"](estikeras)
    assert sorted(ours) == sorted(RECORDED["losses"]) == sorted(losses.programs())
    for name, value in ours.items():
        assert_equal(value, RECORDED["losses"][name], rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", metrics.programs())
def test_metric_gives_what_tensorflow_gives_after_each_batch(name):
    ours = compat.outcome_of_metric(estikeras, metrics.programs()[name])
    assert_equal(ours, RECORDED["metrics"][name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", optimizers.PROGRAMS)
def test_optimizer_goes_the_way_of_tensorflow(name):
    ours = compat.outcome_of_training(estikeras, optimizers.PROGRAMS[name])
    theirs = RECORDED["optimizers"][name]
    assert_equal(ours["runs"], theirs["runs"], rtol=1e-4, atol=1e-6)
    assert sorted(ours["variables"]) == sorted(theirs["variables"])
    for variable, value in ours["variables"].items():
        expected = theirs["variables"][variable]
        assert_equal(value, expected, rtol=1e-4, atol=1e-5, err_msg=variable)


@pytest.mark.parametrize("name", functions.ROWS)
def test_function_takes_its_old_arguments(name):
    dtype, values = functions.outcome(estikeras, functions.ROWS[name])
    expected = RECORDED["functions"][name]
    assert dtype == expected[0]
    if dtype == "string":
        assert values == expected[1]
    else:
        assert_equal(values, expected[1], rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", model_functions.PROGRAMS)
def test_model_function_trains_as_in_tensorflow(name):
    ours = compat.outcome_of_model(estikeras, model_functions.PROGRAMS[name])
    theirs = RECORDED["model_functions"][name]
    for run, expected in zip(ours["runs"], theirs["runs"], strict=True):
        for key in expected.keys() & run.keys():
            assert_equal(run[key], expected[key], rtol=1e-4, atol=1e-5, err_msg=key)
    assert sorted(ours["variables"]) == sorted(theirs["variables"])
    for variable, value in ours["variables"].items():
        expected = theirs["variables"][variable]
        assert_equal(value, expected, rtol=1e-4, atol=1e-5, err_msg=variable)


@pytest.mark.parametrize("name", layers.ROWS)
def test_layer_gives_what_tensorflow_gives(name):
    ours = compat.outcome_of_layer(estikeras, layers.ROWS[name])
    theirs = RECORDED["layers"][name]
    assert_equal(ours["output"], theirs["output"], rtol=1e-4, atol=1e-5)
    assert sorted(ours["variables"]) == sorted(theirs["variables"])
    for variable, value in ours["variables"].items():
        expected = theirs["variables"][variable]
        assert_equal(value, expected, rtol=1e-5, atol=1e-6, err_msg=variable)


@pytest.mark.parametrize("name", layers.NAMES)
def test_variables_are_called_as_in_tensorflow(name):
    assert compat.outcome_of_names(estikeras, layers.NAMES[name]) == RECORDED["names"][name]


@pytest.mark.parametrize("name", optimizers.DECAYS)
def test_learning_rate_falls_as_in_tensorflow(name):
    ours = compat.outcome_of_decay(estikeras, optimizers.DECAYS[name])
    assert_equal(ours, RECORDED["decays"][name], rtol=1e-5, atol=1e-8)
