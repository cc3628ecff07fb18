"""For all tests: seeds, and a loud line at the end for every oracle that is absent."""

import random

import numpy as np
import pytest

from tests.support import oracle

_absent = {}  # oracle -> how many tests wanted it


def pytest_collection_modifyitems(items):
    """Skip what needs an oracle that is not installed, and count it."""
    for item in items:
        for marker in item.iter_markers("oracle"):
            judge = marker.args[0] if marker.args else "keras"
            if not oracle.available(judge):
                _absent[judge] = _absent.get(judge, 0) + 1
                item.add_marker(pytest.mark.skip(reason=f"{judge} is not installed"))


def pytest_terminal_summary(terminalreporter):
    """Say what was not compared."""
    for judge, count in _absent.items():
        line = f"{count} TESTS WERE NOT COMPARED WITH THE REAL {judge.upper()}: it is not installed"
        terminalreporter.write_line(f"{line} (pip install '.[test]').", red=True, bold=True)


@pytest.fixture(autouse=True, scope="module")
def _little_memory():
    """Drop what jax compiled for a module: it would add up to gigabytes."""
    yield
    oracle.forget()


@pytest.fixture(autouse=True)
def _seeds():
    """Every test begins with the same random state."""
    random.seed(0)
    np.random.seed(0)
