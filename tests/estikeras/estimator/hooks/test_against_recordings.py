"""Lines, events and last steps of trainings with one hook each are those of TensorFlow 2.15."""

import json
from pathlib import Path

import pytest

import estikeras as tf
from tests.support.estimators.hooks import CASES, outcome

RECORDED = json.loads((Path(__file__).parents[1] / "recordings" / "hooks.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_hook_does_what_the_reference_does(case):
    found = outcome(case, tf)
    assert json.loads(json.dumps(found)) == RECORDED[case.name]
