"""Which task of which cluster this process is: as TF_CONFIG says, or as the ranks of a strategy are
numbered.
"""

import dataclasses

from estikeras import errors
from strategies import get_strategy
from strategies.cluster_spec import ClusterSpec
from strategies.tf_config import check_tf_config

CHIEF, MASTER, WORKER, PS, EVALUATOR = "chief", "master", "worker", "ps", "evaluator"


@dataclasses.dataclass
class Task:
    """One process among those that train and evaluate together.

    Attributes:
        cluster_spec: the ClusterSpec of those that train; empty where this process is alone.
        task_type: name of the job.
        task_id: number in the job.
        is_chief: whether this process writes files.
        master: address of this task as `grpc://host:port`, or the empty string.
        evaluation_master: address of the evaluator, or the empty string.
        num_worker_replicas: number of those that train.
        num_ps_replicas: number of parameter servers.
        global_id_in_cluster: number among all tasks, None for an evaluator.
    """

    cluster_spec: ClusterSpec
    task_type: str = WORKER
    task_id: int = 0
    is_chief: bool = True
    master: str = ""
    evaluation_master: str = ""
    num_worker_replicas: int = 1
    num_ps_replicas: int = 0
    global_id_in_cluster: int | None = 0


def find_task(tf_config, train_distribute, eval_distribute):
    """The Task of this process.

    Where a strategy has several ranks they are the tasks, numbered as MPI numbers them, but for an
    evaluator. Else it is what TF_CONFIG says.

    Args:
        tf_config: dict, the variable TF_CONFIG.
        train_distribute: Strategy or None.
        eval_distribute: Strategy or None.

    Raises:
        ValueError: if TF_CONFIG is wrong.
    """
    spec, task = ClusterSpec(tf_config.get("cluster") or {}), tf_config.get("task") or {}
    if not isinstance(task, dict):
        raise errors.invalid("task", got=task, expected="'type' and 'index'", hint=_HINT)
    strategy = train_distribute or eval_distribute or get_strategy()
    if strategy.num_replicas_in_sync > 1 and task.get("type") != EVALUATOR:
        resolver = strategy.cluster_resolver
        return _task_of(resolver.cluster_spec(), resolver.task_type, resolver.task_id)
    if not spec:
        return _alone(tf_config, task)
    _check_chief(spec, train_distribute)
    task_type, task_id = _checked_task(spec, task)
    if task_type == EVALUATOR:
        return _evaluator(tf_config, task_id)
    found = _task_of(spec, task_type, task_id)
    if "session_master" in tf_config:
        found.master = tf_config["session_master"]
    elif sum(map(spec.num_tasks, spec.jobs)) > 1:
        found.master = f"grpc://{spec.task_address(task_type, task_id)}"
    return found


def check_world(config, strategy):
    """Hold the cluster of a RunConfig against the ranks that there really are.

    Args:
        config: RunConfig.
        strategy: the Strategy that trains.

    Raises:
        NotImplementedError: for a cluster with parameter servers.
        StartError: if TF_CONFIG lists other training tasks than there are ranks; the message has
            the command that starts them.
    """
    if config.num_ps_replicas or config.task_type == PS:
        raise errors.unsupported(
            "A cluster with parameter servers (job 'ps' of TF_CONFIG)",
            "Use `RunConfig(train_distribute=tf.distribute.MultiWorkerMirroredStrategy())`, list "
            "workers alone, and start them by `mpirun -n N` or `estikeras run -n N`.",
        )
    check_tf_config(strategy.cluster)


_HINT = "See the variable TF_CONFIG."


def _alone(tf_config, task):
    """The task without a cluster."""
    task_type, task_id = task.get("type", WORKER), int(task.get("index", 0))
    if task_type != WORKER:
        raise ValueError(
            f'If "cluster" is not set in TF_CONFIG, task type must be WORKER; it is {task_type!r}.'
        )
    if task_id != 0:
        raise ValueError(
            f'If "cluster" is not set in TF_CONFIG, task index must be 0; it is {task_id}.'
        )
    return Task(
        ClusterSpec({}),
        master=tf_config.get("session_master", ""),
        evaluation_master=tf_config.get("eval_session_master", ""),
    )


def _evaluator(tf_config, task_id):
    return Task(
        ClusterSpec({}),
        EVALUATOR,
        task_id,
        is_chief=False,
        evaluation_master=tf_config.get("eval_session_master", ""),
        num_worker_replicas=0,
        global_id_in_cluster=None,
    )


def _check_chief(spec, train_distribute):
    """One chief there must be, but for workers under a strategy, the first of whom is it."""
    if MASTER in spec.jobs and CHIEF in spec.jobs:
        raise ValueError("If `master` node exists in `cluster`, job `chief` is not supported.")
    chief = MASTER if MASTER in spec.jobs else CHIEF
    if chief not in spec.jobs:
        if train_distribute is None:
            raise ValueError(
                f'If "cluster" is set in TF_CONFIG, it must have one "{chief}" node. It has the '
                f"jobs {spec.jobs}. Workers alone need `RunConfig(train_distribute=...)`."
            )
    elif spec.num_tasks(chief) != 1:
        raise ValueError(
            f'The "cluster" in TF_CONFIG must have only one "{chief}" node. It has '
            f"{spec.job_tasks(chief)}."
        )


def _checked_task(spec, task):
    """The type and number that TF_CONFIG has for this process."""
    task_type, task_id = task.get("type"), task.get("index")
    if not task_type:
        raise ValueError('If "cluster" is set in TF_CONFIG, task type must be set.')
    if task_id is None:
        raise ValueError('If "cluster" is set in TF_CONFIG, task index must be set.')
    task_id = int(task_id)
    if task_id < 0:
        raise ValueError(f"Task index must be non-negative number. It is {task_id}. {_HINT}")
    if task_type == EVALUATOR:
        if MASTER in spec.jobs:
            raise ValueError(
                "If `master` node exists in `cluster`, task_type `evaluator` is not supported. "
                "Call the job `chief`."
            )
        return task_type, task_id
    if task_type not in spec.jobs:
        raise ValueError(
            f"{task_type} is not a valid task_type in the cluster_spec: {spec}. {_HINT}"
        )
    if task_id not in spec.task_indices(task_type):
        raise ValueError(
            f"{task_id} is not a valid task_id for task_type {task_type} in the cluster_spec: "
            f"{spec}. {_HINT}"
        )
    return task_type, task_id


def _task_of(spec, task_type, task_id):
    """A task of those that train; the chief is number 0, parameter servers come last."""
    counts = {job: spec.num_tasks(job) for job in spec.jobs}
    chief = next((job for job in (CHIEF, MASTER) if job in counts), None)
    others = sorted(counts.keys() - {chief, PS})
    order = [job for job in (chief, *others, PS) if job in counts]
    before = order[: order.index(task_type)]
    return Task(
        spec,
        task_type,
        task_id,
        is_chief=task_type == chief or (chief is None and (task_type, task_id) == (WORKER, 0)),
        num_worker_replicas=counts.get(WORKER, 0) + counts.get(chief, 0),
        num_ps_replicas=counts.get(PS, 0),
        global_id_in_cluster=sum(counts[job] for job in before) + task_id,
    )
