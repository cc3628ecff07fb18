"""What a report about a problem with ranks needs: which MPI, which launcher, whether they fit."""

import os

from strategies import cluster, cores, mpi
from strategies.errors import StartError
from strategies.launched import launched_size


def facts():
    """(name, value) pairs of text. Under a launcher every rank calls it, and all wait for all."""
    try:
        library = mpi.find_library()
    except StartError as error:
        yield "MPI", str(error)
        return
    wheels = mpi.wheels()
    source = f"package {wheels[0]}" if wheels else "of the system"
    yield "MPI", f"{mpi.NAMES[library.family]} {library.version} ({source}), {library.path}"
    if len(wheels) > 1:
        yield "MPI problem", mpi.two_wheels()
    yield "MPI launcher", _launcher()
    yield "shared memory", _shared_memory()
    yield "ranks", _ranks()


def _launcher():
    try:
        return f"{mpi.find_launcher().path}, of the same MPI"
    except StartError as error:
        return str(error)


def _shared_memory():
    try:
        size = os.statvfs("/dev/shm")
    except OSError:
        return "none"
    free, whole = (blocks * size.f_frsize / 1e6 for blocks in (size.f_bavail, size.f_blocks))
    return f"{free:.0f} MB free of {whole:.0f} MB in /dev/shm"


def _ranks():
    if launched_size() == 1:
        each = ", ".join(f"{cores.threads_per_rank(n)} with {n}" for n in (1, 2, 4))
        return f"not started by a launcher; threads each: {each}"
    world = cluster.world()
    threads = world.communicator.allgather(cores.agreed_threads_per_rank(world))
    hosts = [host.partition("/")[0] for host in world.hosts]
    named = dict.fromkeys(hosts)
    placed = ", ".join(f"{hosts.count(host)} on {host}" for host in named)
    return f"{world.size}: {placed}; threads by rank: {', '.join(map(str, threads))}"
