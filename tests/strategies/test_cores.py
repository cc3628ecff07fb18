"""How many threads a rank uses, by affinity, quota and the ranks that share the machine."""

import math
import subprocess
import sys

import pytest

from strategies import cores
from strategies.cluster import Cluster
from tests.support import ranks

LAUNCHERS = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS")
PROGRAM = """
import os
os.environ.pop("OMP_NUM_THREADS"), os.environ.pop("OPENBLAS_NUM_THREADS")
from strategies import cluster, cores
share = max(1, cores.usable() // 2)
assert cores.threads_per_rank() == share
assert cores.agreed_threads_per_rank(cluster.world()) == share
"""


@pytest.fixture
def machine(monkeypatch):
    """A function that makes the machine look as given."""
    for name in LAUNCHERS:
        monkeypatch.delenv(name, raising=False)

    def look(bound_to=None, whole=16, quota=math.inf):
        mask = frozenset(range(whole)) if bound_to is None else frozenset(bound_to)
        monkeypatch.setattr(cores, "_mask", lambda: mask)
        monkeypatch.setattr(cores, "_whole", lambda: frozenset(range(whole)))
        monkeypatch.setattr(cores, "_quota", lambda: quota)

    return look


class Neighbours:
    """The communicator of a machine whose other ranks have these masks."""

    def __init__(self, *masks):
        self.masks = [frozenset(mask) for mask in masks]

    def allgather(self, mask):
        return [mask, *self.masks]


@pytest.mark.parametrize(
    ("bound_to", "quota", "local_size", "threads"),
    [
        (None, math.inf, 1, 16),
        (None, math.inf, 4, 4),
        (None, math.inf, 3, 5),
        (None, math.inf, 32, 1),
        (None, 4, 1, 4),
        (None, 4, 2, 2),
        (None, 1, 8, 1),
        (range(4), math.inf, 4, 4),
        ({7}, math.inf, 2, 1),
        (range(4), 8, 4, 2),
        (range(4), 3, 1, 3),
    ],
)
def test_threads_follow_affinity_quota_and_ranks(machine, bound_to, quota, local_size, threads):
    machine(bound_to, quota=quota)
    assert cores.threads_per_rank(local_size) == threads


def test_the_launcher_says_how_many_ranks_there_are(machine, monkeypatch):
    machine()
    assert cores.threads_per_rank() == 16
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "4")
    monkeypatch.setenv("OMPI_COMM_WORLD_LOCAL_SIZE", "2")
    assert cores.threads_per_rank() == 8
    assert cores.usable() == 16


@pytest.mark.parametrize(
    ("mask", "others", "threads"),
    [
        (range(4), [range(4, 8)], 4),  # bound, each to its own: as by package
        (range(4), [range(4)], 2),  # two ranks in the same half of the machine
        (range(16), [range(16), range(16)], 5),
        (range(8), [range(8), range(8, 16), range(8, 16)], 4),
    ],
)
def test_ranks_that_tell_their_masks_share_exactly(machine, mask, others, threads):
    machine(mask)
    cluster = Cluster()
    cluster.local_size = 1 + len(others)
    cluster.local_communicator = Neighbours(*others)
    assert cores.agreed_threads_per_rank(cluster) == threads


def test_a_process_alone_has_all_its_cores(machine):
    machine(range(3))
    assert cores.agreed_threads_per_rank(Cluster()) == 3


@pytest.mark.parametrize(
    ("text", "numbers"), [("0-3\n", {0, 1, 2, 3}), ("0,4-5,9", {0, 4, 5, 9}), ("7", {7})]
)
def test_lists_of_cores_are_read(text, numbers):
    assert cores._core_numbers(text) == numbers


def folders(tmp_path, **files):
    """Control groups in `tmp_path`: an inner one, in an outer one which has the files."""
    for name, text in files.items():
        (tmp_path / name.replace("__", ".")).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("files", "controllers", "quota"),
    [
        ({"cpu__max": "150000 100000\n"}, "", 2),
        ({"cpu__max": "max 100000\n"}, "", math.inf),
        ({"cpu__cfs_quota_us": "400000\n", "cpu__cfs_period_us": "100000\n"}, "cpu,cpuacct", 4),
        ({"cpu__cfs_quota_us": "-1\n", "cpu__cfs_period_us": "100000\n"}, "cpu", math.inf),
        ({}, "cpu", math.inf),
    ],
)
def test_quotas_of_both_versions_are_read(monkeypatch, tmp_path, files, controllers, quota):
    outer = folders(tmp_path, **files)
    levels = [(controllers, outer / "inner"), (controllers, outer)]
    monkeypatch.setattr(cores, "_cgroup_folders", lambda controller: levels)
    assert cores._quota() == quota


@pytest.mark.parametrize(
    ("file", "controllers"), [("cpuset__cpus__effective", ""), ("cpuset__effective_cpus", "cpuset")]
)
def test_a_container_has_the_cores_of_its_control_group(monkeypatch, tmp_path, file, controllers):
    outer = folders(tmp_path, **{file: "8-11\n"})
    levels = [(controllers, outer / "inner"), (controllers, outer)]
    monkeypatch.setattr(cores, "_cgroup_folders", lambda controller: levels)
    monkeypatch.setattr(cores, "_mask", lambda: frozenset({8, 9, 10, 11}))
    assert cores.threads_per_rank(2) == 2


@pytest.mark.mpi
def test_unbound_ranks_divide_the_cores():
    ranks.run_ranks(2, ["-c", PROGRAM]).check()


def test_mpi_is_not_needed():
    code = "import sys; from strategies import cores; print('mpi4py' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
