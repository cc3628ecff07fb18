"""Files stay small, and say what they are."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("estikeras", "strategies", "tests")
    for path in ROOT.glob(f"{folder}/**/*.py")
)
LIMIT = 500
# File -> why it may be longer.
LONGER = {"estikeras/_names.py": "generated, one line a name"}


def test_no_file_has_two_ideas():
    lines = {file: len((ROOT / file).read_bytes().splitlines()) for file in FILES}
    assert {f: n for f, n in lines.items() if n > LIMIT and f not in LONGER} == {}


def test_the_list_of_longer_files_is_needed():
    assert [file for file in LONGER if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("folder", ["estikeras", "strategies", "tests/support"])
def test_every_module_says_what_it_is(folder):
    silent = []
    for file in FILES:
        tree = ast.parse((ROOT / file).read_bytes())
        if file.startswith(folder) and tree.body and not ast.get_docstring(tree):
            silent.append(file)
    assert silent == []


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_lint_finds_nothing(command):
    folders = ["estikeras", "strategies", "tests", "scripts"]
    arguments = [sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet", *folders]
    result = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
