"""Model functions with Keras layers learn, evaluate and predict as in TensorFlow 2.15.

`scripts/record_estimators` recorded them.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from tests.support.estimators import model_functions

RECORDED = json.loads((Path(__file__).parent / "recordings" / "model_functions.json").read_text())


@pytest.mark.parametrize("name", model_functions.MODEL_FNS)
def test_an_estimator_trains_a_model_function_as_the_reference_does(name, tmp_path):
    ours, theirs = model_functions.outcome(name, tf, tmp_path), RECORDED[name]
    np.testing.assert_allclose(ours["losses"], theirs["losses"], rtol=1e-4)
    assert ours["metrics"] == pytest.approx(theirs["metrics"], rel=1e-4)
    np.testing.assert_allclose(ours["predictions"], theirs["predictions"], rtol=1e-3, atol=1e-4)
    for seed in [name for name in ours["sums"] if name.endswith("seed_generator_state")]:
        del ours["sums"][seed]  # which TensorFlow has outside of checkpoints
    assert sorted(ours["sums"]) == sorted(theirs["sums"])
    assert ours["sums"] == pytest.approx(theirs["sums"], rel=1e-3, abs=1e-4)
