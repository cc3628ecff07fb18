"""What a job of ranks left behind on this machine, told apart from what other jobs do meanwhile."""

import os
import time
from pathlib import Path

_OF_MPI = ("sm_segment.", "vader_segment.", "osc_sm.", "mpich_shm_", "ucx_shm_")


class Remains:
    """Before a job it notes what there is; `check` fails if there is more after it.

    Args:
        mark: text that is in the environment of the job's processes.
    """

    def __init__(self, mark):
        self._mark = mark
        self._before = _orphans()

    @property
    def environment(self):
        """Variables for the job, by which its processes are known."""
        return {"TEST_OF_REMAINS": self._mark}

    def processes(self):
        """Process ids that carry the mark."""
        wanted = f"TEST_OF_REMAINS={self._mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
        return [pid for pid in found if pid != os.getpid()]

    def check(self, within_s=3):
        """Fail unless the processes are gone, and names in shared memory that nobody has open."""
        until = time.monotonic() + within_s
        while left := (self.processes(), sorted(_orphans() - self._before)):
            if left == ([], []):
                return
            assert time.monotonic() < until, left
            time.sleep(0.1)


def _orphans():
    """Names of MPI in the shared memory that no process has mapped."""
    there = {path.name for path in Path("/dev/shm").glob("*") if path.name.startswith(_OF_MPI)}
    for maps in Path("/proc").glob("[0-9]*/maps"):
        if not there:
            break
        try:
            text = maps.read_text()
        except OSError:
            continue
        there -= {name for name in there if f"/dev/shm/{name}" in text}
    return there
