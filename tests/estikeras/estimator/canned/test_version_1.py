"""A `model_dir` of TensorFlow 1's estimators, written by TensorFlow, is gone on with."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from tests.support.estimators import canned, version_1

RECORDINGS = Path(__file__).parents[1] / "recordings"
RECORDED = json.loads((RECORDINGS / "version_1.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", version_1.CASES, ids=lambda case: case.name)
def test_what_tensorflow_trained_is_evaluated_and_trained_further(case, tmp_path):
    folder = shutil.copytree(RECORDINGS / "version_1" / case.name, tmp_path / "model")
    recorded = RECORDED[case.name]
    estimator = case.make(tf, model_dir=str(folder))
    names = estimator.get_variable_names()
    canned.assert_as_recorded(canned.measured(case, tf, estimator), recorded["before"])
    made = canned.trained(case, tf, folder, version_1.STEPS[1])
    np.testing.assert_allclose(made["losses"], recorded["after"]["losses"], rtol=1e-5)
    canned.assert_as_recorded(made, recorded["after"])
    sums = canned.sums(tf, folder)
    assert sums == pytest.approx(recorded["after"]["sums"], rel=1e-5, abs=1e-5)
    assert sorted(sums) == sorted(names)
