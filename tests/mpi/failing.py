"""Two ranks reduce in every step, until something happens to one of them.

Usage: failing.py WHAT [RANK]: what that rank does in step 5, after half a second.
"""

import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path

import numpy as np

from strategies import cluster, status

STEPS = 10


def raise_error():
    raise ValueError("the seventh seal")


def hold_the_interpreter():
    """Never come back from a C function, and let no other thread run."""
    ctypes.PyDLL(None).pause()


def exhaust_memory():
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**24, resource.RLIM_INFINITY))
    np.ones(2**30)


FAULTS = {
    "raise": raise_error,
    "exit 3": lambda: sys.exit(3),
    "exit 0": lambda: sys.exit(0),
    "stall": lambda: time.sleep(600),
    "os._exit": lambda: os._exit(3),
    "SIGKILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "SIGSTOP": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "SIGSEGV": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "memory": exhaust_memory,
    "interpreter": hold_the_interpreter,
}


def main(what, who=1):
    world = cluster.world()
    total = np.ones(1000, np.float32)
    for step in range(STEPS):
        status.current.step = step
        if step == 5 and world.rank == who:
            if what == "return":
                return
            FAULTS.get(what, lambda: None)()
        time.sleep(0.1)
        status.current.enter("sum")
        world.communicator.allreduce(float(total[0]))
        status.current.leave()
    sys.stdout.write(f"rank {world.rank} is done\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1)
