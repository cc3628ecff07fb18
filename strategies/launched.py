"""What a process can know of its ranks and its machine before MPI is there."""

import os
import socket
from pathlib import Path

# What the launchers tell a process about its world: Open MPI, MPICH (hydra, PMI), Slurm's steps.
# SLURM_NTASKS is set in a batch script too, where there is one process.
_SIZES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS")
_LOCAL_SIZES = ("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE")


def launched_size():
    """How many processes the launcher says that it started; 1 without a launcher."""
    return next((int(os.environ[name]) for name in _SIZES if _is_number(name)), 1)


def launched_local_size():
    """How many of them the launcher says are on this machine; 1 without a launcher."""
    if launched_size() == 1:
        return 1
    return next((int(os.environ[name]) for name in _LOCAL_SIZES if _is_number(name)), 1)


def _is_number(name):
    return os.environ.get(name, "").isdigit()


def machine_name():
    """A name of this machine that no other machine has, even where containers share host names."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}/{boot.strip()[:8]}"
