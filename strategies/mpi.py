"""Finds the MPI that is installed, starts it in this process, and knows the command and the
environment by which it starts ranks.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from strategies.cluster import launched_local_size, launched_size
from strategies.errors import StartError


@dataclass(frozen=True)
class Launcher:
    """An MPI's program that starts ranks.

    Attributes:
        family: "openmpi" or "mpich".
        path: of `mpiexec`.
    """

    family: str
    path: str

    def command(self, num_ranks, arguments):
        """The words that start `arguments` (a command) on `num_ranks` ranks of this machine."""
        options = {"openmpi": ["--bind-to", "none", "--oversubscribe"], "mpich": []}[self.family]
        return [self.path, *options, "-n", str(num_ranks), *arguments]

    def environment(self):
        """A copy of the environment with what the ranks of a job on this machine need."""
        environment = dict(os.environ)
        if self.family == "openmpi":
            environment.update(_OPENMPI)
            if os.geteuid() == 0:
                environment.update(_OPENMPI_ROOT)
        return environment


# Measured: btl/ofi alone costs a second of start-up; osc/ucx prints a line for each window.
_OPENMPI = {
    "OMPI_MCA_btl": "^ofi",
    "OMPI_MCA_osc": "^ucx",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}
_OPENMPI_ROOT = {
    f"{prefix}_ALLOW_RUN_AS_ROOT{suffix}": "1"
    for prefix in ("OMPI", "PRTE")
    for suffix in ("", "_CONFIRM")
}


def find_launcher():
    """The Launcher that belongs to the MPI library which mpi4py loads.

    Raises:
        StartError: if mpi4py, or the launcher, is not installed.
    """
    beside = str(Path(sys.executable).parent)
    path = shutil.which("mpiexec", path=beside) or shutil.which("mpiexec")
    if path is None:
        raise StartError("No mpiexec is found. Install one: pip install 'estikeras[mpi]'.")
    family = "mpich" if shutil.which("mpichversion", path=str(Path(path).parent)) else "openmpi"
    return Launcher(family, path)


def start():
    """The module `mpi4py.MPI`, with MPI initialised.

    Raises:
        StartError: if it is not installed, or the launcher is not this library's.
    """
    if launched_size() == launched_local_size():
        for name in ("OMPI_MCA_btl", "OMPI_MCA_osc"):
            os.environ.setdefault(name, _OPENMPI[name])
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise StartError(
            f"MPI cannot be loaded ({error}). Install it: pip install 'estikeras[mpi]'."
        ) from error
    return MPI
