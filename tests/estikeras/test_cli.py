"""The command line says what a report about a problem needs."""

import pytest

from estikeras import cli
from strategies.errors import StartError


def test_info_names_versions_cores_and_cache(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ESTIKERAS_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.main(["info"]) == 0
    lines = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert {"estikeras", "Python", "numpy", "numba", "cores", "BLAS", "MPI", "kernel"} <= set(lines)
    assert "threads" in lines["cores"]
    if "not installed" not in lines["MPI"]:
        assert {"shared", "ranks"} <= set(lines)
    assert str(tmp_path) in lines["kernel"]


def test_an_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["walk"])
    assert "info" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["-n", "2"], "which script?"),
        (["-n", "2", "absent.py"], "there is no script 'absent.py'"),
        (["-n", "0", "train.py"], "a number from 1"),
        (["-n", "x", "train.py"], "expected a number from 1, got 'x'"),
        (["-n", "2", "--max-restarts", "-1", "train.py"], "expected a number from 0, got '-1'"),
        (["-n", "2", "--stall-timeout", "soon", "train.py"], "expected seconds, got 'soon'"),
        (["-n", "2", "--hostfile", "absent", __file__], "there is no file 'absent'"),
        (["-n", "2", "--stall-timeout", "0", "train.py"], "above 0"),
        (["train.py"], "-n"),
    ],
)
def test_a_run_that_cannot_be_is_refused(words, problem, capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", *words])
    assert problem in capsys.readouterr().err


def test_a_run_says_what_the_job_is(monkeypatch, tmp_path):
    jobs = []
    monkeypatch.setattr(cli.supervisor, "run", lambda job: jobs.append(job) or 7)
    hosts = tmp_path / "hosts"
    hosts.write_text("a slots=2\n# none\n\nb\n")
    options = ["--hostfile", str(hosts), "--max-restarts", "3", "--stall-timeout", "5"]
    assert cli.main(["run", "-n", "4", *options, "-m", "train", "-n", "1"]) == 7
    job = jobs[0]
    assert (job.arguments, job.num_ranks) == (["-m", "train", "-n", "1"], 4)
    assert (job.hosts, job.max_restarts, job.stall_timeout_s) == (("a", "b"), 3, 5.0)


def test_a_run_without_mpi_says_what_to_install(monkeypatch, capsys):
    def run(job):
        raise StartError("Install it.")

    monkeypatch.setattr(cli.supervisor, "run", run)
    assert cli.main(["run", "-n", "2", __file__]) == 2
    assert capsys.readouterr().err == "estikeras: Install it.\n"
