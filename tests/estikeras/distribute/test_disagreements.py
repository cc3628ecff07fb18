"""Ranks that differ get an error that names the difference, and nobody hangs."""

import pytest

from tests.support.ranks import run_tests_on_ranks


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [2, 3])
def test_a_difference_between_ranks_is_named_before_the_first_step(num_ranks):
    run_tests_on_ranks(num_ranks, "disagreements.py", timeout_s=60)
