"""The arguments of heads and canned estimators are the reference's."""

import json
from pathlib import Path

import pytest

import estikeras as tf
from tests.support.estimators import signatures

RECORDED = json.loads(
    (Path(__file__).parents[1] / "recordings" / "signatures.json").read_text(encoding="utf-8")
)
# The reference's marker for "not given", which is None here.
MARKERS = {
    ("estimator.experimental.RNNClassifier", "cell_type"),
    ("estimator.experimental.RNNEstimator", "cell_type"),
}


@pytest.mark.parametrize("name", signatures.NAMES)
def test_arguments_and_defaults_are_those_of_the_reference(name):
    made, recorded = signatures.of(name, tf), RECORDED[name]
    assert [argument for argument, _ in made] == [argument for argument, _ in recorded]
    assert [pair for pair in made if (name, pair[0]) not in MARKERS] == [
        pair for pair in recorded if (name, pair[0]) not in MARKERS
    ]
