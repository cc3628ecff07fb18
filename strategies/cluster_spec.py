"""Which processes there are by job and number, in the words of `tf.train.ClusterSpec`, and what is
asked of those who find out.

Knows no MPI and no environment.
"""

import abc


class ClusterSpec:
    """The addresses of the tasks of each job.

    Args:
        cluster: dict from the name of a job (`"worker"`, `"chief"`) to a list of addresses
            (`"host:port"`), or to a dict from the number of a task to its address; or a
            ClusterSpec.

    Raises:
        TypeError: for anything else.

    Example:
        >>> ClusterSpec({"worker": ["a:1", "b:1"]}).task_address("worker", 1)
        'b:1'
    """

    def __init__(self, cluster):
        if isinstance(cluster, ClusterSpec):
            cluster = cluster._jobs
        if not isinstance(cluster, dict):
            raise TypeError(
                f"`cluster`: expected a dict from jobs to lists of addresses, got {cluster!r}."
            )
        self._jobs = {job: _numbered(job, tasks) for job, tasks in cluster.items()}

    @property
    def jobs(self):
        """The list of the names of the jobs."""
        return list(self._jobs)

    def num_tasks(self, job_name):
        """How many tasks a job has; ValueError if there is no such job."""
        return len(self._tasks(job_name))

    def task_indices(self, job_name):
        """The sorted list of the numbers of a job's tasks; ValueError if there is no such job."""
        return sorted(self._tasks(job_name))

    def task_address(self, job_name, task_index):
        """The address of a task; ValueError if there is no such job or task."""
        tasks = self._tasks(job_name)
        if task_index not in tasks:
            raise ValueError(
                f"No task with index {task_index!r} in job {job_name!r}, which has {sorted(tasks)}."
            )
        return tasks[task_index]

    def job_tasks(self, job_name):
        """The list of a job's addresses, None where a number is missing; ValueError if there is no
        such job.
        """
        tasks = self._tasks(job_name)
        return [tasks.get(number) for number in range(max(tasks, default=-1) + 1)]

    def as_dict(self):
        """A dict from jobs to lists of addresses, or to dicts by number where numbers are missing.

        A job without tasks is an empty dict.
        """
        return {
            job: self.job_tasks(job) if tasks and max(tasks) + 1 == len(tasks) else dict(tasks)
            for job, tasks in self._jobs.items()
        }

    def _tasks(self, job_name):
        if job_name not in self._jobs:
            raise ValueError(f"No such job in cluster: {job_name!r}. There are {self.jobs}.")
        return self._jobs[job_name]

    def __bool__(self):
        return bool(self._jobs)

    def __eq__(self, other):
        return self._jobs == (other._jobs if isinstance(other, ClusterSpec) else other)

    __hash__ = None

    def __repr__(self):
        jobs = ", ".join(f"{job!r}: {tasks!r}" for job, tasks in sorted(self.as_dict().items()))
        return f"ClusterSpec({{{jobs}}})"


class ClusterResolver(abc.ABC):
    """What all resolvers answer.

    Attributes:
        task_type: the job of this process (`"worker"`, `"chief"`, `"evaluator"`), or None.
        task_id: its number in the job, or None.
    """

    task_type = None
    task_id = None

    @abc.abstractmethod
    def cluster_spec(self):
        """The ClusterSpec of all tasks."""

    @abc.abstractmethod
    def master(self, task_type=None, task_id=None, rpc_layer=None):
        """The address of a task, of this one unless told otherwise.

        Args:
            task_type: its job, or None.
            task_id: its number in the job, or None.
            rpc_layer: what to write before the address, as in `grpc://`, or None.
        """

    def num_accelerators(self, task_type=None, task_id=None, config_proto=None):
        """Number of accelerators by kind: an empty dict, since processors compute here."""
        return {}

    @property
    def environment(self):
        """The empty string: no environment of a special kind."""
        return ""


def _numbered(job, tasks):
    """Dict from the number of a task to its address."""
    if not isinstance(job, str):
        raise TypeError(f"`cluster`: the name of a job must be a string, got {job!r}.")
    if isinstance(tasks, (list, tuple)):
        tasks = dict(enumerate(tasks))
    if not isinstance(tasks, dict):
        raise TypeError(
            f"`cluster`: job {job!r} must be a list of addresses, or a dict from numbers to "
            f"addresses, got {tasks!r}."
        )
    wrong = [address for address in tasks.values() if not isinstance(address, str)]
    if wrong:
        raise TypeError(f"`cluster`: addresses of job {job!r} must be strings, got {wrong[0]!r}.")
    return {int(number): address for number, address in tasks.items()}
