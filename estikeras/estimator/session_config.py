"""What scripts write to set up TensorFlow's sessions: kept, and without an effect here."""

import warnings
from dataclasses import dataclass, field, fields
from types import SimpleNamespace
from typing import ClassVar

from estikeras import errors
from estikeras.public import public


class _Options:
    """Options that show which of them are set, as a RunConfig is written into the log."""

    __slots__ = ()

    def __repr__(self):
        default = type(self)()
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        shown = [f"{k}={v!r}" for k, v in given.items() if v != getattr(default, k)]
        return f"{type(self).__name__}({', '.join(shown)})"


@public("compat.v1.GPUOptions")
@dataclass(slots=True, kw_only=True, repr=False)
class GPUOptions(_Options):
    """Options for GPUs, of which none is used."""

    per_process_gpu_memory_fraction: float = 0.0
    allow_growth: bool = False
    allocator_type: str = ""
    deferred_deletion_bytes: int = 0
    visible_device_list: str = ""
    polling_active_delay_usecs: int = 0
    polling_inactive_delay_msecs: int = 0
    force_gpu_compatible: bool = False
    experimental: object = field(default_factory=SimpleNamespace)


@public("compat.v1.OptimizerOptions")
@dataclass(slots=True, kw_only=True, repr=False)
class OptimizerOptions(_Options):
    """Options for rewriting graphs."""

    do_common_subexpression_elimination: bool = False
    do_constant_folding: bool = False
    max_folded_constant_in_bytes: int = 0
    do_function_inlining: bool = False
    opt_level: int = 0
    global_jit_level: int = 0
    cpu_global_jit: bool = False

    L0: ClassVar[int] = -1
    L1: ClassVar[int] = 0
    OFF: ClassVar[int] = -1
    DEFAULT: ClassVar[int] = 0
    ON_1: ClassVar[int] = 1
    ON_2: ClassVar[int] = 2


@public("compat.v1.GraphOptions")
@dataclass(slots=True, kw_only=True, repr=False)
class GraphOptions(_Options):
    """Options for graphs."""

    enable_recv_scheduling: bool = False
    optimizer_options: OptimizerOptions = field(default_factory=OptimizerOptions)
    build_cost_model: int = 0
    build_cost_model_after: int = 0
    infer_shapes: bool = False
    place_pruned_graph: bool = False
    enable_bfloat16_sendrecv: bool = False
    timeline_step: int = 0
    rewrite_options: object = field(default_factory=SimpleNamespace)


@public("compat.v1.ConfigProto")
@dataclass(slots=True, kw_only=True, repr=False)
class ConfigProto(_Options):
    """What `RunConfig(session_config=...)` takes, and warns that it has no effect."""

    device_count: dict = field(default_factory=dict)
    intra_op_parallelism_threads: int = 0
    inter_op_parallelism_threads: int = 0
    use_per_session_threads: bool = False
    session_inter_op_thread_pool: list = field(default_factory=list)
    placement_period: int = 0
    device_filters: list = field(default_factory=list)
    gpu_options: GPUOptions = field(default_factory=GPUOptions)
    allow_soft_placement: bool = False
    log_device_placement: bool = False
    graph_options: GraphOptions = field(default_factory=GraphOptions)
    operation_timeout_in_ms: int = 0
    rpc_options: object = field(default_factory=SimpleNamespace)
    cluster_def: object = field(default_factory=SimpleNamespace)
    isolate_session_state: bool = False
    share_cluster_devices_in_session: bool = False
    experimental: object = field(default_factory=SimpleNamespace)


def check_session_config(name, value):
    """Take a ConfigProto, with a warning where it asks for something that would matter.

    Args:
        name: the argument's name.
        value: what was given.

    Raises:
        ValueError: if it is no ConfigProto.
    """
    if not isinstance(value, ConfigProto):
        raise errors.invalid(name, got=value, expected=f"{name} must be instance of ConfigProto")
    if value != ConfigProto(allow_soft_placement=value.allow_soft_placement):
        warnings.warn(
            f"`{name}` has no effect: all work is done on this machine's processor. The number of "
            "threads is that of ESTIKERAS_NUM_THREADS.",
            stacklevel=4,
        )
