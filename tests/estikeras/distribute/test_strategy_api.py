"""The names of `tf.distribute`, asked on ranks."""

import pytest

from tests.support.ranks import run_tests_on_ranks


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [1, 2, 3])
def test_strategies_do_what_their_names_say(num_ranks):
    run_tests_on_ranks(num_ranks, "strategy_api.py")
