"""A step is one collective: latency decides how training scales."""

import pytest

from tests.support.ranks import run_tests_on_ranks


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [2, 3])
def test_ranks_meet_once_in_a_step(num_ranks):
    run_tests_on_ranks(num_ranks, "collectives.py")
