"""How an Estimator runs: where its files are, when it saves, which process this is, and what
distributes the work.
"""

import copy
import logging
import numbers
import operator
import os

from estikeras import errors
from estikeras.estimator.session_config import check_session_config
from estikeras.estimator.task import MASTER, find_task
from estikeras.public import public
from strategies import Strategy
from strategies.tf_config import read_tf_config

_UNSET = object()
_REPLACEABLE = (
    "model_dir",
    "tf_random_seed",
    "save_summary_steps",
    "save_checkpoints_steps",
    "save_checkpoints_secs",
    "session_config",
    "keep_checkpoint_max",
    "keep_checkpoint_every_n_hours",
    "log_step_count_steps",
    "train_distribute",
    "device_fn",
    "protocol",
    "eval_distribute",
    "experimental_distribute",
    "experimental_max_worker_delay_secs",
    "session_creation_timeout_secs",
    "checkpoint_save_graph_def",
)


def _given(name, text):
    """A property for what the constructor was given."""
    return property(operator.attrgetter(f"_{name}"), doc=text)


def _of_task(name, text):
    """A property for what is known of this process."""
    return property(operator.attrgetter(f"_task.{name}"), doc=text)


@public("estimator.RunConfig", "compat.v1.estimator.RunConfig")
class RunConfig:
    """How an Estimator runs.

    Which task of a cluster this process is comes from the variable TF_CONFIG, JSON with `cluster`
    (dict from job to addresses) and `task` (`type` and `index`), or from the ranks of a strategy.

    Args:
        model_dir: folder of checkpoints and summaries; None leaves it to TF_CONFIG's `model_dir`,
            else to the Estimator.
        tf_random_seed: int, seed of variables' first values and of random operations; None for
            another one each time.
        save_summary_steps: summaries are written every so many steps; None or 0 writes none.
        save_checkpoints_steps: a checkpoint is written every so many steps. Not with the next.
        save_checkpoints_secs: a checkpoint is written every so many seconds, 600 unless one of the
            two is given. If both are None, none is written.
        session_config: None, or a `tf.compat.v1.ConfigProto`, which changes nothing, as a warning
            says: the number of threads is that of ESTIKERAS_NUM_THREADS.
        keep_checkpoint_max: how many checkpoints stay; None or 0 keeps all.
        keep_checkpoint_every_n_hours: one checkpoint in so many hours is kept for good.
        log_step_count_steps: loss and speed are logged every so many steps; None logs nothing.
        train_distribute: Strategy that trains; None for the one that is in scope.
        device_fn: must be None.
        protocol: None or `"grpc"`, which change nothing: MPI carries what ranks exchange.
        eval_distribute: Strategy that evaluates; None for the one that is in scope, or that trains.
            With a `OneDeviceStrategy`, `train_and_evaluate` lets the chief evaluate alone; an
            evaluation must then take no longer than ESTIKERAS_STALL_TIMEOUT, 600 s by default.
        experimental_distribute: object with `train_distribute` and `eval_distribute`, in place of
            the arguments; or None.
        experimental_max_worker_delay_secs: int, the most that a worker waits before it starts. None
            waits: ranks begin with the same values.
        session_creation_timeout_secs: the most seconds that a worker waits for the chief's
            variables. None waits: each rank makes its own.
        checkpoint_save_graph_def: whether a graph may be written beside checkpoints. Nothing needs
            one to read them; `export_saved_model` writes one to serve with.

    Raises:
        ValueError: for a value out of range, both cadences of checkpoints, or a TF_CONFIG that is
            wrong.
        NotImplementedError: for `device_fn` and for protocols that are not there.
    """

    def __init__(
        self,
        model_dir=None,
        tf_random_seed=None,
        save_summary_steps=100,
        save_checkpoints_steps=_UNSET,
        save_checkpoints_secs=_UNSET,
        session_config=None,
        keep_checkpoint_max=5,
        keep_checkpoint_every_n_hours=10000,
        log_step_count_steps=100,
        train_distribute=None,
        device_fn=None,
        protocol=None,
        eval_distribute=None,
        experimental_distribute=None,
        experimental_max_worker_delay_secs=None,
        session_creation_timeout_secs=7200,
        checkpoint_save_graph_def=True,
    ):
        if save_checkpoints_secs is _UNSET:
            save_checkpoints_secs = 600 if save_checkpoints_steps is _UNSET else None
        if save_checkpoints_steps is _UNSET:
            save_checkpoints_steps = None
        self._tf_config = read_tf_config()
        if self._tf_config:
            logging.getLogger("estikeras").info(
                "TF_CONFIG environment variable: %s", self._tf_config
            )
        self._set(
            {
                "model_dir": _model_dir(self._tf_config, model_dir),
                "tf_random_seed": tf_random_seed,
                "save_summary_steps": save_summary_steps,
                "save_checkpoints_steps": save_checkpoints_steps,
                "save_checkpoints_secs": save_checkpoints_secs,
                "session_config": session_config,
                "keep_checkpoint_max": keep_checkpoint_max,
                "keep_checkpoint_every_n_hours": keep_checkpoint_every_n_hours,
                "log_step_count_steps": log_step_count_steps,
                "train_distribute": train_distribute,
                "device_fn": device_fn,
                "protocol": protocol,
                "eval_distribute": eval_distribute,
                "experimental_distribute": experimental_distribute,
                "experimental_max_worker_delay_secs": experimental_max_worker_delay_secs,
                "session_creation_timeout_secs": session_creation_timeout_secs,
                "checkpoint_save_graph_def": checkpoint_save_graph_def,
            }
        )

    model_dir = _given("model_dir", "Folder of checkpoints and summaries, or None.")
    tf_random_seed = _given("tf_random_seed", "Seed, or None.")
    save_summary_steps = _given("save_summary_steps", "Steps between summaries.")
    save_checkpoints_steps = _given("save_checkpoints_steps", "Steps between checkpoints, or None.")
    save_checkpoints_secs = _given("save_checkpoints_secs", "Seconds between them, or None.")
    session_config = _given("session_config", "What was given.")
    keep_checkpoint_max = _given("keep_checkpoint_max", "How many checkpoints stay.")
    keep_checkpoint_every_n_hours = _given(
        "keep_checkpoint_every_n_hours", "Hours between checkpoints that stay for good."
    )
    log_step_count_steps = _given("log_step_count_steps", "Steps between lines of the log.")
    train_distribute = _given("train_distribute", "Strategy that trains, or None.")
    eval_distribute = _given("eval_distribute", "Strategy that evaluates, or None.")
    experimental_distribute = _given("experimental_distribute", "What was given.")
    experimental_max_worker_delay_secs = _given(
        "experimental_max_worker_delay_secs", "What was given."
    )
    session_creation_timeout_secs = _given("session_creation_timeout_secs", "What was given.")
    checkpoint_save_graph_def = _given("checkpoint_save_graph_def", "What was given.")
    device_fn = _given("device_fn", "None.")
    protocol = _given("protocol", "What was given.")

    cluster_spec = _of_task("cluster_spec", "ClusterSpec of the tasks that train; may be empty.")
    task_type = _of_task("task_type", "The job of this process, such as `chief` or `worker`.")
    task_id = _of_task("task_id", "The number of this process in its job.")
    is_chief = _of_task("is_chief", "Whether this process writes checkpoints and summaries.")
    master = _of_task("master", "Address of this task, or the empty string.")
    evaluation_master = _of_task("evaluation_master", "Address of the evaluator, or empty.")
    num_worker_replicas = _of_task("num_worker_replicas", "How many tasks train, the chief too.")
    num_ps_replicas = _of_task("num_ps_replicas", "How many parameter servers TF_CONFIG lists.")
    global_id_in_cluster = _of_task(
        "global_id_in_cluster",
        "The number among all tasks: the chief's is 0, then those of other jobs by their names, "
        "then the parameter servers'. None for an evaluator.",
    )

    @property
    def service(self):
        """What TF_CONFIG has as `service`, or None."""
        return self._tf_config.get("service")

    @property
    def is_evaluated_elsewhere(self):
        """Whether those that train do not evaluate: TF_CONFIG has a cluster, and no `master`. Then
        an evaluator does it, which is a process of its own.
        """
        cluster = self._tf_config.get("cluster")
        return bool(cluster) and MASTER not in cluster

    def replace(self, **kwargs):
        """A new RunConfig with other values, which are checked.

        Args:
            **kwargs: values by the names of the constructor's arguments. To give one cadence of
                checkpoints takes away the other.

        Raises:
            ValueError: for another name, or a value out of range.
        """
        unknown = [name for name in kwargs if name not in _REPLACEABLE]
        if unknown:
            raise ValueError(
                f"Replacing {unknown[0]} is not supported. Allowed properties are "
                f"{list(_REPLACEABLE)}."
            )
        steps, secs = "save_checkpoints_steps", "save_checkpoints_secs"
        for one, other in ((steps, secs), (secs, steps)):
            if kwargs.get(one) is not None and other not in kwargs:
                kwargs[other] = None
        replaced = copy.copy(self)
        replaced._set(kwargs)
        return replaced

    def __deepcopy__(self, memo):
        """Nothing in it changes, and a strategy cannot be there twice."""
        return copy.copy(self)

    def _set(self, values):
        if "model_dir" in values and values["model_dir"] is not None:
            values["model_dir"] = os.fspath(values["model_dir"])
        if values.get("save_checkpoints_steps") is not None and (
            values.get("save_checkpoints_secs") is not None
        ):
            raise ValueError(
                "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set. Give one."
            )
        for name, value in values.items():
            if value is not None and name in _CHECKS:
                _CHECKS[name](name, value)
            setattr(self, f"_{name}", value)
        if values.get("experimental_distribute") is not None:
            self._take_strategies(values["experimental_distribute"])
        if {"train_distribute", "eval_distribute", "experimental_distribute"} & values.keys():
            self._task = find_task(self._tf_config, self._train_distribute, self._eval_distribute)

    def _take_strategies(self, distribute):
        """Take the two strategies of `experimental_distribute`."""
        if getattr(distribute, "remote_cluster", None):
            raise errors.unsupported(
                "experimental_distribute.remote_cluster",
                "Start all ranks by one command: `estikeras run -n N --hosts HOSTS SCRIPT`.",
            )
        for name in ("train_distribute", "eval_distribute"):
            strategy = getattr(distribute, name, None)
            if strategy is None:
                continue
            if getattr(self, f"_{name}") not in (None, strategy):
                raise ValueError(
                    f"Either `{name}` or `experimental_distribute.{name}` can be set, not both."
                )
            _check_strategy(f"experimental_distribute.{name}", strategy)
            setattr(self, f"_{name}", strategy)


def _model_dir(tf_config, model_dir):
    """The folder that was given, or TF_CONFIG's; both must not contradict each other."""
    model_dir = None if model_dir is None else os.fspath(model_dir)
    of_environment = tf_config.get("model_dir")
    if of_environment == "":
        raise ValueError("model_dir in TF_CONFIG should be non-empty.")
    if of_environment and model_dir and of_environment != model_dir:
        raise ValueError(
            "`model_dir` provided in RunConfig construct, if set, must have the same value as the "
            f"model_dir in TF_CONFIG. It is {model_dir!r}, and TF_CONFIG has {of_environment!r}."
        )
    return of_environment if model_dir is None else model_dir


def _check_folder(name, value):
    if value == "":
        raise ValueError(f"{name} should be non-empty.")


def _at_least_zero(name, value):
    if not isinstance(value, numbers.Real) or value < 0:
        raise errors.invalid(name, got=value, expected="a number, 0 or more")


def _above_zero(name, value):
    if not isinstance(value, numbers.Real) or value <= 0:
        raise errors.invalid(name, got=value, expected="a number above 0")


def _whole_number(name, value):
    if not isinstance(value, numbers.Integral):
        raise errors.invalid(name, got=value, expected="an int")


def _check_strategy(name, value):
    if not isinstance(value, Strategy):
        raise errors.wrong_type(
            name, got=value, expected="a tf.distribute.Strategy, such as MirroredStrategy()"
        )


def _refuse_device_fn(name, value):
    raise errors.unsupported(
        f"RunConfig({name}=...)", "Leave it out: all operations run on this machine's processor."
    )


def _check_protocol(name, value):
    if value not in ("grpc", "grpc+verbs"):
        raise errors.invalid(name, got=value, expected="'grpc'")
    if value != "grpc":
        raise errors.unsupported(
            f"RunConfig(protocol={value!r})", "Leave it out: MPI finds the fastest way by itself."
        )


_CHECKS = {
    "model_dir": _check_folder,
    "tf_random_seed": _whole_number,
    "save_summary_steps": _at_least_zero,
    "save_checkpoints_steps": _at_least_zero,
    "save_checkpoints_secs": _at_least_zero,
    "session_config": check_session_config,
    "keep_checkpoint_max": _at_least_zero,
    "keep_checkpoint_every_n_hours": _above_zero,
    "log_step_count_steps": _above_zero,
    "train_distribute": _check_strategy,
    "eval_distribute": _check_strategy,
    "device_fn": _refuse_device_fn,
    "protocol": _check_protocol,
    "experimental_max_worker_delay_secs": _whole_number,
    "session_creation_timeout_secs": _above_zero,
}
