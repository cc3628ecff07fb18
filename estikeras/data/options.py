"""`tf.data.Options`: how a pipeline is run."""

import warnings

from estikeras import errors
from estikeras.public import public
from strategies import AutoShardPolicy


class _Settings:
    """Attributes with known names; None means that nothing was said.

    Args:
        **values: values of some of them.
    """

    FIELDS = {}  # noqa: RUF012  name -> what it may be, a type, or None for what has no effect

    def __init__(self, **values):
        for name in self.FIELDS:
            object.__setattr__(self, name, None)
        for name, value in values.items():
            setattr(self, name, value)

    def __setattr__(self, name, value):
        if name not in self.FIELDS and name not in dir(type(self)):
            raise AttributeError(
                f"{type(self).__name__} has no option {name!r}; there are {', '.join(self.FIELDS)}."
            )
        if name not in self.FIELDS:
            object.__setattr__(self, name, value)  # a property: another name
            return
        kind = self.FIELDS[name]
        if kind is None:
            if value is not None:
                warnings.warn(
                    f"The option {name!r} has no effect here: plans are rewritten, and threads "
                    "started, as a whole.",
                    stacklevel=2,
                )
        elif value is not None and not isinstance(value, kind):
            raise errors.wrong_type(name, got=value, expected=f"{kind.__name__} or None")
        object.__setattr__(self, name, value)

    def __eq__(self, other):
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__ = None

    def __repr__(self):
        said = {name: value for name, value in vars(self).items() if value is not None}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in said.items())})"

    def merge(self, other):
        """These settings, with what the others say in place of their own.

        Args:
            other: settings of the same class.

        Returns:
            New settings.
        """
        made = type(self)()
        for name in self.FIELDS:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, _Settings) and isinstance(theirs, _Settings):
                value = mine.merge(theirs)
            else:
                value = mine if theirs is None else theirs
            object.__setattr__(made, name, value)
        return made


@public("data.ThreadingOptions", "data.experimental.ThreadingOptions")
class ThreadingOptions(_Settings):
    """Threads of a pipeline.

    Attributes:
        private_threadpool_size: how many threads `map` uses where it is left to choose.
        max_intra_op_parallelism: of no effect: native programs of pipelines run on one thread each.
    """

    FIELDS = {"private_threadpool_size": int, "max_intra_op_parallelism": None}  # noqa: RUF012


@public("data.experimental.DistributeOptions")
class DistributeOptions(_Settings):
    """What ranks read.

    Attributes:
        auto_shard_policy: AutoShardPolicy; AUTO when nothing was said.
        num_devices: of no effect.
    """

    FIELDS = {"auto_shard_policy": AutoShardPolicy, "num_devices": None}  # noqa: RUF012

    def __init__(self, **values):
        super().__init__(**values)
        if self.auto_shard_policy is None:
            self.auto_shard_policy = AutoShardPolicy.AUTO

    def merge(self, other):
        made = super().merge(other)
        if other.auto_shard_policy is AutoShardPolicy.AUTO:
            made.auto_shard_policy = self.auto_shard_policy
        return made


@public("data.experimental.OptimizationOptions")
class OptimizationOptions(_Settings):
    """Rewriting of plans.

    Attributes:
        apply_default_optimizations: False runs the plan as it was written.
    """

    FIELDS = {  # noqa: RUF012
        "apply_default_optimizations": bool,
        "filter_fusion": None,
        "filter_parallelization": None,
        "inject_prefetch": None,
        "map_and_batch_fusion": None,
        "map_and_filter_fusion": None,
        "map_fusion": None,
        "map_parallelization": None,
        "noop_elimination": None,
        "parallel_batch": None,
        "shuffle_and_repeat_fusion": None,
    }


@public("data.experimental.AutotuneOptions")
class AutotuneOptions(_Settings):
    """Of no effect: there is nothing to tune."""

    FIELDS = {  # noqa: RUF012
        "autotune_algorithm": None,
        "cpu_budget": None,
        "enabled": None,
        "ram_budget": None,
    }


@public("data.Options")
class Options(_Settings):
    """How a pipeline is run; see `Dataset.with_options`.

    Attributes:
        deterministic: whether `map` and `interleave` keep order where they are not told.
        experimental_distribute: DistributeOptions.
        experimental_optimization: OptimizationOptions.
        threading: ThreadingOptions.
        autotune: AutotuneOptions.
    """

    FIELDS = {  # noqa: RUF012
        "deterministic": bool,
        "autotune": AutotuneOptions,
        "experimental_distribute": DistributeOptions,
        "experimental_optimization": OptimizationOptions,
        "threading": ThreadingOptions,
        "experimental_external_state_policy": None,
        "experimental_slack": None,
        "experimental_symbolic_checkpoint": None,
        "experimental_warm_start": None,
    }

    def __init__(self, **values):
        super().__init__()
        self.autotune, self.threading = AutotuneOptions(), ThreadingOptions()
        self.experimental_distribute = DistributeOptions()
        self.experimental_optimization = OptimizationOptions()
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def experimental_deterministic(self):
        """Another name of `deterministic`."""
        return self.deterministic

    @experimental_deterministic.setter
    def experimental_deterministic(self, value):
        self.deterministic = value

    @property
    def experimental_threading(self):
        """Another name of `threading`."""
        return self.threading

    @experimental_threading.setter
    def experimental_threading(self, value):
        self.threading = value
