"""Layers for categories and text give what was recorded of the real Keras with TensorFlow
(`scripts/record_preprocessing`), and files go both ways.
"""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras
from tests.support.arrays import assert_close
from tests.support.preprocessing import ROWS, as_json, models, outcome

RECORDED = Path(__file__).parent / "recorded"
EXPECTED = json.loads((RECORDED / "layers.json").read_text())


def _assert_equal(got, expected):
    assert got["dtype"] == expected["dtype"]
    if got["dtype"] == "string":
        assert got["values"] == expected["values"]
        return
    pair = (np.array(one["values"], one["dtype"]) for one in (got, expected))
    assert_close(*pair)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_layer_gives_what_the_real_one_does(row):
    got, expected = outcome(row, keras), dict(EXPECTED["layers"][row.name])
    for one, other in zip(got.pop("outputs"), expected.pop("outputs"), strict=True):
        _assert_equal(one, other)
    _assert_equal_configs(got, expected)


def _assert_equal_configs(got, expected):
    """Equal but for the last digits of learnt limits."""
    limits = [one["config"].pop("bin_boundaries", None) for one in (got, expected)]
    assert json.loads(json.dumps(got)) == expected
    assert_close(*(None if one is None else np.array(one, "float32") for one in limits))


@pytest.mark.parametrize("name", ["texts", "words"])
def test_a_file_of_the_real_one_gives_its_outputs(name):
    model = keras.models.load_model(RECORDED / f"{name}.keras")
    _assert_equal(as_json(model(tf.constant(models(keras)[name][1]))), EXPECTED["models"][name])


@pytest.mark.parametrize("name", ["texts", "words"])
def test_a_file_has_what_the_real_one_has(name, tmp_path):
    models(keras)[name][0].save(tmp_path / "ours.keras")
    ours, real = (_entries(path) for path in (tmp_path / "ours.keras", RECORDED / f"{name}.keras"))
    assert sorted(ours) == sorted(real)
    for entry in real:
        if entry.startswith("assets/"):
            assert ours[entry] == real[entry]
    assert _layers(ours) == _layers(real)


def _entries(path):
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _layers(entries):
    """The configs of the layers that have vocabularies; a policy may be told by its id."""
    layers = json.loads(entries["config.json"])["config"]["layers"]
    found = {layer["name"]: {**layer["config"], "dtype": None} for layer in layers}
    return {name: found[name] for name in ("text", "weighted", "lookup") if name in found}
