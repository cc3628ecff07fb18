"""`tf.compat.v1.estimator.tpu`: configurations of scripts that were written for TPUs."""

from collections import namedtuple

from estikeras import errors
from estikeras.estimator.run_config import RunConfig
from estikeras.public import public

_FIELDS = (
    "iterations_per_loop",
    "num_shards",
    "num_cores_per_replica",
    "per_host_input_for_training",
    "tpu_job_name",
    "initial_infeed_sleep_secs",
    "input_partition_dims",
    "eval_training_input_configuration",
    "experimental_host_call_every_n_steps",
    "experimental_allow_per_host_v2_parallel_get_next",
    "experimental_feed_hook",
)


@public("compat.v1.estimator.tpu.InputPipelineConfig")
class InputPipelineConfig:
    """Where input functions of TPUs run."""

    PER_SHARD_V1 = 1
    PER_HOST_V1 = 2
    PER_HOST_V2 = 3
    BROADCAST = 4
    SLICED = 5


@public("compat.v1.estimator.tpu.TPUConfig")
class TPUConfig(namedtuple("TPUConfig", _FIELDS)):
    """How TPUs would be used. As in TensorFlow, it changes nothing where processors compute.

    Args:
        iterations_per_loop: int of at least 1, or a text such as `"10s"` or `"5m"`.
        num_shards: int of at least 1, or None.
        num_cores_per_replica: a power of 2 up to 128, or None.
        per_host_input_for_training: a value of `InputPipelineConfig`, or a bool.
        tpu_job_name: str, or None.
        initial_infeed_sleep_secs: int, or None.
        input_partition_dims: list of one or two lists of int, or None.
        eval_training_input_configuration: `InputPipelineConfig.PER_HOST_V1`.
        experimental_host_call_every_n_steps: int.
        experimental_allow_per_host_v2_parallel_get_next: bool.
        experimental_feed_hook: class of a SessionRunHook, or None.

    Raises:
        ValueError: for a value out of range.
        NotImplementedError: for inputs that only TPUs can share.
    """

    def __new__(
        cls,
        iterations_per_loop=2,
        num_shards=None,
        num_cores_per_replica=None,
        per_host_input_for_training=True,
        tpu_job_name=None,
        initial_infeed_sleep_secs=None,
        input_partition_dims=None,
        eval_training_input_configuration=InputPipelineConfig.PER_HOST_V1,
        experimental_host_call_every_n_steps=1,
        experimental_allow_per_host_v2_parallel_get_next=False,
        experimental_feed_hook=None,
    ):
        _check_iterations(iterations_per_loop)
        for name, value in (
            ("num_shards", num_shards),
            ("initial_infeed_sleep_secs", initial_infeed_sleep_secs or None),
        ):
            if value is not None and (not isinstance(value, int) or value < 1):
                raise errors.invalid(name, got=value, expected="an int of at least 1, or None")
        if num_cores_per_replica not in (None, 1, 2, 4, 8, 16, 32, 64, 128):
            raise errors.invalid(
                "num_cores_per_replica",
                got=num_cores_per_replica,
                expected="1, 2, 4, 8, 16, 32, 64, 128 or None",
            )
        if eval_training_input_configuration != InputPipelineConfig.PER_HOST_V1:
            raise errors.unsupported(
                "eval_training_input_configuration other than PER_HOST_V1",
                "Leave it out: only TPUs can share what was read.",
            )
        if isinstance(per_host_input_for_training, bool):
            per_host_input_for_training = 2 if per_host_input_for_training else 1
        return super().__new__(
            cls,
            iterations_per_loop,
            num_shards,
            num_cores_per_replica,
            per_host_input_for_training,
            tpu_job_name,
            initial_infeed_sleep_secs,
            input_partition_dims,
            eval_training_input_configuration,
            experimental_host_call_every_n_steps,
            experimental_allow_per_host_v2_parallel_get_next,
            experimental_feed_hook,
        )


def _check_iterations(value):
    text = isinstance(value, str)
    number = value.removesuffix("s").removesuffix("m").removesuffix("h") if text else value
    valid = number.isdigit() and int(number) > 0 if text else isinstance(number, int) and number > 0
    if not valid:
        raise errors.invalid(
            "iterations_per_loop",
            got=value,
            expected="an int of at least 1, or a text of one with `s`, `m` or `h`",
        )


@public("compat.v1.estimator.tpu.RunConfig")
class TPURunConfig(RunConfig):
    """A RunConfig for a TPUEstimator.

    Args:
        tpu_config: TPUConfig, None for one of defaults.
        evaluation_master: None or the empty text.
        master: None or the empty text.
        cluster: must be None.
        **kwargs: arguments of `tf.estimator.RunConfig`.

    Raises:
        NotImplementedError: for servers of TensorFlow and clusters of TPUs.
    """

    def __init__(
        self, tpu_config=None, evaluation_master=None, master=None, cluster=None, **kwargs
    ):
        servers = {"evaluation_master": evaluation_master, "master": master, "cluster": cluster}
        for name, value in servers.items():
            if value:
                raise errors.unsupported(
                    f"`{name}`", "Leave it out: the model runs on this machine's processors."
                )
        if tpu_config is not None and not isinstance(tpu_config, TPUConfig):
            raise errors.wrong_type("tpu_config", got=tpu_config, expected="a TPUConfig")
        super().__init__(**kwargs)
        self._tpu_config = TPUConfig() if tpu_config is None else tpu_config

    @property
    def tpu_config(self):
        """The TPUConfig."""
        return self._tpu_config

    @property
    def cluster(self):
        """None."""
        return None

    def replace(self, **kwargs):
        """As `RunConfig.replace`; also for `tpu_config`."""
        tpu_config = kwargs.pop("tpu_config", self._tpu_config)
        replaced = super().replace(**kwargs)
        replaced._tpu_config = tpu_config
        return replaced
