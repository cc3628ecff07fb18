"""Memory that the ranks of a machine share: a file in /dev/shm that has no name any more when it is
used, so that nothing is left over, however the ranks end. Not an MPI window, which some MPIs make
end in a bus error where /dev/shm is small.
"""

import mmap
import os
import tempfile
import warnings

import numpy as np

from strategies.status import current

DIRECTORY = "/dev/shm"


def allocate(communicator, size_bytes):
    """One array for all ranks of each machine. A collective of all ranks of all machines.

    Args:
        communicator: the Communicator whose ranks call it.
        size_bytes: the same on all ranks of a machine.

    Returns:
        Array (size_bytes,) uint8 of zeros; or None, on all ranks, if one of them has not enough
        memory, about which the chief warns.
    """
    cluster = communicator.cluster
    path = memory = problem = None
    try:
        if cluster.local_rank == 0:
            path, problem = _attempt(_create, size_bytes)
        current.enter("share memory")
        shared_path = cluster.local_communicator.bcast(path)
        current.leave()
        if shared_path:
            memory, problem = _attempt(_map, shared_path, size_bytes, cluster)
        # All have the file open here, or will never have: its name is needed no longer.
        problems = communicator.allgather(problem)
    finally:
        if path:
            os.unlink(path)  # noqa: PTH108 - tempfile gave a string
    failures = [f"rank {rank}: {text}" for rank, text in enumerate(problems) if text]
    if not failures:
        return memory
    if cluster.is_chief:
        warnings.warn(
            f"The ranks cannot share {size_bytes / 1e6:.1f} MB of memory ({failures[0]}), so sums "
            f"take a slower way. Make {DIRECTORY} larger (docker run --shm-size=...).",
            RuntimeWarning,
            stacklevel=2,
        )
    return None


def _attempt(function, *arguments):
    """`(result, None)`, or `(None, what went wrong)` where the machine has no such memory."""
    try:
        return function(*arguments), None
    except OSError as error:
        return None, str(error)


def _create(size_bytes):
    descriptor, path = tempfile.mkstemp(prefix="strategies-", dir=DIRECTORY)
    try:
        os.ftruncate(descriptor, size_bytes)
    except OSError:
        os.unlink(path)  # noqa: PTH108
        raise
    finally:
        os.close(descriptor)
    return path


def _map(path, size_bytes, cluster):
    """Map the file, after this rank's part of it has got its memory.

    So what is missing is an error here and no SIGBUS later, and the memory is near the rank that
    uses it most.
    """
    descriptor = os.open(path, os.O_RDWR)
    try:
        start = size_bytes * cluster.local_rank // cluster.local_size
        stop = size_bytes * (cluster.local_rank + 1) // cluster.local_size
        if stop > start:
            os.posix_fallocate(descriptor, start, stop - start)
        mapped = mmap.mmap(descriptor, size_bytes, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
        return np.frombuffer(mapped, np.uint8)
    finally:
        os.close(descriptor)
