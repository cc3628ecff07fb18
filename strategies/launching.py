"""Ranks for who has none: a function on N ranks from a plain process or a notebook, and a script
that starts itself again on N ranks.
"""

import codecs
import multiprocessing
import numbers
import os
import signal
import sys
import tempfile
from pathlib import Path

from strategies import limits, monitor, mpi, shipping, supervisor, verdicts
from strategies.errors import DistributionError, StartError
from strategies.launched import launched_size
from strategies.supervisor import Job

# In the environment of a script that was started again.
RESTARTED = "ESTIKERAS_RESTARTED"
# Options of the interpreter that are followed by a value in the next word.
_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")


def launch(fn, args=(), kwargs=None, num_replicas=2, max_restarts=0, stall_timeout=None):
    """Call a function on ranks of this machine, started for it, and wait for all of them.

    Inside of the function, `strategies.cluster.world()` knows the ranks, and strategies use them.

    Args:
        fn: the function; it may be defined in a notebook.
        args: its arguments, the same on every rank. Large NumPy arrays in it are in memory once.
        kwargs: dict of its keyword arguments, or None.
        num_replicas: how many ranks.
        max_restarts: how often to start again after a failure.
        stall_timeout: how long a rank may keep the others waiting, in seconds; by default 600, or
            what `ESTIKERAS_STALL_TIMEOUT` says.

    Returns:
        List of what the function returned, by rank.

    Raises:
        TypeError: if `fn` cannot be called, or a number is none.
        ValueError: if a number is too small.
        Exception: what the function raised on the first rank that failed; its traceback there is
            the `RemoteError` that is the cause.
        DistributionError: if a rank died, hung or left early.
        StartError: in a process that is one of several ranks, or without MPI.
    """
    if not callable(fn):
        raise TypeError(f"`fn`: expected a function for the ranks to call, got {fn!r}.")
    _check_number("num_replicas", num_replicas, 1)
    _check_number("max_restarts", max_restarts, 0)
    if launched_size() > 1:
        raise StartError(
            f"This is already one of {launched_size()} ranks; `launch` is for a process that is "
            "none. Call the function itself on every rank."
        )
    said = []
    with tempfile.TemporaryDirectory(prefix="strategies-launch-") as folder:
        shipping.write_job(folder, fn, tuple(args), kwargs or {})
        job = Job(
            ["--job", folder],
            num_replicas,
            max_restarts=max_restarts,
            write=said.append,
            output=None if _prints_to_the_process() else _printer(),
            everywhere=False,
        )
        if stall_timeout is not None:
            job.stall_timeout_s = limits.check_timeout(float(stall_timeout))
        code = supervisor.run(job)
        if code == verdicts.INTERRUPTED:
            raise KeyboardInterrupt
        if code == supervisor.TERMINATED:
            signal.raise_signal(signal.SIGTERM)
        if code in (0, 1):
            returned = shipping.results(folder, num_replicas)
    if code != 0:
        raise DistributionError(
            "\n".join(said) if said else f"The ranks ended with exit status {code}."
        )
    return returned


def restart_under_ranks(num_replicas):
    """Run the command of this process again on ranks, and end with its exit status.

    Args:
        num_replicas: how many ranks.

    Raises:
        TypeError: if the number is none.
        ValueError: if it is below 1.
        StartError: where there is no script to start, or it was started so already.
        SystemExit: when the ranks have ended.
    """
    _check_number("num_replicas", num_replicas, 1)
    if RESTARTED in os.environ or launched_size() > 1:
        raise StartError(
            f"{num_replicas} replicas were asked for, and the script was started again with "
            f"{os.environ.get(RESTARTED, launched_size())}. One script has one number of ranks."
        )
    options, words = _own_command()
    mpi.find_launcher()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.environ[RESTARTED] = str(num_replicas)
    ranks = "1 rank" if num_replicas == 1 else f"{num_replicas} ranks"
    monitor.print_line(f"estikeras: starting this script again on {ranks}.")
    raise SystemExit(supervisor.run(Job(words, num_replicas, options=options, everywhere=False)))


def _check_number(name, value, least):
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"`{name}`: expected a whole number, got {value!r}.")
    if value < least:
        raise ValueError(f"`{name}`: expected a number from {least}, got {value}.")


def _own_command():
    """(options of the interpreter, script and its arguments) of this process."""
    script = getattr(sys.modules["__main__"], "__file__", None)
    why = None
    if "pytest" in sys.modules and "PYTEST_CURRENT_TEST" in os.environ:
        why = "a test"
    elif script is None or not Path(script).exists() or hasattr(sys, "ps1"):
        why = "an interactive session or a notebook"
    elif multiprocessing.parent_process() is not None:
        why = "a child process"
    if why:
        raise StartError(
            f"Ranks cannot be started from within {why} by running it again. Put the training into "
            "a function and call: strategies.launch(function, num_replicas=N)."
        )
    return split_command(sys.orig_argv)


def split_command(command):
    """(options, program with its arguments) of a Python command line."""
    options, words = [], list(command[1:])
    while words and words[0].startswith("-") and words[0] != "-m":
        options.append(words.pop(0))
        if options[-1] in _WITH_VALUE:
            options.append(words.pop(0))
    return options, words


def _prints_to_the_process():
    """Whether `print` writes to the process's own standard output; in a notebook it does not."""
    try:
        return sys.stdout.fileno() == 1
    except (AttributeError, OSError, ValueError):
        return False


def _printer():
    """A function that prints bytes, in whichever pieces they come."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def write(data):
        sys.stdout.write(decoder.decode(data))
        sys.stdout.flush()

    return write
