"""The variable TF_CONFIG: read, and held against the world that MPI made."""

import json
import os
import shlex
import sys
from pathlib import Path

from strategies.cluster_spec import ClusterResolver, ClusterSpec
from strategies.errors import StartError

_LOCAL = ("localhost", "127.0.0.1", "::1", "[::1]")
_CHIEFS = ("chief", "master")


class TFConfigClusterResolver(ClusterResolver):
    """The tasks that the variable TF_CONFIG lists: read anew whenever something is asked.

    Args:
        task_type: job of this process, instead of what TF_CONFIG says.
        task_id: its number in the job, instead of what TF_CONFIG says.
        rpc_layer: what `master` writes before addresses, instead of what TF_CONFIG says.
        environment: a string, or None.

    Raises:
        ValueError: when something is asked and TF_CONFIG is wrong; the message says where.
    """

    def __init__(self, task_type=None, task_id=None, rpc_layer=None, environment=None):
        self._task_type, self._task_id = task_type, task_id
        self._rpc_layer, self._environment = rpc_layer, environment

    @property
    def task_type(self):
        """The job of this process, or None where TF_CONFIG has no task."""
        return str(self._task_type) if self._task_type is not None else _read()["task"].get("type")

    @task_type.setter
    def task_type(self, value):
        self._task_type = value

    @property
    def task_id(self):
        """The number of this process in its job, or None where TF_CONFIG has no task."""
        return int(self._task_id) if self._task_id is not None else _read()["task"].get("index")

    @task_id.setter
    def task_id(self, value):
        self._task_id = value

    @property
    def rpc_layer(self):
        """What `master` writes before addresses, or None."""
        return self._rpc_layer if self._rpc_layer is not None else _read().get("rpc_layer")

    @rpc_layer.setter
    def rpc_layer(self, value):
        self._rpc_layer = value

    @property
    def environment(self):
        """What was given, or None."""
        return self._environment

    def cluster_spec(self):
        return _read()["cluster"]

    def master(self, task_type=None, task_id=None, rpc_layer=None):
        """The address of a task, of this one unless told otherwise: what TF_CONFIG has as
        `session_master`, or the empty string where there is one task alone.
        """
        config = _read()
        spec = config["cluster"]
        if "session_master" in config:
            return config["session_master"]
        if sum(map(spec.num_tasks, spec.jobs)) <= 1:
            return ""
        task_type = self.task_type if task_type is None else task_type
        task_id = self.task_id if task_id is None else task_id
        address = spec.task_address(task_type, task_id)
        rpc_layer = rpc_layer or self.rpc_layer
        return f"{rpc_layer}://{address}" if rpc_layer else address


def check_tf_config(cluster):
    """Hold TF_CONFIG against the world of MPI.

    The chief, or the first worker, must be rank 0, and so on in order. An evaluator is no part of
    the world: a process of its own. Without a task in TF_CONFIG, MPI says which one this is.

    Args:
        cluster: the Cluster of all ranks.

    Returns:
        The TFConfigClusterResolver of this rank; None where TF_CONFIG is not set.

    Raises:
        StartError: if they contradict each other; the message has the command that works.
        ValueError: if TF_CONFIG is wrong; the message says where.
    """
    config = _read()
    spec, task = config["cluster"], config["task"]
    if not config["given"]:
        return None
    if task.get("type") == "evaluator":
        if cluster.size > 1:
            raise StartError(
                f"TF_CONFIG says that rank {cluster.rank} of {cluster.size} is an evaluator, which "
                "is no part of the world: start it as a process of its own, without a launcher."
            )
        return TFConfigClusterResolver()
    if "ps" in spec.jobs or task.get("type") == "ps":
        raise StartError("TF_CONFIG has the job 'ps': there are no parameter servers, but workers.")
    tasks = _training_tasks(spec)
    if not tasks:
        return None
    if len(tasks) != cluster.size:
        raise StartError(
            f"TF_CONFIG lists {_number(len(tasks), 'worker')}, and MPI started "
            f"{_number(cluster.size, 'rank')}. Ranks are started by one command, on one of the "
            f"machines: {_command(spec, tasks)} (or unset TF_CONFIG)."
        )
    expected = tasks[cluster.rank]
    if not task:
        return TFConfigClusterResolver(*expected)
    if (task["type"], task["index"]) != expected:
        raise StartError(
            f"TF_CONFIG says that this process is {task['type']} {task['index']}, and MPI says "
            f"that it is rank {cluster.rank}, which is {expected[0]} {expected[1]}. Leave 'task' "
            "out of TF_CONFIG, or unset it: MPI numbers the ranks."
        )
    return TFConfigClusterResolver()


def _training_tasks(spec):
    """(job, number) of the tasks that train together, in the order of their ranks."""
    jobs = [job for job in (*_CHIEFS, "worker") if job in spec.jobs]
    return [(job, number) for job in jobs for number in spec.task_indices(job)]


def _command(spec, tasks):
    """The command that starts these tasks as ranks of one world."""
    hosts = [spec.task_address(*task).rpartition(":") for task in tasks]
    hosts = list(dict.fromkeys(host or port for host, _, port in hosts))
    words = ["estikeras", "run", "-n", str(len(tasks))]
    if any(host not in _LOCAL for host in hosts):
        words += ["--hosts", ",".join(hosts)]
    script = sys.argv if sys.argv and Path(sys.argv[0]).is_file() else ["SCRIPT"]
    return shlex.join([*words, *script])


def _number(count, thing):
    return f"{count} {thing}{'' if count == 1 else 's'}"


def read_tf_config():
    """TF_CONFIG as it is: a dict, empty where it is not set.

    Raises:
        ValueError: if it is no JSON, or no object.
    """
    try:
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
    except ValueError as error:
        raise ValueError(f"TF_CONFIG is no JSON: {error}.") from None
    if not isinstance(config, dict):
        raise ValueError(f"TF_CONFIG: expected an object, got {config!r}.")
    return config


def _read():
    """TF_CONFIG as a dict with `cluster` (a ClusterSpec), `task` (a dict, maybe empty) and `given`,
    whether it says anything.
    """
    config = read_tf_config()
    task = config.get("task") or {}
    try:
        spec = ClusterSpec(config.get("cluster") or {})
    except (TypeError, ValueError) as error:
        raise ValueError(f"TF_CONFIG, 'cluster': {error}") from None
    return {**config, "cluster": spec, "task": _task(spec, task), "given": bool(config)}


def _task(spec, task):
    """The task, with its index a whole number; it must be one of the cluster."""
    if not task:
        return {}
    if not isinstance(task, dict) or "type" not in task or "index" not in task:
        raise ValueError(f"TF_CONFIG, 'task': expected 'type' and 'index', got {task!r}.")
    job = str(task["type"])
    try:
        index = int(task["index"])
    except (TypeError, ValueError):
        raise ValueError(
            f"TF_CONFIG, 'task', 'index': expected a whole number, got {task['index']!r}."
        ) from None
    # The evaluator need not be in the cluster: nobody talks to it.
    if spec and job != "evaluator":
        if job not in spec.jobs:
            raise ValueError(
                f"TF_CONFIG, 'task', 'type': expected one of {spec.jobs}, got {job!r}."
            )
        if index not in spec.task_indices(job):
            raise ValueError(
                f"TF_CONFIG, 'task', 'index': job {job!r} has the tasks {spec.task_indices(job)}, "
                f"got {index}."
            )
    return {**task, "type": job, "index": index}
