"""Random sizes of data, batches and worlds: no hang, and the result of one process."""

import pytest

from tests.support.equal_runs import assert_equal, results_of

SCRIPT, SEEDS = "tests/mpi/random_sizes.py", 24


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process comes to."""
    return results_of(0, SCRIPT, tmp_path_factory.mktemp("alone"), SEEDS).results


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [2, 3, 4])
def test_data_of_any_size_and_form_train_the_model_of_one_process(num_ranks, alone, tmp_path):
    assert_equal(results_of(num_ranks, SCRIPT, tmp_path, SEEDS).results, alone)
