"""Who the ranks are, in the words of `tf.distribute.cluster_resolver`: jobs, tasks, addresses.

The world itself comes from MPI; a resolver tells about it, or is checked against it. Resolvers of
services that start no MPI ranks (GCE, Kubernetes, SageMaker, TPU) do not exist here.
"""

import os
import re

from strategies.cluster_spec import ClusterResolver, ClusterSpec
from strategies.launched import tasks_of_nodes
from strategies.tf_config import TFConfigClusterResolver, check_tf_config

__all__ = [
    "ClusterResolver",
    "ClusterSpec",
    "MPIClusterResolver",
    "SimpleClusterResolver",
    "SlurmClusterResolver",
    "TFConfigClusterResolver",
    "UnionResolver",
    "check_tf_config",
]


class SimpleClusterResolver(ClusterResolver):
    """A resolver that answers what it was given.

    Args:
        cluster_spec: ClusterSpec.
        master: address of the master, a string.
        task_type: job of this process, or None.
        task_id: its number in the job, or None.
        environment: a string.
        num_accelerators: dict from kinds to numbers, or None.
        rpc_layer: what `master` writes before addresses, or None.

    Raises:
        TypeError: if `cluster_spec` is no ClusterSpec, or `master` no string.
    """

    def __init__(
        self,
        cluster_spec,
        master="",
        task_type=None,
        task_id=None,
        environment="",
        num_accelerators=None,
        rpc_layer=None,
    ):
        if not isinstance(cluster_spec, ClusterSpec):
            raise TypeError(f"`cluster_spec`: expected a ClusterSpec, got {cluster_spec!r}.")
        if not isinstance(master, str):
            raise TypeError(f"`master`: expected a string, got {master!r}.")
        self._cluster_spec, self._master = cluster_spec, master
        self.task_type, self.task_id, self.rpc_layer = task_type, task_id, rpc_layer
        self._environment, self._num_accelerators = environment, num_accelerators or {}

    def cluster_spec(self):
        return self._cluster_spec

    def master(self, task_type=None, task_id=None, rpc_layer=None):
        address = self._master
        if task_type is not None and task_id is not None:
            address = self._cluster_spec.task_address(task_type, task_id)
        return _with_layer(address, rpc_layer or self.rpc_layer)

    def num_accelerators(self, task_type=None, task_id=None, config_proto=None):
        """What was given."""
        return self._num_accelerators

    @property
    def environment(self):
        """What was given."""
        return self._environment


class MPIClusterResolver(ClusterResolver):
    """The ranks of a Cluster: worker i is rank i, its address the name of its machine.

    Args:
        cluster: `strategies.cluster.Cluster`.
    """

    def __init__(self, cluster):
        # Behind the slash is what tells apart machines of one name.
        self._hosts = [host.partition("/")[0] for host in cluster.hosts]
        self.task_type, self.task_id, self.rpc_layer = "worker", cluster.rank, None

    def cluster_spec(self):
        return ClusterSpec({"worker": self._hosts})

    def master(self, task_type=None, task_id=None, rpc_layer=None):
        """The address of a task, of rank 0 unless told otherwise."""
        address = self.cluster_spec().task_address(task_type or "worker", task_id or 0)
        return _with_layer(address, rpc_layer)


class SlurmClusterResolver(ClusterResolver):
    """The tasks of a step that Slurm's `srun` started.

    Tasks are numbered along the list of nodes as Slurm gives it, which is how `srun` numbers its
    ranks.

    Args:
        jobs: dict from jobs to their numbers of tasks; None makes all tasks workers.
        port_base: port of the first task of each node.
        gpus_per_node: None or 0: no GPU is used.
        gpus_per_task: None or 0.
        tasks_per_node: number of tasks on each node, or dict from nodes to numbers; None asks
            Slurm.
        auto_set_gpu: has no GPU to set.
        rpc_layer: what `master` writes before addresses.

    Raises:
        RuntimeError: outside of a step of Slurm, or where tasks and jobs are not equally many.
    """

    def __init__(
        self,
        jobs=None,
        port_base=8888,
        gpus_per_node=None,
        gpus_per_task=None,
        tasks_per_node=None,
        auto_set_gpu=True,
        rpc_layer="grpc",
    ):
        if gpus_per_node or gpus_per_task:
            raise ValueError(
                "`gpus_per_node` and `gpus_per_task`: expected None, since no GPU is used here."
            )
        rank = int(_slurm("PROCID"))
        if not isinstance(tasks_per_node, dict):
            nodes = _nodes(_slurm("STEP_NODELIST"))
            counts = tasks_per_node or _slurm("STEP_TASKS_PER_NODE")
            counts = [counts] * len(nodes) if isinstance(counts, int) else tasks_of_nodes(counts)
            tasks_per_node = dict(zip(nodes, counts, strict=True))
        addresses = [
            f"{node}:{port_base + place}"
            for node, count in tasks_per_node.items()
            for place in range(count)
        ]
        jobs = jobs or {"worker": int(_slurm("STEP_NUM_TASKS"))}
        if sum(jobs.values()) != len(addresses):
            raise RuntimeError(
                f"`jobs` has {sum(jobs.values())} tasks, {len(addresses)} were started."
            )
        self.rpc_layer, self._jobs = rpc_layer, {}
        start = 0
        for job, count in sorted(jobs.items()):
            self._jobs[job] = addresses[start : start + count]
            if start <= rank < start + count:
                self.task_type, self.task_id = job, rank - start
            start += count

    def cluster_spec(self):
        return ClusterSpec(self._jobs)

    def get_task_info(self):
        """(job, number in it) of this process."""
        return self.task_type, self.task_id

    def master(self, task_type=None, task_id=None, rpc_layer=None):
        task_type = self.task_type if task_type is None else task_type
        task_id = self.task_id if task_id is None else task_id
        address = self.cluster_spec().task_address(task_type, task_id)
        return _with_layer(address, rpc_layer or self.rpc_layer)


class UnionResolver(ClusterResolver):
    """Several resolvers as one: all their tasks; what else is asked, the first answers.

    Args:
        *resolvers: ClusterResolvers. Lists of tasks of one job are joined; if one of them is by
            number, all are, and no number may come twice.
        rpc_layer: what `master` writes before addresses, or None.
        task_type: job of this process, or None.
        task_id: its number in the job, or None.

    Raises:
        ValueError: without a resolver.
        TypeError: if something is no resolver.
    """

    def __init__(self, *resolvers, rpc_layer=None, task_type=None, task_id=None):
        if not resolvers:
            raise ValueError("At least one ClusterResolver is required.")
        wrong = [thing for thing in resolvers if not isinstance(thing, ClusterResolver)]
        if wrong:
            raise TypeError(f"Expected ClusterResolvers, got {wrong[0]!r}.")
        self._resolvers, first = resolvers, resolvers[0]
        self.rpc_layer = rpc_layer or getattr(first, "rpc_layer", None)
        self.task_type = first.task_type if task_type is None else task_type
        self.task_id = first.task_id if task_id is None else task_id

    def cluster_spec(self):
        """The ClusterSpec of all tasks; KeyError if a number comes twice in a job by number."""
        jobs = {}
        for resolver in self._resolvers:
            for job, tasks in resolver.cluster_spec().as_dict().items():
                jobs.setdefault(job, []).append(tasks)
        return ClusterSpec({job: _union(job, parts) for job, parts in jobs.items()})

    def master(self, task_type=None, task_id=None, rpc_layer=None):
        if task_type is not None and task_id is not None:
            address = self.cluster_spec().task_address(task_type, task_id)
            return _with_layer(address, rpc_layer or self.rpc_layer)
        return self._resolvers[0].master(rpc_layer=rpc_layer)

    def num_accelerators(self, task_type=None, task_id=None, config_proto=None):
        """What the first resolver answers."""
        return self._resolvers[0].num_accelerators(task_type, task_id, config_proto)

    @property
    def environment(self):
        """What the first resolver answers."""
        return self._resolvers[0].environment


def _union(job, parts):
    if all(isinstance(tasks, list) for tasks in parts):
        return [address for tasks in parts for address in tasks]
    merged = {}
    for tasks in parts:
        tasks = dict(enumerate(tasks)) if isinstance(tasks, list) else tasks
        twice = sorted(merged.keys() & tasks.keys())
        if twice:
            raise KeyError(f"Job {job!r} has the tasks {twice} twice.")
        merged.update(tasks)
    return merged


def _with_layer(address, rpc_layer):
    return f"{rpc_layer}://{address}" if rpc_layer else address


def _slurm(name):
    name = f"SLURM_{name}"
    if name not in os.environ:
        raise RuntimeError(f"{name} is not set: is this a step that srun started?")
    return os.environ[name]


def _nodes(text):
    """The list that `n[1-2,7],m5` means: n1, n2, n7, m5."""
    if not re.fullmatch(r"([^,\[\]]+(\[[\d,-]+\])?,?)+", text):
        raise ValueError(f"This is no list of nodes: {text!r}.")
    nodes = []
    for prefix, numbers in re.findall(r"([^,\[\]]+)(?:\[([\d,-]+)\])?", text):
        for part in numbers.split(","):
            first, _, last = part.partition("-")
            for number in range(int(first), int(last or first) + 1) if first else [None]:
                nodes.append(prefix + ("" if number is None else str(number).zfill(len(first))))
    return nodes
