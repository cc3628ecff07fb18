"""Names of files by a pattern."""

import os

from estikeras.formats import paths


def test_patterns_match_within_parts_of_a_path(tmp_path):
    for name in ("a1.txt", "a2.txt", "b.csv", ".hidden", "x/a3.txt", "y/a4.txt", "y/z/a5.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    def found(pattern):
        return [os.path.relpath(p, tmp_path) for p in paths.matching(f"{tmp_path}/{pattern}")]

    assert found("*.txt") == ["a1.txt", "a2.txt"]
    assert found("a[13].txt") == ["a1.txt"]
    assert found("?.csv") == ["b.csv"]
    assert found("*/*.txt") == ["x/a3.txt", "y/a4.txt"]
    assert found("y/*/a?.txt") == ["y/z/a5.txt"]
    assert found("*dden") == [".hidden"]
    assert found("b.csv") == ["b.csv"]
    assert found("nothing*") == found("nowhere/*") == found("nothing") == []


def test_relative_patterns_stay_relative(tmp_path, monkeypatch):
    (tmp_path / "a.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert paths.matching("*.txt") == ["a.txt"]
    assert paths.matching("./*.txt") == ["./a.txt"]
