"""What hung or broke in the reference does neither here."""

import pytest

from tests.support.ranks import run_tests_on_ranks


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [2, 3])
def test_what_failed_in_the_reference_works(num_ranks):
    run_tests_on_ranks(num_ranks, "reference_failures.py")
