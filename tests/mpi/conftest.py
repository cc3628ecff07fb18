"""What the programs share that pytest runs on every rank."""

import tempfile
from pathlib import Path

import pytest

from strategies import get_strategy


@pytest.fixture
def folder():
    """A folder for all ranks. The folders that pytest makes would be cleared by all at once."""
    strategy = get_strategy()
    made = tempfile.TemporaryDirectory() if strategy.cluster.is_chief else None
    yield Path(strategy.bcast(made and made.name))
    strategy.communicator.barrier()
    if made:
        made.cleanup()
