"""Canned estimators against recordings of the reference: the same steps from the same values."""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras.formats import tensor_bundle
from estikeras.primitives.checksums import masked_crc32c
from estikeras.train.state import update_checkpoint_state
from tests.support.estimators import canned

RECORDINGS = Path(__file__).parents[1] / "recordings"
RECORDED = json.loads((RECORDINGS / "canned.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def first_values():
    """The recorded variables of each case before the first step."""
    values = {}
    with np.load(RECORDINGS / "canned.npz") as arrays:
        for key, array in arrays.items():
            case, _, name = key.partition(": ")
            values.setdefault(case, {})[name] = array
    return values


@pytest.mark.parametrize("case", canned.CASES, ids=lambda case: case.name)
def test_canned_estimators_learn_as_the_reference_does(case, first_values, tmp_path):
    prefix = str(tmp_path / "model.ckpt-0")
    tensor_bundle.write(prefix, sorted(first_values[case.name].items()), masked_crc32c)
    update_checkpoint_state(str(tmp_path), prefix)
    made, recorded = canned.trained(case, tf, tmp_path), RECORDED[case.name]
    assert made["tags"] == recorded["tags"]
    if case.has_losses:
        np.testing.assert_allclose(made["losses"], recorded["losses"], rtol=5e-5, atol=5e-6)
    canned.assert_as_recorded(made, recorded)
    assert canned.sums(tf, tmp_path) == pytest.approx(recorded["sums"], rel=1e-4, abs=1e-4)
