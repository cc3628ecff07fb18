"""The script that writes the table of names: what it reads, what it refuses."""

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def collect(tmp_path, monkeypatch):
    """A function from a module's text to the table and the problems."""
    path = str(ROOT / "scripts" / "names")
    loader = importlib.machinery.SourceFileLoader("names_script", path)
    script = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(script)
    package = tmp_path / "estikeras"
    package.mkdir()
    for name, value in (("ROOT", tmp_path), ("PACKAGE", package), ("TABLE", package / "_names.py")):
        monkeypatch.setattr(script, name, value)

    def collect(text):
        (package / "module.py").write_text(text)
        return script.collect()

    return collect


def test_decorators_and_assignments_are_read(collect):
    table, problems = collect(
        '@public("keras.A", "A")\nclass A: pass\n'
        '@operation.op("keras.ops.f")\ndef f(): pass\n'
        'g = public("keras.g")(f)\n'
    )
    assert problems == []
    assert table == {
        "keras.A": "estikeras.module:A",
        "A": "estikeras.module:A",
        "keras.ops.f": "estikeras.module:f",
        "keras.g": "estikeras.module:g",
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('@public("a")\ndef f(): pass\n@public("a")\ndef g(): pass\n', "marked already"),
        ('@public("a.b")\ndef f(): pass\n@public("a")\ndef g(): pass\n', "name and a namespace"),
        ("@public(NAME)\ndef f(): pass\n", "plain strings"),
        ('@public("a b")\ndef f(): pass\n', "no dotted name"),
        ('class A:\n    @public("a")\n    def f(self): pass\n', "module level"),
        ("def f(:\n", "invalid syntax"),
    ],
)
def test_wrong_marks_are_refused(collect, text, problem):
    _, problems = collect(text)
    assert any(problem in line for line in problems), problems
