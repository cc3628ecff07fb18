"""Two ranks add up arrays in every step, until something happens to one of them.

Usage: failing.py WHAT RANK COMMUNICATOR: what that rank does in step 5, after half a second.
"""

import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path

import numpy as np

from strategies import cluster, communicators, status

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
    "exit with a text": lambda: sys.exit("bad config"),
    "exit 0": lambda: sys.exit(0),
    "stall": lambda: time.sleep(600),
    "os._exit": lambda: os._exit(3),
    "SIGKILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "SIGSTOP": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "SIGSEGV": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "memory": exhaust_memory,
    "interpreter": hold_the_interpreter,
}


def main(what, who, name):
    communicator = communicators.create(name, cluster.world())
    buffer = communicator.buffer([communicators.Segment("sum", np.float32, 20_000)])
    for step in range(STEPS):
        status.current.step = step
        if step == 5 and communicator.rank == who:
            if what == "return":
                return
            FAULTS[what]()
        time.sleep(0.1)
        buffer.exchange()
    sys.stdout.write(f"rank {communicator.rank} is done\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
