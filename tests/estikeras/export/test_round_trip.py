"""What ours saves as a SavedModel answers as before when it is loaded."""

import numpy as np
import pytest

from estikeras import saved_model
from tests.support.arrays import assert_close
from tests.support.exported import CASES, examples


@pytest.fixture(scope="module", params=CASES, ids=lambda make: make.__name__)
def case(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "model"
    saved = request.param()
    saved.save(str(folder))
    return saved, folder


@pytest.mark.parametrize("rows", [1, 2])
def test_answers_are_those_of_what_was_saved(case, rows):
    saved, folder = case
    inputs = {name: array[:rows] for name, array in saved.inputs.items()}
    got = saved_model.load(folder).signatures["serving_default"](**inputs)
    wanted = saved.outputs(inputs)
    assert sorted(got) == sorted(wanted)
    for name, array in wanted.items():
        if array.dtype == object:
            assert np.array_equal(np.asarray(got[name]), array)
        else:
            assert_close(got[name], array, tolerance=1e-5, what=name)


def test_a_folder_can_be_moved_with_its_assets(tmp_path):
    saved = examples()
    saved.save(tmp_path / "model")
    (tmp_path / "letters.txt").unlink()
    moved = (tmp_path / "model").rename(tmp_path / "elsewhere")
    got = saved_model.load(moved).signatures["serving_default"](**saved.inputs)
    assert_close(got, saved.outputs(saved.inputs), tolerance=1e-6)
