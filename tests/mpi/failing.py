"""Two ranks reduce in every step, until something happens to one of them.

Usage: failing.py WHAT [RANK]: what the rank does in step 5.
"""

import ctypes
import os
import resource
import signal
import sys
import time

import numpy as np

from strategies import cluster, status


def fail(what):
    if what == "raise":
        raise ValueError("the seventh seal")
    if what == "exit 3":
        sys.exit(3)
    if what == "exit 0":
        sys.exit(0)
    if what == "stall":
        time.sleep(600)
    if what == "memory":
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_SAVED_CUR, -1))
    if what == "os._exit":
        os._exit(3)
    if what in ("SIGKILL", "SIGSTOP", "SIGSEGV"):
        os.kill(os.getpid(), getattr(signal, what))


def hold_the_interpreter():
    """Never come back from a C function, without letting other threads run."""
    ctypes.PyDLL(None).pause()


def exhaust_memory():
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**24, resource.RLIM_INFINITY))
    np.ones(2**30)


def main(what, who=1):
    world = cluster.world()
    total = np.ones(1000, np.float32)
    for step in range(10):
        status.current.step = step
        if step == 5 and world.rank == who:
            {"memory": exhaust_memory, "interpreter": hold_the_interpreter}.get(
                what, lambda: fail(what)
            )()
        if what == "return" and step == 5 and world.rank == who:
            return
        time.sleep(0.1)
        status.current.enter("sum")
        world.communicator.Allreduce(sys.modules["mpi4py.MPI"].IN_PLACE, total)
        status.current.leave()
    print(f"rank {world.rank} is done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1)
