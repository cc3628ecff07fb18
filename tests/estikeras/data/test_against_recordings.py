"""Every pipeline of the tables gives what TensorFlow's tf.data gave: elements, order, dtypes,
structure, spec, cardinality, and the errors of wrong calls.

`scripts/record_data` makes the recordings.
"""

import json
from pathlib import Path

import pytest

import estikeras as tf
from tests.support.pipelines import PIPELINES, WRONG, files
from tests.support.recordings import failure, outcome

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files.write_files()


@pytest.mark.parametrize("row", PIPELINES, ids=str)
def test_pipeline_gives_what_was_recorded(row):
    assert outcome(row, tf) == RECORDED["pipelines"][row.name] | (row.here or {})


@pytest.mark.parametrize("row", WRONG, ids=str)
def test_wrong_call_raises_what_was_recorded(row):
    error, moment = failure(row, tf)
    recorded_error, recorded_moment = RECORDED["wrong"][row.name]
    names = [kind.__name__ for kind in type(error).__mro__]
    assert (row.error or recorded_error) in names, error
    assert moment == (row.moment or recorded_moment), error


def test_recordings_and_tables_have_the_same_rows():
    assert [row.name for row in PIPELINES] == list(RECORDED["pipelines"])
    assert [row.name for row in WRONG] == list(RECORDED["wrong"])
