"""The directions of imports, the cost of importing, and where modules may be imported by name."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numba", "scipy", "h5py", "mpi4py", "PIL", "rich", "google.protobuf")
# The reader of the table of names, and the folder that resolves names of kernels.
BY_NAME = ("estikeras/namespace.py", "estikeras/kernels/")


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT)


def test_contracts_hold():
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = run(sys.executable, "-c", linter, "--no-cache")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("what", ["import estikeras", "from estikeras import keras"])
def test_import_is_cheap_and_loads_nothing_heavy(what):
    code = (
        f"import sys, time\nstart = time.process_time()\n{what}\n"
        f"print(time.process_time() - start, [m for m in {HEAVY} if m in sys.modules])"
    )
    runs = [run(sys.executable, "-c", code).stdout.split(maxsplit=1) for _ in range(3)]
    assert {loaded.strip() for _, loaded in runs} == {"[]"}
    assert min(float(took) for took, _ in runs) < 0.4


def test_modules_are_imported_by_name_where_names_are_resolved():
    found = set()
    for path in [*ROOT.glob("estikeras/**/*.py"), *ROOT.glob("strategies/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            name = getattr(node, "attr", getattr(node, "id", None))
            if name in ("import_module", "__import__"):
                found.add(str(path.relative_to(ROOT)))
    assert {path for path in found if not path.startswith(BY_NAME)} == set()
