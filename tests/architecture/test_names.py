"""The table of public names is fresh, every name resolves and says what it is."""

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from estikeras import namespace
from estikeras._names import NAMES

ROOT = Path(__file__).resolve().parents[2]
TARGETS = sorted(set(NAMES.values()))


def test_table_is_fresh():
    script = [sys.executable, str(ROOT / "scripts" / "names"), "--check"]
    result = subprocess.run(script, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_every_name_resolves():
    failures = []
    for target in TARGETS:
        try:
            namespace.load(target)
        except ImportError as error:
            failures.append(f"{target}: {error}")
    assert failures == []


def test_every_public_thing_has_a_docstring():
    things = {target: namespace.load(target) for target in TARGETS}
    silent = [
        target
        for target, thing in things.items()
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and not thing.__doc__
    ]
    assert silent == []


def test_no_public_name_is_hidden_by_a_file_of_its_package():
    """`keras/losses/circle.py` is a file, `keras.losses.circle` a function."""
    wrong = []
    for name, target in NAMES.items():
        prefix, _, last = name.rpartition(".")
        namespace_module = importlib.import_module(f"estikeras.{prefix}" if prefix else "estikeras")
        importlib.import_module(target.partition(":")[0])
        if getattr(namespace_module, last) is not namespace.load(target):
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("name", ["keras.losses", "keras.layers", "keras.ops"])
def test_namespaces_of_the_table_import(name):
    assert importlib.import_module(f"estikeras.{name}")
