"""Flags, exhausted data and bad rows of one rank stop all ranks at the same step."""

import pytest

from tests.support.ranks import run_tests_on_ranks


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [2, 3])
def test_what_stops_one_rank_stops_all(num_ranks):
    run_tests_on_ranks(num_ranks, "stopping.py")
