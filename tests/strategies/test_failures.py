"""What happens to one rank ends the job on all, says which rank and where, and leaves nothing."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from strategies import mpi
from tests.support.ranks import ROOT, run_ranks
from tests.support.remains import Remains

pytestmark = pytest.mark.mpi
PROGRAM = ROOT / "tests" / "mpi" / "failing.py"
STALL = (str(PROGRAM), "stall", "1", "flat")
STALL_S = 2
# The program's imports, half a second of steps, and the ten seconds that are promised.
LIMIT_S = 15
# What the rank does -> (exit status under the supervisor, what is said).
FAULTS = {
    "raise": (1, r"rank {r} on {host} .*step 5\) failed:(?s:.*)in raise_error(?s:.*)seventh seal"),
    "memory": (1, r"rank {r} on {host} .*failed:(?s:.*)in exhaust_memory(?s:.*)Unable to allocate"),
    "exit 3": (3, r"rank {r} on {host} .*called sys\.exit\(3\)"),
    "exit with a text": (1, r"rank {r} on {host} .*called sys\.exit\('bad config'\)"),
    "exit 0": (75, r"rank {r} on {host} .*called sys\.exit\(0\)"),
    "return": (75, r"rank {r} on {host} .*end of the program.*while rank {o} waits in 'exchange"),
    "stall": (75, r"rank {r} on {host} .*hangs(?s:.*)is here:(?s:.*)failing.py"),
    "SIGSTOP": (75, r"rank {r} on {host} .*no sign of life"),
    "interpreter": (75, r"rank {r} on {host} .*no sign of life"),
    "SIGKILL": (75, r"rank {r} on {host} .*died"),
    "SIGSEGV": (75, r"rank {r} on {host} .*died"),
    "os._exit": (75, r"rank {r} on {host} .*died"),
}
HANGS = ("stall", "SIGSTOP", "interpreter")
DEATHS = ("SIGKILL", "SIGSEGV", "os._exit")
# The launcher ends the other ranks as soon as it sees a death, maybe before they can speak; then it
# is the launcher's message that names the rank (Open MPI) or the process and the host (MPICH).
BY_LAUNCHER = r"rank {r} with PID \d+ on node {host}|@1,{r}\]|PID \d+ RUNNING AT {host}"


def said(pattern, rank):
    host = re.escape(socket.gethostname())
    return pattern.replace("{r}", str(rank)).replace("{o}", str(1 - rank)).replace("{host}", host)


def limit_of(fault):
    """A busy machine must not make a hang of what is none."""
    return STALL_S if fault in HANGS else 60


def run_supervised(arguments, remains, timeout_s=LIMIT_S, **options):
    command = [sys.executable, "-m", "estikeras.cli", "run", "-n", "2", *map(str, arguments)]
    environment = {**os.environ, **remains.environment, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=timeout_s, **options
    )


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_a_job_without_supervisor(fault, rank):
    remains = Remains(f"{os.getpid()} {fault} {rank}")
    environment = {**remains.environment, "ESTIKERAS_STALL_TIMEOUT": str(limit_of(fault))}
    result = run_ranks(2, [PROGRAM, fault, rank, "flat"], LIMIT_S, environment)
    assert result.status != 0
    pattern = said(FAULTS[fault][1], rank)
    if fault in DEATHS:
        pattern = f"{pattern}|{said(BY_LAUNCHER, rank)}"
    if fault == "os._exit" and mpi.find_library().family == "mpich" and not result.text:
        # MPICH's launcher says nothing of a status, and kills within a millisecond.
        assert result.status == 3
        pattern = ""
    assert re.search(pattern, result.text), result.text
    remains.check()


@pytest.mark.parametrize(
    ("fault", "rank"), [*((fault, 1) for fault in FAULTS), ("raise", 0), ("stall", 0)]
)
def test_a_fault_ends_a_job_with_supervisor(fault, rank, tmp_path):
    remains = Remains(f"{os.getpid()} {fault} {rank}")
    arguments = ["--stall-timeout", limit_of(fault), PROGRAM, fault, rank, "shared"]
    result = run_supervised(arguments, remains, cwd=tmp_path)
    code, pattern = FAULTS[fault]
    assert result.returncode == code, result.stderr
    assert re.search(said(pattern, rank), result.stderr), result.stderr
    assert result.stderr.count("estikeras: rank") <= 2
    # What the launcher says of it would stand below.
    assert not re.search("prterun|BAD TERMINATION", result.stdout + result.stderr), result
    remains.check()


def test_what_a_launcher_says_of_itself_is_shown():
    remains = Remains(f"{os.getpid()} hosts")
    result = run_supervised(["--hosts", "nowhere.invalid", PROGRAM, "return", 1, "flat"], remains)
    assert result.returncode != 0
    assert "nowhere" in result.stdout + result.stderr
    remains.check()


def test_a_status_that_all_ranks_leave_with_is_that_of_the_job(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import sys\nfrom strategies import cluster\ncluster.world()\nsys.exit(3)\n")
    remains = Remains(f"{os.getpid()} all")
    assert run_supervised([program], remains).returncode == 3
    assert run_ranks(2, [program], environment=remains.environment).status == 3
    remains.check()


def test_a_rank_waits_for_the_others_end_asleep(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import atexit, pathlib, sys, time\n"
        "def end():\n"
        "    spent = waited() - start, time.process_time() - used\n"
        "    pathlib.Path(f'{sys.argv[1]}/{rank}').write_text('%f %f' % spent)\n"
        "atexit.register(end)\n"
        "waited = time.monotonic\n"
        "from strategies import cluster\n"
        "rank = cluster.world().rank\n"
        "time.sleep(0 if rank else 1.5)\n"
        "start, used = waited(), time.process_time()\n"
    )
    run_ranks(2, [program, tmp_path]).check()
    # In files: what two ranks print at one moment may come out mixed.
    first, second = (list(map(float, (tmp_path / name).read_text().split())) for name in "01")
    assert second[0] > 1 > first[0]
    assert second[1] < 0.3


def test_the_same_exception_on_all_ranks_is_told_once(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "from strategies import cluster\ncluster.world()\nraise KeyError('the fifth element')\n"
    )
    result = run_ranks(3, [program], LIMIT_S)
    # MPICH's launcher joins, bit by bit, the statuses of all ranks: 9 for one that it had to kill,
    # since another ended a moment before it.
    killed = (1 | signal.SIGKILL,) if mpi.find_library().family == "mpich" else ()
    assert result.status in (1, *killed)
    assert result.text.count("Traceback") == 1
    assert re.search(r"The same on ranks \d, \d\.", result.text), result.text


def test_children_of_ranks_neither_hide_a_death_nor_stay(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, os, signal, time\nfrom strategies import cluster, status\n"
        "world = cluster.world()\n"
        "fork = multiprocessing.get_context('fork')\n"
        "first = fork.Process(target=time.sleep, args=(60,))\nfirst.start()\n"
        "first.terminate()\nfirst.join(5)\nprint('ended by', first.exitcode)\n"
        "fork.Process(target=time.sleep, args=(60,)).start()\n"
        "world.communicator.Barrier()\n"
        "status.current.enter('sum')\n"
        "world.rank and os.kill(os.getpid(), signal.SIGKILL)\n"
        "world.communicator.allreduce(1)\n"
    )
    remains = Remains(f"{os.getpid()} children")
    result = run_supervised([program], remains)
    assert result.returncode == 75
    assert result.stdout.count("ended by -15") == 2
    assert re.search(r"rank 1 on .* died", result.stderr), result.stderr
    remains.check()


@pytest.mark.parametrize("whom", ["supervisor", "launcher"])
def test_control_c_ends_all_ranks_with_one_message(whom):
    remains = Remains(f"{os.getpid()} ctrl-c {whom}")
    environment = {**os.environ, **remains.environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "estikeras.cli", "run", "-n", "2", *STALL]
    if whom == "launcher":
        launcher = mpi.find_launcher()
        environment = {**launcher.environment(), **remains.environment, "PYTHONPATH": str(ROOT)}
        command = launcher.command(2, [sys.executable, *STALL])
    job = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    time.sleep(2.5)
    # As a terminal does it: to the whole foreground group.
    os.killpg(job.pid, signal.SIGINT)
    text, _ = job.communicate(timeout=LIMIT_S)
    assert job.returncode != 0
    assert "Traceback" not in text
    if whom == "supervisor":
        assert job.returncode == 130
        assert text.count("interrupted") == 1
        assert "died" not in text
    remains.check()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_ranks_end_with_their_supervisor(number):
    job, remains = start_to_hang(f"supervisor {number}")
    job.send_signal(number)
    assert job.wait(LIMIT_S) == (143 if number == signal.SIGTERM else -9)
    remains.check(within_s=5)


def test_ranks_end_with_their_launcher():
    job, remains = start_to_hang("launcher")
    children = Path(f"/proc/{job.pid}/task/{job.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    assert job.wait(LIMIT_S) not in (0, None)
    remains.check()


def start_to_hang(mark):
    remains = Remains(f"{os.getpid()} {mark}")
    environment = {**os.environ, **remains.environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "estikeras.cli", "run", "-n", "2", *STALL]
    job = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    time.sleep(2.5)
    assert len(remains.processes()) >= 4
    return job, remains
