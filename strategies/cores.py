"""How many threads a rank should use: its cores, divided by the ranks that share them.

Knows the affinity mask, the quota and the cores of the control groups, and what the launcher says.
MPI is not needed for the answer, since threads are started before it is.
"""

import math
import os
from pathlib import Path

from strategies.launched import launched_local_size


def usable():
    """How many cores this process may use, after its affinity and its control group's quota."""
    return min(len(_mask()), _quota())


def threads_per_rank(local_size=None):
    """How many threads this rank should use so that the ranks of its machine have a core each.

    A rank that its launcher bound to some of the cores has these for itself; one that may run on
    all of them shares them with the other ranks of the machine.

    Args:
        local_size: how many ranks this machine has; None takes what the launcher says.

    Returns:
        A number of threads, at least 1.
    """
    local_size = local_size or launched_local_size()
    mask = _mask()
    return _threads(mask, local_size if mask >= _whole() else 1, local_size)


def agreed_threads_per_rank(cluster):
    """The same, exactly: the ranks of each machine tell each other on which cores they may run.

    Every rank calls it; it blocks until all ranks of the machine have.

    Args:
        cluster: a `Cluster`.
    """
    mask = _mask()
    if cluster.local_size == 1:
        return _threads(mask, 1, 1)
    masks = cluster.local_communicator.allgather(mask)
    sharing = sum(bool(mask & other) for other in masks)
    return _threads(mask, sharing, cluster.local_size)


def idle_beside(local_size):
    """How many more cores each rank could have if it was not bound to those that it may run on.

    Args:
        local_size: how many ranks this machine has.
    """
    return max(0, len(_whole()) // local_size - len(_mask()))


def _threads(mask, sharing, local_size):
    """Of the cores in `mask`, for each of the ranks that share them; the quota is for all ranks."""
    return max(1, int(min(len(mask) / sharing, _quota() / local_size)))


def _mask():
    """The numbers of the cores that this process may run on."""
    # sched_getaffinity exists on Linux only.
    may_use = getattr(os, "sched_getaffinity", None)
    return frozenset(may_use(0) if may_use else range(os.cpu_count() or 1))


def _whole():
    """The numbers of the cores that a process of these control groups has unless it is bound."""
    for controllers, folder in _cgroup_folders("cpuset"):
        file = "cpuset.effective_cpus" if controllers else "cpuset.cpus.effective"
        try:
            return _core_numbers((folder / file).read_text())
        except (OSError, ValueError):
            continue
    return frozenset(range(os.cpu_count() or 1))


def _core_numbers(text):
    """The set that `0-3,8` means."""
    ranges = (part.split("-") for part in text.strip().split(","))
    return frozenset(core for ends in ranges for core in range(int(ends[0]), int(ends[-1]) + 1))


def _quota():
    """The smallest CPU quota of this process's control groups, in whole cores; inf without one."""
    quotas = [math.inf]
    for controllers, folder in _cgroup_folders("cpu"):
        try:
            if controllers:
                files = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
                allowed, period = (float((folder / file).read_text()) for file in files)
            else:
                allowed, period = map(float, (folder / "cpu.max").read_text().split())
        except (OSError, ValueError):
            continue
        if allowed > 0 and period > 0:
            quotas.append(math.ceil(allowed / period))
    return min(quotas)


def _cgroup_folders(controller):
    """(controllers, folder) of every control group this process lies in, innermost first.

    `controllers` is empty for version 2, which has all of them in one tree.
    """
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        root = Path("/sys/fs/cgroup", *([controller] if controllers else []))
        folder = root / path.lstrip("/")
        for level in (folder, *folder.parents):
            yield controllers, level
            if level == root:
                break
