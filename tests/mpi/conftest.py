"""What the programs share that pytest runs on every rank."""

import os
import tempfile
from pathlib import Path

import pytest

from strategies import get_strategy


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Each rank makes its folders in a folder of its own: what pytest clears at its end, it clears
    for all processes that have the same root, and one that is cleared twice is an error.
    """
    root = tempfile.TemporaryDirectory()
    config.add_cleanup(root.cleanup)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = root.name


@pytest.fixture
def folder():
    """A folder for all ranks."""
    strategy = get_strategy()
    made = tempfile.TemporaryDirectory() if strategy.cluster.is_chief else None
    yield Path(strategy.bcast(made and made.name))
    strategy.communicator.barrier()
    if made:
        made.cleanup()
