"""For all tests: seeds, and a loud line at the end when the oracle is absent."""

import random

import numpy as np
import pytest

from tests.support import oracle


def pytest_collection_modifyitems(items):
    """Skip what needs the real Keras where it is absent."""
    if oracle.AVAILABLE:
        return
    skip = pytest.mark.skip(reason="the real Keras with jax is not installed")
    for item in items:
        if item.get_closest_marker("oracle"):
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter):
    """Say so when nothing was compared with the real Keras."""
    if not oracle.AVAILABLE:
        terminalreporter.write_line(
            "NOTHING WAS COMPARED WITH THE REAL KERAS: it is missing (pip install '.[test]').",
            red=True,
            bold=True,
        )


@pytest.fixture(autouse=True)
def _seeds():
    """Every test begins with the same random state."""
    random.seed(0)
    np.random.seed(0)
