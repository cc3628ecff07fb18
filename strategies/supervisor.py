"""Starts a job of ranks, watches it, ends it when one of them fails, and starts it again if asked.

The ranks run in a session of their own: what the user does to the terminal reaches the supervisor
alone, which then ends all of them, once.
"""

import contextlib
import functools
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from strategies import cores, guard, leftovers, limits, monitor, mpi, verdicts
from strategies.launcher_output import LauncherOutput
from strategies.monitor import Monitor

WORKER = str(Path(__file__).with_name("worker.py"))
# In the environment of the ranks: how often the job failed before.
ATTEMPT = "ESTIKERAS_ATTEMPT"
# In the environment of the ranks: the columns of the terminal that shows the output, 0 without.
TERMINAL = "ESTIKERAS_TERMINAL"
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "ESTIKERAS_NUM_THREADS",
)
# How long to wait for the lines of ranks that have ended to close.
_LAST_WORDS_S = 1.0
# The exit status after SIGTERM or SIGHUP.
TERMINATED = 128 + signal.SIGTERM


@dataclass
class Job:
    """What is to run.

    Attributes:
        arguments: the words for Python in each rank: a script or `-m` and a module, then its own.
        num_ranks: how many ranks.
        hosts: names of the machines, or none for this one, or those of Slurm's allocation.
        everywhere: whether without `hosts` all machines of the allocation are meant.
        max_restarts: how often to start again after a failure.
        stall_timeout_s: how long a rank may keep the others waiting, in seconds.
        options: words for the Python interpreter, such as `-O`.
        write: a function that prints a text.
        output: a function that takes the bytes which the ranks print, or None to let them go to
            this process's own standard output and error.
    """

    arguments: list
    num_ranks: int
    hosts: tuple = ()
    everywhere: bool = True
    max_restarts: int = 0
    stall_timeout_s: float = field(default_factory=limits.stall_timeout_s)
    options: tuple = ()
    write: object = monitor.print_line
    output: object = None


class _Terminated(BaseException):
    """A signal asked this process to end."""


def run(job):
    """Run a job to its end.

    Returns:
        Its exit status: 0; 1 after an exception; 75 if it was ended because of a rank; 130 after
        Ctrl-C; else that of the launcher.

    Raises:
        StartError: if there is no MPI that could start it.
    """
    launcher = mpi.find_launcher()
    for attempt in range(job.max_restarts + 1):
        code, progress = _Attempt(job, launcher, attempt).run()
        if code in (0, verdicts.INTERRUPTED, TERMINATED) or attempt == job.max_restarts:
            return code
        if not progress:
            job.write("estikeras: not started again, since no rank completed a step.")
            return code
        job.write(f"estikeras: restart {attempt + 1} of {job.max_restarts}.")
    return code


def thread_variables(num_ranks, num_hosts=1):
    """The variables that let ranks have a part of the cores each, but for those that are set."""
    threads = cores.threads_per_rank(-(-num_ranks // num_hosts))
    return {name: str(threads) for name in _THREADS if name not in os.environ}


class _Attempt:
    """One start of a job."""

    def __init__(self, job, launcher, attempt):
        self._job, self._launcher, self._attempt = job, launcher, attempt
        self._hosts, self._interrupted, self._outputs = job.hosts, False, []
        if launcher.is_slurm and not job.everywhere:
            here = socket.gethostname().partition(".")[0]
            self._hosts = (os.environ.get("SLURMD_NODENAME", here),)
        self._name = secrets.token_hex(8)
        key = secrets.token_hex(16)
        everywhere = bool(self._hosts) or launcher.is_slurm
        self._monitor = Monitor(job.num_ranks, key, job.stall_timeout_s, everywhere, job.write)
        self._address = " ".join([key, *self._monitor.addresses()])

    def run(self):
        """(exit status, whether a rank did a step)."""
        try:
            with _signals_end_it():
                process = self._start()
                code = self._watch(process)
            with _no_interruption():
                self._end(process, code)
        finally:
            # What ranks said last may still be on its way.
            self._monitor.close(within_s=_LAST_WORDS_S)
        return code, self._monitor.progress()

    def _watch(self, process):
        """Wait for the end, or bring it about when the user wants it."""
        try:
            return self._wait(process)
        except (KeyboardInterrupt, _Terminated) as reason:
            by_user = isinstance(reason, KeyboardInterrupt)
            code = verdicts.INTERRUPTED if by_user else TERMINATED
            with _no_interruption():
                self._interrupted = True
                self._job.write("\nestikeras: interrupted, all ranks end.")
                self._monitor.end_all(code)
                self._end(process, code)
            return code

    def _start(self):
        job, launcher = self._job, self._launcher
        environment = {
            **launcher.environment(self._hosts),
            **thread_variables(job.num_ranks, self._number_of_hosts()),
            guard.ADDRESS: self._address,
            ATTEMPT: str(self._attempt),
            "ESTIKERAS_STALL_TIMEOUT": str(job.stall_timeout_s),
            leftovers.JOB: f"{os.environ.get(leftovers.JOB, '')}.{self._name}",
            TERMINAL: str(_columns() if job.output is None else 0),
        }
        command = [sys.executable, *job.options, WORKER, *job.arguments]
        stdin = None if sys.stdin and not sys.stdin.isatty() else subprocess.DEVNULL
        piped = self._piped()
        process = subprocess.Popen(
            launcher.command(job.num_ranks, command, self._hosts, environment),
            env=environment,
            stdin=stdin,
            **dict.fromkeys(piped, subprocess.PIPE),
            **({} if job.output is None else {"stderr": subprocess.STDOUT}),
            start_new_session=True,
        )
        for name, write in piped.items():
            output = LauncherOutput(write)
            reader = threading.Thread(target=_forward, args=[getattr(process, name), output])
            reader.start()
            self._outputs.append((output, reader))
        return process

    def _piped(self):
        """Which streams of the launcher are read: its name -> the function that prints."""
        if self._job.output is not None:
            return {"stdout": self._job.output}
        if self._launcher.is_slurm:
            return {}
        # Where the launcher writes what it says of ranks. The other stream stays the user's own.
        name, number = ("stderr", 2) if self._launcher.family == "openmpi" else ("stdout", 1)
        return {name: functools.partial(_write_all, number)}

    def _number_of_hosts(self):
        if self._hosts or not self._launcher.is_slurm:
            return max(1, len(self._hosts))
        return int(os.environ.get("SLURM_NNODES", 1))

    def _wait(self, process):
        """The exit status; returns when the launcher ended, or the monitor has a verdict."""
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(0.02 if self._monitor.verdict else 0.2)
                # A rank's death and the launcher's reaction race: let the monitor hear of it.
                if code != 0:
                    self._monitor.ended.wait(0.5)
                verdict = self._monitor.verdict
                return verdict.code if verdict else _status(code)
            if self._monitor.ended.is_set():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1)
                return self._monitor.verdict.code

    def _end(self, process, code):
        """Leave nothing of the job on this machine, but for what a job that went well started."""
        if process.poll() is None or (code != 0 and leftovers.processes(self._name)):
            leftovers.end_job(self._name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        leftovers.remove_session(process.pid)
        said = self._monitor.verdict is not None or self._interrupted
        for output, reader in self._outputs:
            reader.join()
            with contextlib.suppress(OSError):
                output.finish(show=not said)
            number = output.signal()
            if number and not self._interrupted and self._monitor.has_deaths():
                name = signal.strsignal(number)
                self._job.write(f"estikeras: the launcher saw it end by signal {number} ({name}).")


def _forward(stream, output):
    """Read to the end; where nobody takes it any more, let the launcher know by closing."""
    with stream, contextlib.suppress(OSError):
        while data := os.read(stream.fileno(), 65536):
            output.feed(data)


def _write_all(number, data):
    while data:
        data = data[os.write(number, data) :]


def _columns():
    """The width of the terminal that this process prints on; 0 if it is none."""
    try:
        # Some terminals do not know their size.
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 0


def _status(code):
    """The shell's exit status of a process: 128 and the signal that ended it."""
    return 128 - code if code < 0 else code


@contextlib.contextmanager
def _signals_end_it():
    """Let SIGTERM and SIGHUP, too, interrupt the main thread for the length of a `with` block."""

    def interrupt(number, frame):
        raise _Terminated

    with _handled({signal.SIGTERM: interrupt, signal.SIGHUP: interrupt}):
        yield


@contextlib.contextmanager
def _no_interruption():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    with _handled(dict.fromkeys(numbers, signal.SIG_IGN)):
        yield


@contextlib.contextmanager
def _handled(handlers):
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
