"""What a job of ranks can leave behind on a machine: names in the shared memory, processes. Finds
and removes those of one job. Where there is no /proc it finds nothing.
"""

import contextlib
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

# In the environment of every process of a job, and of what those start: the names of the jobs that
# it belongs to, the outer ones first.
JOB = "ESTIKERAS_JOB"
_SHARED_MEMORY = "/dev/shm/"
# Open MPI (two generations), MPICH, UCX inside of MPICH, Intel MPI.
_OF_MPI = ("sm_segment.", "vader_segment.", "osc_sm.", "mpich_shm_", "ucx_shm_", "Intel_MPI_")


def forget_names(cluster):
    """Remove the names of the shared memory by which the ranks of this machine talk, once all of
    them have it open: then nothing is left over, whoever is killed.

    Every rank calls it; it blocks until all ranks of the machine have.
    """
    ranks = cluster.local_communicator
    # Open MPI opens a rank's memory with the first message to it.
    ranks.alltoall([None] * cluster.local_size)
    remove_names([os.getpid()])
    ranks.Barrier()


def remove_names(pids):
    """Remove MPI's names in the shared memory that these processes of this machine have open."""
    for pid in pids:
        for name in _names(pid):
            with contextlib.suppress(OSError):
                Path(name).unlink()


def _names(pid):
    try:
        lines = Path("/proc", str(pid), "maps").read_text().splitlines()
    except OSError:
        return set()
    files = {line[line.index("/") :] for line in lines if _SHARED_MEMORY in line}
    return {file for file in files if file.removeprefix(_SHARED_MEMORY).startswith(_OF_MPI)}


def remove_session(pid):
    """Remove the folder that Open MPI's launcher, the process `pid`, leaves if it is killed."""
    shutil.rmtree(Path(tempfile.gettempdir(), f"ompi.{pid}"), ignore_errors=True)


def processes(job):
    """Process ids of this machine that belong to a job."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            continue
        mine = next((v for v in variables if v.startswith(f"{JOB}=".encode())), b"")
        jobs = mine.decode(errors="replace").partition("=")[2].split(".")
        if job in jobs and state not in "ZX" and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def end(pids):
    """End processes, however busy or stopped they are, with what MPI keeps in shared memory."""
    remove_names(pids)
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def end_job(job, within_s=3.0):
    """End all processes of a job: at first politely, then whatever it takes."""
    pids = processes(job)
    remove_names(pids)
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM)
            # A stopped process hears it only so.
            os.kill(pid, signal.SIGCONT)
    until = time.monotonic() + within_s
    while (pids := processes(job)) and time.monotonic() < until:
        time.sleep(0.05)
    while pids:
        end(pids)
        time.sleep(0.02)
        pids = processes(job)
