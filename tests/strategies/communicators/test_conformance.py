"""All communicators on 1 to 4 real ranks, which is more than there may be cores."""

import pytest

from tests.support.ranks import run_tests_on_ranks

pytestmark = pytest.mark.mpi


@pytest.mark.parametrize("num_ranks", [1, 2, 3, 4])
def test_all_communicators_keep_the_contract(num_ranks):
    environment = {"EXPECTED_RANKS": str(num_ranks)}
    run_tests_on_ranks(num_ranks, "communicators.py", timeout_s=110, environment=environment)
