"""Starts programs on real MPI ranks, with a time limit, and tells what each printed."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from strategies import leftovers, mpi

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Outcome:
    """How a job of ranks ended: its exit status and all that it printed."""

    status: int
    text: str

    def check(self):
        """Fail, with all that was printed, unless the job ended well."""
        assert self.status == 0, f"exit status {self.status}\n{self.text}"
        return self


def run_ranks(num_ranks, arguments, timeout_s=60, environment=None):
    """Run a Python program under `mpiexec`.

    Args:
        num_ranks: how many ranks.
        arguments: the words after `python`.
        timeout_s: after how many seconds the job is killed, which fails the test.
        environment: variables to set besides.
    """
    launcher, name = mpi.find_launcher(), f"test-{os.getpid()}-{time.monotonic_ns()}"
    command = launcher.command(num_ranks, [sys.executable, *map(str, arguments)])
    # Ranks on one machine must not fight for its cores.
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    named = {leftovers.JOB: name}
    job = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**launcher.environment(), **threads, **named, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        text, _ = job.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        leftovers.end_job(name)
        text, _ = job.communicate()
        raise AssertionError(f"still running after {timeout_s} s:\n{text}") from None
    return Outcome(job.returncode, text)


def run_tests_on_ranks(num_ranks, file, timeout_s=60, environment=None, options=()):
    """Run a file of `tests/mpi` with pytest on every rank: `-x`, since after a failure on one rank
    the collectives of different tests would meet.
    """
    arguments = ["-m", "mpi4py", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *options]
    path = ROOT / "tests" / "mpi" / file
    return run_ranks(num_ranks, [*arguments, path], timeout_s, environment).check()
