"""Memory that the ranks of a machine share: a file in memory that never has a name, so that nothing
is left over, however the ranks end. Not an MPI window, nor a file in /dev/shm: both are limited by
the size of /dev/shm, which is small in containers.
"""

import mmap
import os
import warnings

import numpy as np

from strategies.status import current


def allocate(communicator, size_bytes):
    """One array for all ranks of each machine. A collective of all ranks of all machines.

    Args:
        communicator: the Communicator whose ranks call it.
        size_bytes: the same on all ranks of a machine.

    Returns:
        Array (size_bytes,) uint8 of zeros; or None, on all ranks, if one of them cannot have the
        memory, about which the chief warns.
    """
    cluster = communicator.cluster
    descriptor = path = memory = problem = None
    try:
        if cluster.local_rank == 0:
            descriptor, problem = _attempt(_create, size_bytes)
            # The other ranks open the file of this process; the number is enough for that.
            path = None if problem else f"/proc/{os.getpid()}/fd/{descriptor}"
        current.enter("share memory")
        path = cluster.local_communicator.bcast(path)
        current.leave()
        if path:
            memory, problem = _attempt(_map, path, size_bytes, cluster)
        # Whoever can open the file has done so when all have told.
        problems = communicator.allgather(problem)
    finally:
        if descriptor is not None:
            os.close(descriptor)
    failures = [f"rank {rank}: {text}" for rank, text in enumerate(problems) if text]
    if not failures:
        return memory
    if cluster.is_chief:
        warnings.warn(
            f"The ranks cannot share {size_bytes / 1e6:.1f} MB of memory ({failures[0]}), so sums "
            "take a slower way.",
            RuntimeWarning,
            stacklevel=2,
        )
    return None


def _attempt(function, *arguments):
    """`(result, None)`, or `(None, what went wrong)` where the system refuses."""
    try:
        return function(*arguments), None
    except OSError as error:
        return None, str(error)


def _create(size_bytes):
    """The descriptor of a new file."""
    descriptor = os.memfd_create("strategies")
    try:
        os.ftruncate(descriptor, size_bytes)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _map(path, size_bytes, cluster):
    """Map the file, after this rank's part of it has got its memory.

    So what is missing is an error here and no signal later, and the memory is near the rank that
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
