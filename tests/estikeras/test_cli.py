"""The command line says what a report about a problem needs."""

import pytest

from estikeras import cli


def test_info_names_versions_cores_and_cache(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ESTIKERAS_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.main(["info"]) == 0
    lines = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert {"estikeras", "Python", "numpy", "numba", "cores", "BLAS", "MPI", "kernel"} <= set(lines)
    assert "threads" in lines["cores"]
    if "not installed" not in lines["MPI"]:
        assert {"shared", "ranks"} <= set(lines)
        assert "of the same MPI" in lines["MPI launcher"] if "MPI launcher" in lines else True
    assert str(tmp_path) in lines["kernel"]


def test_an_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["walk"])
    assert "info" in capsys.readouterr().err
