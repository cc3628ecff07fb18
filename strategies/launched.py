"""What a process can know of its ranks and its machine before MPI is there."""

import os
import re
import socket
from pathlib import Path

# What the launchers tell a process about its world: Open MPI, MPICH (hydra, PMI), Slurm's steps.
# SLURM_NTASKS is set in a batch script too, where there is one process.
_SIZES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS")
_RANKS = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID")
_LOCAL_SIZES = ("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS")


def launched_size():
    """How many processes the launcher says that it started; 1 without a launcher."""
    return next((int(os.environ[name]) for name in _SIZES if _is_number(name)), 1)


def launched_rank():
    """Which of them this process is, as the launcher says; 0 without a launcher."""
    if launched_size() == 1:
        return 0
    return next((int(os.environ[name]) for name in _RANKS if _is_number(name)), 0)


def launched_local_size():
    """How many of them the launcher says are on this machine; 1 without a launcher."""
    if launched_size() == 1:
        return 1
    local = next((int(os.environ[name]) for name in _LOCAL_SIZES if _is_number(name)), None)
    return local or _slurm_local_size() or 1


def tasks_of_nodes(text):
    """The list that Slurm's `3(x2),1` means: 3, 3, 1.

    Raises:
        ValueError: for another text.
    """
    parts = [re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", part) for part in text.split(",")]
    if not all(parts):
        raise ValueError(f"These are no numbers of tasks per node: {text!r}.")
    return [int(part[1]) for part in parts for _ in range(int(part[2] or 1))]


def _slurm_local_size():
    """How many tasks of this step Slurm has on this node; None without Slurm."""
    tasks = os.environ.get("SLURM_STEP_TASKS_PER_NODE")
    if tasks is None or not _is_number("SLURM_NODEID"):
        return None
    return tasks_of_nodes(tasks)[int(os.environ["SLURM_NODEID"])]


def _is_number(name):
    return os.environ.get(name, "").isdigit()


def machine_name():
    """A name of this machine that no other machine has, even where containers share host names."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}/{boot.strip()[:8]}"
