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
    assert str(tmp_path) in lines["kernel"]


def test_two_mpi_wheels_are_reported(monkeypatch):
    monkeypatch.setattr(cli, "_version", lambda package: "5.0" if "mpi" in package else None)
    assert "keep one" in dict(cli._facts())["MPI"]


def test_an_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["walk"])
    assert "info" in capsys.readouterr().err
