"""The command `estikeras`. Knows the parts of the project by name; computes nothing.

`estikeras run -n 4 train.py` starts a program on ranks, watches it and ends it if a rank fails.
`estikeras info` prints what a report about a problem needs: versions, cores, BLAS, MPI, cache.
"""

import argparse
import importlib.metadata
import platform
import sys
from pathlib import Path

from estikeras import settings
from strategies import cluster, limits, report, supervisor
from strategies.errors import StartError

_PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "h5py", "ml_dtypes", "rich", "mpi4py")


def main(arguments=None):
    """Run the command line.

    Args:
        arguments: the words after the command; by default those of the process.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="estikeras", description="Keras without TensorFlow.")
    commands = parser.add_subparsers(dest="command", required=True)
    info = commands.add_parser("info", help="print versions, cores, BLAS, MPI and the kernel cache")
    info.set_defaults(call=_info)
    _add_run(commands)
    options = parser.parse_args(arguments)
    return options.call(options)


def _add_run(commands):
    run = commands.add_parser(
        "run",
        usage="%(prog)s -n N [options] (SCRIPT | -m MODULE) [argument ...]",
        help="start a program on N ranks of this machine, or of many",
        description="Starts the same program on N ranks, finds the MPI for it, and ends all ranks "
        "if one of them fails, dies, hangs or leaves.",
        epilog="Exit status: 0; 1 after an exception; S after sys.exit(S); 75 if the job was ended "
        "because a rank died, hung or left; 130 after Ctrl-C.",
    )
    run.add_argument("-n", type=_number(1), required=True, metavar="N", help="number of ranks")
    run.add_argument("--hosts", default="", metavar="A,B", help="names of the machines")
    run.add_argument("--hostfile", type=Path, metavar="FILE", help="the same, a name a line")
    run.add_argument(
        "--max-restarts",
        type=_number(0),
        default=0,
        metavar="K",
        help="how often to start again after a failure, if a step was done since the last",
    )
    run.add_argument(
        "--stall-timeout",
        type=_seconds,
        metavar="S",
        help="how long a rank may keep the others waiting, in seconds (600)",
    )
    run.add_argument("-m", dest="module", action="store_true", help="run a module, not a script")
    run.add_argument("program", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    run.set_defaults(call=_run, error=run.error)


def _number(least):
    """A function that reads a whole number from `least`."""

    def read(text):
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected a number from {least}, got {text!r}")
        return int(text)

    return read


def _seconds(text):
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected seconds, got {text!r}") from None
    try:
        return limits.check_timeout(seconds)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _run(options):
    if not options.program:
        options.error("which script? For example: estikeras run -n 2 train.py")
    words = options.program
    if not options.module and not Path(words[0]).is_file():
        options.error(f"there is no script {words[0]!r}")
    job = supervisor.Job(["-m", *words] if options.module else words, options.n)
    job.hosts = tuple(filter(None, options.hosts.split(",")))
    if options.hostfile:
        if not options.hostfile.is_file():
            options.error(f"there is no file {str(options.hostfile)!r}")
        lines = options.hostfile.read_text().splitlines()
        job.hosts += tuple(line.split()[0] for line in lines if line.partition("#")[0].strip())
    job.max_restarts = options.max_restarts
    if options.stall_timeout is not None:
        job.stall_timeout_s = options.stall_timeout
    try:
        return supervisor.run(job)
    except StartError as error:
        print(f"estikeras: {error}", file=sys.stderr)
        return 2


def _info(options):
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _facts():
        table.add_row(name, value)
    # Of several ranks, one prints what all of them know.
    if cluster.world().is_chief:
        Console().print(table)
    return 0


def _facts():
    yield "estikeras", _version("estikeras") or "not installed, used from its folder"
    yield "Python", f"{platform.python_version()} on {platform.platform()}"
    for package in _PACKAGES:
        yield package, _version(package) or "not installed"
    yield "cores", f"{settings.cores()} usable, {settings.threads()} threads"
    yield "BLAS", _blas()
    if _version("mpi4py"):
        yield from report.facts()
    else:
        yield "MPI", "not installed (pip install 'estikeras[mpi]')"
    yield "kernel cache", _cache()


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _blas():
    from scipy import __config__ as config

    found = config.show(mode="dicts")["Build Dependencies"]["blas"]
    return f"{found.get('name', 'unknown')} {found.get('version', '')} (SciPy's)".replace("  ", " ")


def _cache():
    folder = settings.cache_folder()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return f"{folder} ({size / 1e6:.1f} MB)"


if __name__ == "__main__":
    sys.exit(main())
