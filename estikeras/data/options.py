"""`tf.data.Options`: how a pipeline is run."""

import warnings

from estikeras import errors
from estikeras.public import public
from strategies import AutoShardPolicy


class _Option:
    """An attribute that None leaves unsaid.

    Args:
        kind: what else it may be, a type; None if it has no effect here, and setting it warns.
    """

    def __init__(self, kind=None):
        self.kind, self.name = kind, None

    def __set_name__(self, owner, name):
        self.name = self.name or name  # a second name is another name of the first

    def __get__(self, settings, owner):
        return self if settings is None else settings.said.get(self.name)

    def __set__(self, settings, value):
        if self.kind is None and value is not None:
            warnings.warn(
                f"The option {self.name!r} has no effect here: plans are rewritten, and threads "
                "started, as a whole.",
                stacklevel=2,
            )
        elif value is not None and not isinstance(value, self.kind):
            raise errors.wrong_type(self.name, got=value, expected=f"{self.kind.__name__} or None")
        settings.said[self.name] = value


class _Settings:
    """Options with known names.

    Attributes:
        said: dict from name to value, of those that were set.
    """

    __slots__ = ("said",)

    def __init__(self):
        self.said = {}

    def __eq__(self, other):
        return type(other) is type(self) and other.said == self.said

    __hash__ = None

    def __repr__(self):
        said = ", ".join(f"{name}={value!r}" for name, value in self.said.items())
        return f"{type(self).__name__}({said})"

    def merge(self, options):
        """These settings, with what others say in place of their own.

        Args:
            options: settings of the same class.

        Returns:
            New settings.
        """
        if type(options) is not type(self):
            raise errors.wrong_type("options", got=options, expected=type(self).__name__)
        made = type(self)()
        made.said.update(self.said)
        for name, theirs in options.said.items():
            mine = self.said.get(name)
            made.said[name] = mine.merge(theirs) if isinstance(mine, _Settings) else theirs
        return made


@public("data.ThreadingOptions", "data.experimental.ThreadingOptions")
class ThreadingOptions(_Settings):
    """Threads of a pipeline.

    Attributes:
        private_threadpool_size: int, how many threads `map` uses where it is left to choose.
        max_intra_op_parallelism: of no effect: native programs of pipelines run on one thread each.
    """

    __slots__ = ()
    private_threadpool_size = _Option(int)
    max_intra_op_parallelism = _Option()


@public("data.experimental.DistributeOptions")
class DistributeOptions(_Settings):
    """What ranks read.

    Attributes:
        auto_shard_policy: AutoShardPolicy; None means AUTO.
        num_devices: of no effect.
    """

    __slots__ = ()
    auto_shard_policy = _Option(AutoShardPolicy)
    num_devices = _Option()


@public("data.experimental.OptimizationOptions")
class OptimizationOptions(_Settings):
    """Rewriting of plans, which is done as a whole, or not: the other options have no effect.

    Attributes:
        apply_default_optimizations: False runs the plan as it was written.
    """

    __slots__ = ()
    apply_default_optimizations = _Option(bool)
    filter_fusion = _Option()
    filter_parallelization = _Option()
    inject_prefetch = _Option()
    map_and_batch_fusion = _Option()
    map_and_filter_fusion = _Option()
    map_fusion = _Option()
    map_parallelization = _Option()
    noop_elimination = _Option()
    parallel_batch = _Option()
    shuffle_and_repeat_fusion = _Option()


@public("data.experimental.AutotuneOptions")
class AutotuneOptions(_Settings):
    """Of no effect: there is nothing to tune."""

    __slots__ = ()
    autotune_algorithm = _Option()
    cpu_budget = _Option()
    enabled = _Option()
    ram_budget = _Option()


@public("data.Options")
class Options(_Settings):
    """How a pipeline is run; see `Dataset.with_options`.

    Attributes:
        deterministic: bool, whether `map` keeps order where it is not told.
        experimental_distribute: DistributeOptions.
        experimental_optimization: OptimizationOptions.
        threading: ThreadingOptions.
        autotune: AutotuneOptions.
    """

    __slots__ = ()
    deterministic = experimental_deterministic = _Option(bool)
    autotune = _Option(AutotuneOptions)
    threading = experimental_threading = _Option(ThreadingOptions)
    experimental_distribute = _Option(DistributeOptions)
    experimental_optimization = _Option(OptimizationOptions)
    experimental_external_state_policy = _Option()
    experimental_slack = _Option()
    experimental_symbolic_checkpoint = _Option()
    experimental_warm_start = _Option()

    def __init__(self):
        super().__init__()
        self.autotune, self.threading = AutotuneOptions(), ThreadingOptions()
        self.experimental_distribute = DistributeOptions()
        self.experimental_optimization = OptimizationOptions()
