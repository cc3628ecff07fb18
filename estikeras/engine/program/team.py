"""The team of threads that runs programs: started once for a process, asleep when there is nothing
to do.
"""

import atexit
import ctypes
import os
import threading

import numpy as np

from estikeras import settings
from estikeras.engine.variable import aligned_empty
from estikeras.kernels import executor

_ENTRY = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)


class Team:
    """Threads that share a control block. One program at a time runs on them.

    Args:
        threads: how many, the calling one counted in.
    """

    def __init__(self, threads):
        self.threads = threads
        self.lock = threading.RLock()
        self._words = aligned_empty((executor.CONTROL_BYTES // 8,), np.int64)
        self._words[:] = 0
        self._control = self._words.ctypes.data
        libc = ctypes.CDLL(None)
        if libc.sem_init(ctypes.c_void_p(self._control + executor.SEMAPHORE), 0, 0):
            raise OSError("The semaphore of the thread team could not be made.")
        for offset, name in (
            (executor.YIELD, "sched_yield"),
            (executor.WAIT, "sem_wait"),
            (executor.POST, "sem_post"),
        ):
            self._words[offset // 8] = ctypes.cast(getattr(libc, name), ctypes.c_void_p).value
        self._post = libc.sem_post
        self._lead = _ENTRY(executor.lead.native({}).address)
        self._lead_block = np.array([self._control, 1], np.int64)
        self._lead_address = self._lead_block.ctypes.data
        self._blocks = [
            np.array([self._control, number, threads], np.int64) for number in range(threads)
        ]
        self._followers = []

    def _start(self):
        follow = _ENTRY(executor.follow.native({}).address)
        for block in self._blocks[1:]:
            thread = threading.Thread(
                target=follow, args=(block.ctypes.data, 0, 1), daemon=True, name="estikeras"
            )
            thread.start()
            self._followers.append(thread)

    def run(self, table, steps=1):
        """Run a table of kernels; returns when all threads are done.

        Args:
            table: the Table; `table.threads` is 1 or the size of the team.
            steps: how many times.
        """
        with self.lock:
            if table.threads > 1 and not self._followers:
                self._start()
            self._words[executor.FUNCTIONS // 8 : executor.ERROR // 8 + 1] = (
                *table.words[:4],
                steps,
                *table.words[4:],
            )
            self._lead_block[1] = table.threads
            self._lead(self._lead_address, 0, 1)

    def stop(self):
        """End the threads."""
        self._words[executor.STOP // 8] = 1
        self._words[executor.SEQUENCE // 8] += 1
        for _ in self._followers:
            self._post(ctypes.c_void_p(self._control + executor.SEMAPHORE))
        for thread in self._followers:
            thread.join()


_teams = {}
_teams_lock = threading.Lock()


def current():
    """The team of this process; a forked child gets a new one, since threads do not survive a
    fork.
    """
    with _teams_lock:
        team = _teams.get(os.getpid())
        if team is None:
            _teams.clear()
            team = _teams[os.getpid()] = Team(settings.threads())
            atexit.register(_stop, os.getpid())
        return team


def is_started():
    """Whether this process has its team."""
    return os.getpid() in _teams


def _stop(pid):
    if pid == os.getpid() and pid in _teams:
        _teams.pop(pid).stop()
