"""One copy of the weights for the ranks of a machine, of which each updates its pieces."""

import pytest

from strategies import Strategy
from tests.support.equal_runs import assert_equal, results_of

SCRIPT = "tests/mpi/train_five_kinds.py"


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [2, 3])
def test_shared_updates_give_the_model_that_one_process_trains(num_ranks, tmp_path):
    (tmp_path / "alone").mkdir()
    alone = results_of(0, SCRIPT, tmp_path / "alone").results
    shared = results_of(num_ranks, SCRIPT, tmp_path, "auto", "shard_update").results
    assert len(shared) == 4
    assert_equal(shared, {kind: alone[kind] for kind in shared})


@pytest.mark.mpi
def test_what_is_not_shared_and_who_shares(tmp_path):
    results_of(2, "tests/mpi/shard_update.py", tmp_path)


def test_one_replica_shares_with_nobody():
    assert not Strategy(shard_update=True).shard_update
