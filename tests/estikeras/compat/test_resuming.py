"""A training that TensorFlow began with `tf.compat.v1` goes on here, with the same numbers.

`scripts/record_compat` recorded it.
"""

import json
import shutil
from pathlib import Path

import pytest

import estikeras
from tests.support.compat import resuming

FOLDER = Path(__file__).parent / "recordings"
BEGUN, LATER = json.loads((FOLDER / "resuming.json").read_text())


def test_a_folder_of_tensorflow_is_evaluated_and_trained_further(tmp_path):
    folder = tmp_path / "begun"
    shutil.copytree(FOLDER / "begun", folder)
    for steps, expected in ((0, BEGUN), (resuming.MORE, LATER)):
        made = resuming.estimator(estikeras, folder)
        ours = resuming.outcome(estikeras, made, steps)
        assert ours["metrics"] == pytest.approx(expected["metrics"], rel=1e-4)
        assert sorted(ours["sums"]) == sorted(expected["sums"])
        assert ours["sums"] == pytest.approx(expected["sums"], rel=1e-3, abs=1e-6)
