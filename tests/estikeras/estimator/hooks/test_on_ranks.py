"""Hooks on several ranks."""

import pytest

from tests.support.ranks import run_tests_on_ranks

pytestmark = pytest.mark.mpi


def test_hooks_on_two_ranks():
    run_tests_on_ranks(2, "estimator_hooks.py")
