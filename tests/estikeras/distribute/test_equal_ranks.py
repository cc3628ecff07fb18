"""Five kinds of models come to the same on every number of ranks."""

import pytest

from tests.support.equal_runs import assert_equal, results_of

SCRIPT = "tests/mpi/train_five_kinds.py"


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process comes to."""
    return results_of(0, SCRIPT, tmp_path_factory.mktemp("alone")).results


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [1, 2, 3, 4])
def test_ranks_train_the_model_that_one_process_trains(num_ranks, alone, tmp_path):
    assert_equal(results_of(num_ranks, SCRIPT, tmp_path).results, alone)


@pytest.mark.mpi
@pytest.mark.parametrize("communicator", ["flat", "naive", "shared"])
def test_every_communicator_gives_the_same_model(communicator, alone, tmp_path):
    assert_equal(results_of(2, SCRIPT, tmp_path, communicator).results, alone)
