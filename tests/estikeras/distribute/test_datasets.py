"""Datasets on ranks: what each reads, and the models that they train."""

import pytest

from tests.support.ranks import run_tests_on_ranks


@pytest.mark.mpi
@pytest.mark.parametrize(("num_ranks", "options"), [(2, ()), (3, ("-k", "not model"))])
def test_ranks_share_datasets(num_ranks, options):
    run_tests_on_ranks(num_ranks, "datasets.py", options=options)
